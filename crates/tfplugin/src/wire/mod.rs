//! The protocol's messages on one side, the engine's native types on the other.
//!
//! One file an RPC, named as in `engine`. What a user can mend or should read leaves as diagnostics; a gRPC status is
//! for a broken protocol alone.

mod apply_resource_change;
mod call_function;
mod close_ephemeral_resource;
mod configure_provider;
mod diagnostics;
pub(crate) mod dynamic_value;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod identity;
mod import_resource_state;
mod invoke_action;
mod move_resource_state;
mod open_ephemeral_resource;
mod plan_action;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod renew_ephemeral_resource;
mod schema;
mod service;
mod stop_provider;
#[cfg(test)]
mod tests;
mod unsupported;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_action_config;
mod validate_data_resource_config;
mod validate_ephemeral_resource_config;
mod validate_provider_config;
mod validate_resource_config;

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures::future::BoxFuture;
use tfplugin_proto::tfplugin6 as proto;
use tokio_util::task::TaskTracker;
use tonic::{Response, Status};
use tracing::Instrument as _;

use crate::diagnostic::{Diagnostics, Result};
use crate::engine::Engine;
use crate::panic;
use crate::provider::Provider;
use crate::serve::{Lifecycle, panics};

/// The version of the protocol in log lines.
const PROTOCOL_VERSION: &str = "6";

/// The provider service of one process.
pub(crate) struct Service<P: Provider> {
    engine: Arc<Engine<P>>,
    /// A number of this process: several processes write to one log.
    process: u64,
    calls: AtomicU64,
    running: TaskTracker,
}

/// How the process ends: what runs is asked to stop, and waited for.
struct Calls<P: Provider> {
    engine: Arc<Engine<P>>,
    running: TaskTracker,
}

impl<P: Provider> Lifecycle for Calls<P> {
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        self.engine.stop_provider();
        self.running.close();
        Box::pin(async {
            self.running.wait().await;
            self.engine.close_all().await;
        })
    }
}

impl Refusal for proto::call_function::Response {
    fn refusal(diagnostics: Vec<proto::Diagnostic>) -> Self {
        let text = diagnostics.into_iter().next().map(|diagnostic| diagnostic.detail).unwrap_or_default();
        Self { result: None, error: Some(proto::FunctionError { text, function_argument: None }) }
    }
}

