//! The provider's functions. They are pure: no configuration, no network.

mod api_key_id;
mod run_environment;
mod subject;

use tfplugin::{FunctionError, Registry};

/// Names all functions.
pub(crate) fn register<D: Send + Sync + 'static>(registry: &mut Registry<D>) {
    registry.function(api_key_id::ApiKeyId).function(run_environment::RunEnvironment);
    subject::register(registry);
}

/// An error about one attribute of the only argument.
fn wrong(attribute: &str, problem: &str) -> FunctionError {
    FunctionError::new(format!("`{attribute}` {problem}")).at(0)
}
