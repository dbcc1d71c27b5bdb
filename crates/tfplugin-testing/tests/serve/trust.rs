use std::any::Any;

use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tfplugin_proto::tfplugin6::read_resource;
use tfplugin_testing::{Address, ClientIdentity, Credentials, HostError, connect};
use tokio::net::{TcpStream, UnixStream};

use crate::bare;

/// Connects and calls the provider, as it takes a call to know that one was let in.
async fn call(address: &Address, credentials: Credentials<'_>) -> Result<(), HostError> {
    let mut provider = ProviderClient::new(connect(address, credentials).await?);
    provider.read_resource(read_resource::Request::default()).await?;
    Ok(())
}

/// A bare connection, before TLS.
async fn dial(address: &Address) -> Box<dyn Any> {
    match address {
        Address::Unix(path) => Box::new(UnixStream::connect(path).await.expect("a connection")),
        Address::Tcp(address) => Box::new(TcpStream::connect(address).await.expect("a connection")),
    }
}

async fn only_the_host_is_let_in(force_tcp: &str) {
    let launch = bare().variable("TFPLUGIN_FORCE_TCP", force_tcp).variable("TF_LOG_PROVIDER", "warn");
    let mut process = launch.start().expect("a process");
    let handshake = process.handshake().await.expect("a handshake");
    let (address, server) = (&handshake.address, &handshake.certificate);
    assert_eq!(matches!(address, Address::Tcp(_)), force_tcp == "1");

    // Connections that say nothing hold nobody up.
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(dial(address).await);
    }

    let stranger = ClientIdentity::generate().expect("an identity");
    let thief = process.identity().with_stolen_certificate().expect("an identity");
    let refused = [
        ("no TLS", Credentials::Plain, "corrupt message"),
        ("no certificate", Credentials::Anonymous { server }, "peer sent no certificates"),
        ("another certificate", Credentials::Mutual { client: &stranger, server }, "invalid peer certificate"),
        ("another key", Credentials::Mutual { client: &thief, server }, "BadSignature"),
    ];
    for (what, credentials, reason) in refused {
        assert!(call(address, credentials).await.is_err(), "{what} was let in");
        let line = process.logged(reason).await.expect(what);
        assert!(line.contains("a connection was refused"), "{line}");
    }

    // The refused have done no harm, and who has the key of the host is let in.
    let client = process.identity();
    call(address, Credentials::Mutual { client, server }).await.expect("the host itself");
    drop(silent);
}

#[tokio::test]
async fn over_a_socket_only_the_host_is_let_in() {
    only_the_host_is_let_in("").await;
}

#[tokio::test]
async fn over_tcp_only_the_host_is_let_in() {
    only_the_host_is_let_in("1").await;
}