/// What a call is about, for the log fields that Terraform users know from other providers.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Provider,
    Resource(&'a str),
    DataSource(&'a str),
    Ephemeral(&'a str),
    Function(&'a str),
    Action(&'a str),
    Other(&'a str),
}

impl<'a> Subject<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Provider => "provider",
            Self::Resource(name)
            | Self::DataSource(name)
            | Self::Ephemeral(name)
            | Self::Function(name)
            | Self::Action(name)
            | Self::Other(name) => name,
        }
    }

    /// The span of a call, in which every line of the log tells what it belongs to: it is there at every level.
    fn span(self, rpc: &'static str, request: &str, provider: &'static str) -> tracing::Span {
        macro_rules! span {
            ($($field:ident = $value:expr)?) => {
                tracing::error_span!(
                    "rpc",
                    tf_rpc = rpc,
                    tf_req_id = request,
                    tf_provider_addr = provider,
                    tf_proto_version = PROTOCOL_VERSION,
                    $($field = $value)?
                )
            };
        }
        match self {
            Self::Provider => span!(),
            Self::Resource(name) => span!(tf_resource_type = name),
            Self::DataSource(name) => span!(tf_data_source_type = name),
            Self::Ephemeral(name) => span!(tf_ephemeral_resource_type = name),
            Self::Function(name) => span!(tf_function = name),
            Self::Action(name) => span!(tf_action_type = name),
            Self::Other(name) => span!(tf_type = name),
        }
    }
}

/// An answer that can say "no" with diagnostics and nothing else.
trait Refusal: Sized {
    fn refusal(diagnostics: Vec<proto::Diagnostic>) -> Self;
}

macro_rules! refusals {
    ($($answer:ty),* $(,)?) => {$(
        impl Refusal for $answer {
            fn refusal(diagnostics: Vec<proto::Diagnostic>) -> Self {
                let mut answer = Self::default();
                answer.diagnostics = diagnostics;
                answer
            }
        }
    )*};
}

refusals!(
    proto::apply_resource_change::Response,
    proto::close_ephemeral_resource::Response,
    proto::configure_provider::Response,
    proto::get_functions::Response,
    proto::get_metadata::Response,
    proto::get_provider_schema::Response,
    proto::get_resource_identity_schemas::Response,
    proto::import_resource_state::Response,
    proto::invoke_action::event::Completed,
    proto::move_resource_state::Response,
    proto::open_ephemeral_resource::Response,
    proto::plan_action::Response,
    proto::plan_resource_change::Response,
    proto::read_data_source::Response,
    proto::read_resource::Response,
    proto::renew_ephemeral_resource::Response,
    proto::upgrade_resource_identity::Response,
    proto::upgrade_resource_state::Response,
    proto::validate_action_config::Response,
    proto::validate_data_resource_config::Response,
    proto::validate_ephemeral_resource_config::Response,
    proto::validate_list_resource_config::Response,
    proto::validate_provider_config::Response,
    proto::validate_resource_config::Response,
    proto::validate_state_store::Response,
);

impl<P: Provider> Service<P> {
    pub(crate) fn new(provider: P) -> Self {
        // Every `RandomState` has keys of its own.
        let process = RandomState::new().hash_one(std::process::id());
        let engine = Arc::new(Engine::new(provider));
        Self { engine, process, calls: AtomicU64::new(1), running: TaskTracker::new() }
    }

    pub(crate) fn lifecycle(&self) -> Arc<dyn Lifecycle> {
        Arc::new(Calls { engine: Arc::clone(&self.engine), running: self.running.clone() })
    }

    /// Runs one call to its answer.
    async fn call<A, F>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        answer: impl FnOnce(Arc<Engine<P>>) -> F,
    ) -> std::result::Result<Response<A>, Status>
    where
        A: Refusal + Send + 'static,
        F: Future<Output = Result<A>> + Send + 'static,
    {
        self.begin(rpc, subject, answer).await.map(Response::new)
    }

    /// Begins one call in a task of its own: a panic ends that call alone, and a host that hangs up cuts nothing short
    /// that has begun on the remote side. What is returned waits for the answer and no more.
    fn begin<A, F>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        answer: impl FnOnce(Arc<Engine<P>>) -> F,
    ) -> BoxFuture<'static, std::result::Result<A, Status>>
    where
        A: Refusal + Send + 'static,
        F: Future<Output = Result<A>> + Send + 'static,
    {
        let request = request_id(self.process, self.calls.fetch_add(1, Ordering::Relaxed));
        let span = subject.span(rpc, &request, self.engine.provider.about().address);
        let name = subject.name().to_owned();
        let task = answer(Arc::clone(&self.engine));
        let logged = async move {
            tracing::debug!("call received");
            let start = Instant::now();
            let result = task.await;
            let tf_req_duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(tf_req_duration_ms, refused = result.is_err(), "call answered");
            result
        };
        let running = self.running.spawn(panics::within(rpc.to_owned(), logged).instrument(span));
        let refused = |report: Diagnostics| A::refusal(diagnostics::to_proto(report));
        Box::pin(async move {
            match running.await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(report)) => Ok(refused(report)),
                Err(error) if error.is_panic() => Ok(refused(panic::diagnostic(&name).into())),
                Err(_) => Err(Status::cancelled("the provider is shutting down")),
            }
        })
    }
}

/// The name of a call in the log, in the form that other providers give it: unlike any of another process.
fn request_id(process: u64, call: u64) -> String {
    let [high, middle] = [process >> 32, process >> 16 & 0xffff];
    let [low, first, rest] = [process & 0xffff, call >> 48, call & 0xffff_ffff_ffff];
    format!("{high:08x}-{middle:04x}-{low:04x}-{first:04x}-{rest:012x}")
}

fn deferral_allowed(capabilities: Option<proto::ClientCapabilities>) -> bool {
    capabilities.is_some_and(|capabilities| capabilities.deferral_allowed)
}

/// The one reason for which a provider may defer: its configuration is not known yet.
fn deferred(deferred: Option<crate::engine::Deferred>) -> Option<proto::Deferred> {
    deferred.map(|crate::engine::Deferred| proto::Deferred {
        reason: proto::deferred::Reason::ProviderConfigUnknown.into(),
    })
}
