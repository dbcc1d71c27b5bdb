//! Stands between a host and a provider, and writes down the values that the host sends.
//!
//! A host starts it in the provider's place. It starts the provider itself, as a host would, hands every call on and appends the values of
//! each request to a file, one line of JSON for each. Two variables tell it what to do: `TFPLUGIN_RECORDER_PROVIDER` is the provider's
//! binary, `TFPLUGIN_RECORDER_FILE` the file.

mod record;
mod sent;
mod types;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tfplugin::serve::{About, Lifecycle, run};
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::{
    apply_resource_change, configure_provider, get_metadata, get_provider_schema, get_resource_identity_schemas,
    import_resource_state, plan_resource_change, read_data_source, read_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate_data_resource_config, validate_provider_config,
    validate_resource_config,
};
use tfplugin_testing::{Host, HostError, Launch};
use tokio::sync::{Mutex, OnceCell};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use crate::record::Record;
use crate::types::Types;

/// Variables of this process's own start; the provider gets new ones.
const OF_THE_START: [&str; 2] = ["PLUGIN_", "TF_PLUGIN_"];

#[derive(Clone)]
struct Recorder(Arc<OnceCell<Running>>);

/// The provider, started by the first call.
struct Running {
    host: Mutex<Option<Host>>,
    client: ProviderClient<Channel>,
    types: Types,
    record: Record,
}

impl Running {
    async fn start() -> Result<Self, Status> {
        let variable =
            |name| env::var_os(name).ok_or_else(|| Status::failed_precondition(format!("{name} is not set")));
        let inherited = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let launch = inherited
            .filter(|(name, _)| !OF_THE_START.iter().any(|prefix| name.starts_with(prefix)))
            .fold(Launch::new(variable("TFPLUGIN_RECORDER_PROVIDER")?), |launch, (name, value)| {
                launch.variable(&name, value)
            });
        let host = launch.host().await.map_err(|error| did_not_start(&error))?;
        let mut client = host.provider();
        let schemas = client.get_provider_schema(get_provider_schema::Request::default()).await?.into_inner();
        Ok(Self {
            client,
            types: Types::of(schemas),
            record: Record::at(variable("TFPLUGIN_RECORDER_FILE")?.into()),
            host: Mutex::new(Some(host)),
        })
    }
}

fn did_not_start(error: &HostError) -> Status {
    Status::unavailable(format!("the provider did not start: {error}"))
}

impl Recorder {
    async fn running(&self) -> Result<&Running, Status> {
        self.0.get_or_try_init(Running::start).await
    }
}

/// Hands calls on: those of the first list as they are, those of the second after writing down what they carry. Streams are in neither,
/// as what they carry is of the same kinds.
macro_rules! hand_on {
    (as they are: $($call:ident),+; written down: $($recorded:ident),+ $(,)?) => {
        #[tonic::async_trait]
        impl Provider for Recorder {
            $(async fn $call(&self, request: Request<$call::Request>) -> Result<Response<$call::Response>, Status> {
                self.running().await?.client.clone().$call(request.into_inner()).await
            })+

            $(async fn $recorded(
                &self,
                request: Request<$recorded::Request>,
            ) -> Result<Response<$recorded::Response>, Status> {
                let running = self.running().await?;
                let request = request.into_inner();
                running.record.append(stringify!($recorded), &request, &running.types)?;
                running.client.clone().$recorded(request).await
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

impl Lifecycle for Recorder {
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async {
            let Some(running) = self.0.get() else { return };
            let Some(host) = running.host.lock().await.take() else { return };
            if let Err(error) = host.shutdown().await {
                tracing::error!(%error, "the provider did not end in good order");
            }
        }
        .boxed()
    }
}

fn main() -> ExitCode {
    let about = About {
        name: "recorder",
        address: "registry.terraform.io/example/recorder",
        version: "0.1.0",
        description: "Stands between a host and a provider, and writes down the values that the host sends",
        log_targets: &["recorder"],
    };
    let recorder = Recorder(Arc::default());
    run(about, recorder.clone(), Arc::new(recorder))
}
