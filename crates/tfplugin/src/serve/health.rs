//! The health check: a process that answers is healthy.

use futures::stream::{self, BoxStream, StreamExt};
use tfplugin_proto::health::health_check_response::ServingStatus;
use tfplugin_proto::health::health_server::Health;
use tfplugin_proto::health::{HealthCheckRequest, HealthCheckResponse};
use tonic::{Request, Response, Status};

use super::ending::Ending;

pub(super) struct HealthCheck(pub(super) Ending);

/// The status of the server as a whole, which has no name, and of the one service that go-plugin asks for.
fn status(service: &str) -> ServingStatus {
    match service {
        "" | "plugin" => ServingStatus::Serving,
        _ => ServingStatus::ServiceUnknown,
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl Health for HealthCheck {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        match status(&request.get_ref().service) {
            ServingStatus::ServiceUnknown => Err(Status::not_found("no such service")),
            known => Ok(Response::new(answer(known))),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<'static, Result<HealthCheckResponse, Status>>>, Status> {
        let now = answer(status(&request.get_ref().service));
        Ok(Response::new(stream::iter([Ok(now)]).chain(self.0.silence()).boxed()))
    }
}
