//! Standing between a host and a provider.

use std::env;
use std::path::PathBuf;

use futures::FutureExt;
use futures::future::BoxFuture;
use tfplugin::serve::Lifecycle;
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tokio::sync::{Mutex, OnceCell};
use tonic::Status;
use tonic::transport::Channel;

use crate::{Host, HostError, Launch};

/// Variables of this process's own start; the provider behind it gets new ones.
const OF_THE_START: [&str; 2] = ["PLUGIN_", "TF_PLUGIN_"];

/// The provider behind a process that a host takes for the provider.
///
/// It is started by the first call, as a host would start it and with this process's environment, and ends with this
/// process. What is looked at or changed in between is up to the service that hands the calls on.
#[derive(Debug)]
pub struct Relay {
    program: PathBuf,
    running: OnceCell<Running>,
}

#[derive(Debug)]
struct Running {
    client: ProviderClient<Channel>,
    host: Mutex<Option<Host>>,
}

impl Relay {
    /// A provider that is started when it is needed.
    pub fn to(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), running: OnceCell::new() }
    }

    /// The provider, to hand a call on to. An error is one to answer the call with.
    pub async fn provider(&self) -> Result<ProviderClient<Channel>, Status> {
        let started = self.running.get_or_try_init(|| self.start()).await;
        match started {
            Ok(running) => Ok(running.client.clone()),
            Err(error) => Err(Status::unavailable(format!("the provider did not start: {error}"))),
        }
    }

    async fn start(&self) -> Result<Running, HostError> {
        let inherited = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let launch = inherited
            .filter(|(name, _)| !OF_THE_START.iter().any(|prefix| name.starts_with(prefix)))
            .fold(Launch::new(&self.program), |launch, (name, value)| launch.variable(&name, value));
        let host = launch.host().await?;
        Ok(Running { client: host.provider(), host: Mutex::new(Some(host)) })
    }
}

impl Lifecycle for Relay {
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async {
            let Some(running) = self.running.get() else { return };
            let Some(host) = running.host.lock().await.take() else { return };
            if let Err(error) = host.shutdown().await {
                tracing::error!(%error, "the provider did not end in good order");
            }
        }
        .boxed()
    }
}
