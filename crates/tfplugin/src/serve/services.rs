//! The services of one connection: the provider's and those that every go-plugin process has.

use std::convert::Infallible;

use futures::future::{self, BoxFuture};
use http::{Request, Response};
use hyper::body::Incoming;
use tfplugin_proto::health::health_server::{self, HealthServer};
use tfplugin_proto::plugin::grpc_broker_server::{self, GrpcBrokerServer};
use tfplugin_proto::plugin::grpc_controller_server::{self, GrpcControllerServer};
use tfplugin_proto::plugin::grpc_stdio_server::{self, GrpcStdioServer};
use tfplugin_proto::tfplugin6::provider_server::{self, Provider, ProviderServer};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service as _;

use super::broker::Broker;
use super::controller::Controller;
use super::ending::Ending;
use super::health::HealthCheck;
use super::panics;
use super::stdio::Stdio;

/// The largest message in bytes, each way: what Go plugins take.
const MESSAGE_LIMIT: usize = 256 << 20;

/// All services, shared by all connections.
pub(super) struct Services<S> {
    provider: ProviderServer<S>,
    controller: GrpcControllerServer<Controller>,
    stdio: GrpcStdioServer<Stdio>,
    broker: GrpcBrokerServer<Broker>,
    health: HealthServer<HealthCheck>,
}

impl<S: Provider> Services<S> {
    pub(super) fn new(provider: S, ending: &Ending) -> Self {
        Self {
            provider: ProviderServer::new(provider)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerServer::new(Controller(ending.clone())),
            stdio: GrpcStdioServer::new(Stdio(ending.clone())),
            broker: GrpcBrokerServer::new(Broker(ending.clone())),
            health: HealthServer::new(HealthCheck(ending.clone())),
        }
    }
}

impl<S: Provider> hyper::service::Service<Request<Incoming>> for Services<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    /// Hands a call to its service, by the first part of `/package.Service/Method`.
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let path = request.uri().path().to_owned();
        let (service, method) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        match service {
            provider_server::SERVICE_NAME => {
                // Of every call, also of those that are answered without the engine.
                tracing::trace!(tf_rpc = method, "call arrived");
                let answer = self.provider.clone().call(request);
                Box::pin(panics::within(path, answer))
            }
            grpc_controller_server::SERVICE_NAME => self.controller.clone().call(request),
            grpc_stdio_server::SERVICE_NAME => self.stdio.clone().call(request),
            grpc_broker_server::SERVICE_NAME => self.broker.clone().call(request),
            health_server::SERVICE_NAME => self.health.clone().call(request),
            _ => Box::pin(future::ready(Ok(Status::unimplemented("no such service").into_http()))),
        }
    }
}
