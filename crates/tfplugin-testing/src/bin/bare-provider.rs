//! A provider that can do next to nothing, for the tests of how a process starts, is trusted and ends. It reads a
//! resource by giving its state back, and its one function panics over its argument.

use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tfplugin::serve::{About, Lifecycle, run};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::{call_function, read_resource};
use tonic::{Request, Response, Status};

struct Bare;

#[tonic::async_trait]
impl Provider for Bare {
    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let new_state = request.into_inner().current_state;
        Ok(Response::new(read_resource::Response { new_state, ..read_resource::Response::default() }))
    }

    #[expect(clippy::panic, reason = "what is tested")]
    async fn call_function(
        &self,
        request: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        panic!("called as {}", request.get_ref().name)
    }
}

impl Lifecycle for Bare {
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async { tracing::info!("closed") }.boxed()
    }
}

fn main() -> ExitCode {
    let about = About {
        name: "bare",
        address: "registry.terraform.io/example/bare",
        version: "1.2.3",
        description: "A provider without resources",
        log_targets: &["bare_provider"],
    };
    run(about, Bare, Arc::new(Bare))
}
