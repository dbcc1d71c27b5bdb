//! The exchange of further connections, of which Terraform's protocol needs none: every offer is declined.

use futures::stream::{self, BoxStream, StreamExt};
use tfplugin_proto::plugin::ConnInfo;
use tfplugin_proto::plugin::conn_info::Knock;
use tfplugin_proto::plugin::grpc_broker_server::GrpcBroker;
use tonic::{Request, Response, Status, Streaming};

use super::ending::Ending;

pub(super) struct Broker(pub(super) Ending);

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<'static, Result<ConnInfo, Status>>>, Status> {
        // The host's side may end, with an error too when its connection breaks; ours lasts as long as the process.
        let declined = request.into_inner().filter_map(async |offer| decline(&offer.ok()?).map(Ok));
        let ending = self.0.clone();
        let answers = declined.chain(self.0.silence()).take_until(async move { ending.completed().await });
        Ok(Response::new(stream::StreamExt::boxed(answers)))
    }
}

/// Only a knock wants an answer; an address is there to be used or not.
fn decline(offer: &ConnInfo) -> Option<ConnInfo> {
    offer.knock.as_ref()?;
    let error = "this plugin takes no further connections".to_owned();
    let knock = Knock { knock: false, ack: false, error };
    Some(ConnInfo { service_id: offer.service_id, knock: Some(knock), ..ConnInfo::default() })
}
