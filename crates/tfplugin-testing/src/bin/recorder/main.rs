//! Stands between a host and a provider, and writes down the values that the host sends.
//!
//! A host starts it in the provider's place. It starts the provider itself, as a host would, hands every call on and appends the values of
//! each request to a file, one line of JSON for each. Two variables tell it what to do: `TFPLUGIN_RECORDER_PROVIDER` is the provider's
//! binary, `TFPLUGIN_RECORDER_FILE` the file.

mod record;
mod sent;
mod types;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tfplugin::serve::{About, run};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::{
    apply_resource_change, configure_provider, get_metadata, get_provider_schema, get_resource_identity_schemas,
    import_resource_state, plan_resource_change, read_data_source, read_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate_data_resource_config, validate_provider_config,
    validate_resource_config,
};
use tfplugin_testing::Relay;
use tokio::sync::OnceCell;
use tonic::{Request, Response, Status};

use crate::record::Record;
use crate::types::Types;

struct Recorder {
    relay: Arc<Relay>,
    record: Record,
    types: OnceCell<Types>,
}

impl Recorder {
    /// The types of what is recorded, which the provider is asked for once.
    async fn types(&self) -> Result<&Types, Status> {
        let read = || async {
            let mut provider = self.relay.provider().await?;
            let schemas = provider.get_provider_schema(get_provider_schema::Request::default()).await?.into_inner();
            Ok(Types::of(schemas))
        };
        self.types.get_or_try_init(read).await
    }
}

/// Hands calls on: those of the first list as they are, those of the second after writing down what they carry. Streams are in neither,
/// as what they carry is of the same kinds.
macro_rules! hand_on {
    (as they are: $($call:ident),+; written down: $($recorded:ident),+ $(,)?) => {
        #[tonic::async_trait]
        impl Provider for Recorder {
            $(async fn $call(&self, request: Request<$call::Request>) -> Result<Response<$call::Response>, Status> {
                self.relay.provider().await?.$call(request.into_inner()).await
            })+

            $(async fn $recorded(
                &self,
                request: Request<$recorded::Request>,
            ) -> Result<Response<$recorded::Response>, Status> {
                let request = request.into_inner();
                self.record.append(stringify!($recorded), &request, self.types().await?)?;
                self.relay.provider().await?.$recorded(request).await
            })+
        }
    };
}

hand_on!(
    as they are:
        get_metadata, get_provider_schema, get_resource_identity_schemas, upgrade_resource_identity,
        import_resource_state, stop_provider;
    written down:
        validate_provider_config, configure_provider, validate_resource_config, upgrade_resource_state, read_resource,
        plan_resource_change, apply_resource_change, validate_data_resource_config, read_data_source,
);

fn main() -> ExitCode {
    let about = About {
        name: "recorder",
        address: "registry.terraform.io/example/recorder",
        version: "0.1.0",
        description: "Stands between a host and a provider, and writes down the values that the host sends",
        log_targets: &["recorder"],
    };
    // Without them nothing can be started or written, which the first call then tells.
    let path = |name| PathBuf::from(env::var_os(name).unwrap_or_default());
    let relay = Arc::new(Relay::to(path("TFPLUGIN_RECORDER_PROVIDER")));
    let record = Record::at(path("TFPLUGIN_RECORDER_FILE"));
    run(about, Recorder { relay: Arc::clone(&relay), record, types: OnceCell::new() }, relay)
}
