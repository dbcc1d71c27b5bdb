//! What each RPC does, in native types: no protobuf and no msgpack here.
//!
//! One file an RPC; the file of the same name in `wire` translates. A function here answers `Err` where the call came
//! to nothing, and puts diagnostics into its answer where something was reached all the same.

pub(crate) mod apply_resource_change;
pub(crate) mod call_function;
pub(crate) mod close_ephemeral_resource;
pub(crate) mod configure_provider;
mod difference;
mod get_provider_schema;
pub(crate) mod import_resource_state;
pub(crate) mod invoke_action;
pub(crate) mod move_resource_state;
pub(crate) mod open_ephemeral_resource;
mod opened;
pub(crate) mod plan_action;
pub(crate) mod plan_resource_change;
mod planning;
pub(crate) mod read_data_source;
pub(crate) mod read_resource;
pub(crate) mod renew_ephemeral_resource;
mod rules;
mod spelling;
pub(crate) mod stop_provider;
#[cfg(test)]
mod tests;
pub(crate) mod upgrade_resource_identity;
pub(crate) mod upgrade_resource_state;
mod upgrading;
pub(crate) mod validate_action_config;
pub(crate) mod validate_data_resource_config;
pub(crate) mod validate_ephemeral_resource_config;
pub(crate) mod validate_provider_config;
pub(crate) mod validate_resource_config;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use self::opened::Opened;
use crate::action::erased::ErasedAction;
use crate::data_source::ErasedDataSource;
use crate::diagnostic::{Diagnostic, Result};
use crate::ephemeral::erased::ErasedEphemeralResource;
use crate::provider::{Provider, Registry};
use crate::resource::erased::{Call, ErasedResource};
use crate::schema::Schema;
use crate::value::{Path, Value};

/// A provider at work.
pub(crate) struct Engine<P: Provider> {
    pub provider: P,
    registry: OnceLock<Registry<P::Data>>,
    schema: OnceLock<Schema>,
    meta_schema: OnceLock<Option<Schema>>,
    configuration: RwLock<Configuration<P::Data>>,
    stop: Mutex<CancellationToken>,
    opened: Opened,
}

/// What the host has said of the provider's configuration.
pub(crate) enum Configuration<D> {
    /// Nothing yet.
    Missing,
    /// Something in it is not known before apply: the first such place.
    Unknown(Path),
    /// All, and `configure` made this of it.
    Ready(Arc<D>),
}

impl<D> Clone for Configuration<D> {
    fn clone(&self) -> Self {
        match self {
            Self::Missing => Self::Missing,
            Self::Unknown(path) => Self::Unknown(path.clone()),
            Self::Ready(data) => Self::Ready(Arc::clone(data)),
        }
    }
}

/// That an answer must wait until the provider's configuration is known; hosts that allow it plan the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deferred;

/// What an operation that needs the provider's data starts with.
pub(crate) enum Readiness<D> {
    Ready(Arc<D>),
    Deferred,
}

impl<P: Provider> Engine<P> {
    pub(crate) fn new(provider: P) -> Self {
        Self {
            provider,
            registry: OnceLock::new(),
            schema: OnceLock::new(),
            meta_schema: OnceLock::new(),
            configuration: RwLock::new(Configuration::Missing),
            stop: Mutex::default(),
            opened: Opened::default(),
        }
    }

    /// The schema of the `provider` block.
    pub(crate) fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.provider.schema())
    }

    /// The schema of `provider_meta` blocks.
    pub(crate) fn meta_schema(&self) -> Option<&Schema> {
        self.meta_schema.get_or_init(|| self.provider.meta_schema()).as_ref()
    }

    pub(crate) fn registry(&self) -> &Registry<P::Data> {
        self.registry.get_or_init(|| {
            let mut registry = Registry::new();
            self.provider.register(&mut registry);
            registry
        })
    }

    pub(crate) fn resource(&self, type_name: &str) -> Result<&dyn ErasedResource<P::Data>> {
        let found = self.registry().resources.get(type_name);
        found.map(|resource| &**resource).ok_or_else(|| unknown_type("resource", type_name).into())
    }

    pub(crate) fn data_source(&self, type_name: &str) -> Result<&dyn ErasedDataSource<P::Data>> {
        let found = self.registry().data_sources.get(type_name);
        found.map(|source| &**source).ok_or_else(|| unknown_type("data source", type_name).into())
    }

    pub(crate) fn ephemeral_resource(&self, type_name: &str) -> Result<&dyn ErasedEphemeralResource<P::Data>> {
        let found = self.registry().ephemeral_resources.get(type_name);
        found.map(|resource| &**resource).ok_or_else(|| unknown_type("ephemeral resource", type_name).into())
    }

    pub(crate) fn action(&self, type_name: &str) -> Result<&dyn ErasedAction<P::Data>> {
        let found = self.registry().actions.get(type_name);
        found.map(|action| &**action).ok_or_else(|| unknown_type("action", type_name).into())
    }

    fn configuration(&self) -> Configuration<P::Data> {
        self.configuration.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_configuration(&self, configuration: Configuration<P::Data>) {
        *self.configuration.write().unwrap_or_else(PoisonError::into_inner) = configuration;
    }

    /// The provider's data, for an operation that cannot do without.
    fn ready(&self, deferral_allowed: bool) -> Result<Readiness<P::Data>> {
        match self.configuration() {
            Configuration::Ready(data) => Ok(Readiness::Ready(data)),
            Configuration::Unknown(_) if deferral_allowed => Ok(Readiness::Deferred),
            Configuration::Unknown(path) => Err(Diagnostic::error(
                "Provider configuration not known yet",
                format!(
                    "The provider's `{path}` comes from something that exists only after apply, so nothing can be \
                     read now. Create that first, with `-target` or in a configuration of its own, or give the \
                     provider a value that is known while planning."
                ),
            )
            .into()),
            Configuration::Missing => {
                Err(Diagnostic::bug("The host asked for an operation before it configured the provider.").into())
            }
        }
    }

    /// Set off when the user interrupts what runs now.
    fn stop(&self) -> CancellationToken {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for what only reads, until the user interrupts: a read can be cut short at any point, a change cannot.
    async fn unless_stopped<T>(&self, read: impl Future<Output = T>) -> Result<T> {
        match self.stop().run_until_cancelled(read).await {
            Some(answer) => Ok(answer),
            None => Err(Diagnostic::error("Interrupted", "The run was interrupted; nothing was changed here.").into()),
        }
    }

    /// A call that an interrupt must not end: what is open has to be closed.
    fn closing_call<'a>(&self, data: &'a P::Data) -> Call<'a, P::Data> {
        Call { stop: CancellationToken::new(), ..self.call(data, Value::Null) }
    }

    fn call<'a>(&self, data: &'a P::Data, meta: Value) -> Call<'a, P::Data> {
        Call { provider: data, stop: self.stop(), meta }
    }
}

fn unknown_type(kind: &str, type_name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!(
            "This version of the provider has no {kind} `{type_name}`. If a newer version has it, raise the version in \
             `required_providers` and run `init -upgrade`."
        ),
    )
}
