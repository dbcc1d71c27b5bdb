use tfplugin_proto::health::health_client::HealthClient;
use tfplugin_proto::plugin::Empty;
use tfplugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tfplugin_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tonic::transport::Channel;

use crate::process::within;
use crate::{Credentials, Finished, Handshake, HostError, Process, connect};

/// A provider that was started and is connected. Dropping it kills the process; [`Host::shutdown`] ends it in good
/// order.
#[derive(Debug)]
pub struct Host {
    process: Process,
    handshake: Handshake,
    channel: Channel,
}

impl Host {
    pub(crate) async fn meet(mut process: Process) -> Result<Self, HostError> {
        let handshake = process.handshake().await?;
        let credentials = Credentials::Mutual { client: process.identity(), server: &handshake.certificate };
        let channel = connect(&handshake.address, credentials).await?;
        Ok(Self { process, handshake, channel })
    }

    /// What the provider announced.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The process behind the connection.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// The provider itself. Messages may have any size, as with Go hosts.
    #[must_use]
    pub fn provider(&self) -> ProviderClient<Channel> {
        provider(self.channel.clone())
    }

    /// The end of the process.
    #[must_use]
    pub fn controller(&self) -> GrpcControllerClient<Channel> {
        GrpcControllerClient::new(self.channel.clone())
    }

    /// The output that the process sends over the connection.
    #[must_use]
    pub fn stdio(&self) -> GrpcStdioClient<Channel> {
        GrpcStdioClient::new(self.channel.clone())
    }

    /// The exchange of further connections.
    #[must_use]
    pub fn broker(&self) -> GrpcBrokerClient<Channel> {
        GrpcBrokerClient::new(self.channel.clone())
    }

    /// The health check.
    #[must_use]
    pub fn health(&self) -> HealthClient<Channel> {
        HealthClient::new(self.channel.clone())
    }

    /// Closes the connection without a word, as a host does that dies, and leaves the process.
    #[must_use]
    pub fn disconnect(self) -> Process {
        self.process
    }

    /// Asks the process to end, closes the connection and waits for the end.
    pub async fn shutdown(self) -> Result<Finished, HostError> {
        within("the answer to a shutdown", self.controller().shutdown(Empty {})).await??;
        self.disconnect().finished().await
    }
}

/// A client of the provider on any connection. Messages may have any size, as with Go hosts.
pub(crate) fn provider(channel: Channel) -> ProviderClient<Channel> {
    ProviderClient::new(channel).max_decoding_message_size(usize::MAX).max_encoding_message_size(usize::MAX)
}
