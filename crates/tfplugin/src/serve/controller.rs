//! The host's way to end the process.

use tfplugin_proto::plugin::Empty;
use tfplugin_proto::plugin::grpc_controller_server::GrpcController;
use tonic::{Request, Response, Status};

use super::ending::Ending;

/// Answers once everything is closed: the host kills the process two seconds after the answer, but waits for it.
pub(super) struct Controller(pub(super) Ending);

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.request();
        self.0.completed().await;
        Ok(Response::new(Empty {}))
    }
}
