//! The stream on which go-plugin carries a plugin's standard output. Nothing in this process may print there, and
//! logs go to the real stderr, so the stream is open and silent.

use futures::stream::BoxStream;
use tfplugin_proto::plugin::StdioData;
use tfplugin_proto::plugin::grpc_stdio_server::GrpcStdio;
use tonic::{Request, Response, Status};

use super::ending::Ending;

pub(super) struct Stdio(pub(super) Ending);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<BoxStream<'static, Result<StdioData, Status>>>, Status> {
        Ok(Response::new(self.0.silence()))
    }
}
