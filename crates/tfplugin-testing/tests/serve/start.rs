use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use futures::StreamExt;
use tfplugin_proto::health::HealthCheckRequest;
use tfplugin_proto::health::health_check_response::ServingStatus;
use tfplugin_proto::plugin::ConnInfo;
use tfplugin_proto::plugin::conn_info::Knock;
use tfplugin_testing::{Address, COOKIE, HostError, Launch};
use tonic::Code;

use crate::{bare, folder};

/// The folder of the provider's socket.
async fn socket_folder(launch: Launch) -> (tfplugin_testing::Host, std::path::PathBuf) {
    let host = launch.host().await.expect("a host");
    let Address::Unix(socket) = &host.handshake().address else { panic!("{:?}", host.handshake().address) };
    let folder = socket.parent().expect("a folder").to_owned();
    (host, folder)
}

#[tokio::test]
async fn a_socket_in_a_folder_that_only_the_user_may_enter() {
    let temporary = folder();
    let (host, socket_folder) = socket_folder(bare().variable("TMPDIR", temporary.path())).await;
    assert_eq!(socket_folder.parent(), Some(temporary.path()));
    assert_eq!(fs::metadata(socket_folder).expect("metadata").mode() & 0o777, 0o700);
    assert_eq!(host.handshake().multiplex, None, "a host that does not ask cannot read a seventh part");
}

#[tokio::test]
async fn the_host_may_choose_the_folder_and_ask_about_multiplexing() {
    let chosen = folder();
    let launch = bare().variable("PLUGIN_UNIX_SOCKET_DIR", chosen.path()).variable("PLUGIN_MULTIPLEX_GRPC", "true");
    let (host, socket_folder) = socket_folder(launch).await;
    assert!(socket_folder.starts_with(chosen.path()), "{}", socket_folder.display());
    assert_eq!(host.handshake().multiplex, Some(false));
}

#[tokio::test]
async fn a_port_of_the_hosts_range_where_there_are_no_sockets() {
    let temporary = folder();
    let launch = bare()
        .variable("TFPLUGIN_FORCE_TCP", "1")
        .variable("TMPDIR", temporary.path())
        .variable("PLUGIN_MIN_PORT", "20000")
        .variable("PLUGIN_MAX_PORT", "24000");
    let host = launch.host().await.expect("a host");
    let Address::Tcp(address) = host.handshake().address else { panic!("{:?}", host.handshake().address) };
    assert!(address.ip().is_loopback() && (20000..=24000).contains(&address.port()), "{address}");
    assert!(crate::is_empty(temporary.path()));
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_before_anything_is_announced() {
    let nowhere = Path::new("/dev/null/nowhere");
    let cases: [(Launch, &str); 7] = [
        (bare().variable(COOKIE.0, ""), "terraform-provider-bare is a plugin"),
        (bare().variable(COOKIE.0, "another"), "terraform-provider-bare is a plugin"),
        (bare().variable("PLUGIN_PROTOCOL_VERSIONS", "4,5"), "the host offers the plugin protocol versions `4,5`"),
        (bare().variable("PLUGIN_CLIENT_CERT", ""), "the host sent no certificate in PLUGIN_CLIENT_CERT"),
        (bare().variable("PLUGIN_CLIENT_CERT", "text"), "is not a PEM certificate"),
        (
            bare().variable("PLUGIN_UNIX_SOCKET_DIR", nowhere),
            "no folder for the socket could be made in `/dev/null/nowhere`: ",
        ),
        (
            bare()
                .variable("TFPLUGIN_FORCE_TCP", "1")
                .variable("PLUGIN_MIN_PORT", "9")
                .variable("PLUGIN_MAX_PORT", "8"),
            "no port of 127.0.0.1 from 9 to 8",
        ),
    ];
    for (launch, message) in cases {
        let refusal = launch.host().await.expect_err(message);
        let HostError::NoHandshake { status, stderr } = refusal else { panic!("{message}: {refusal:?}") };
        assert_eq!(status.code(), Some(1), "{message}");
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[tokio::test]
async fn the_services_beside_the_provider_answer() {
    let host = bare().host().await.expect("a host");

    let check = |service: &str| {
        let (mut health, service) = (host.health(), service.to_owned());
        async move { health.check(HealthCheckRequest { service }).await.map(|answer| answer.into_inner().status()) }
    };
    assert_eq!(check("plugin").await.expect("an answer"), ServingStatus::Serving);
    assert_eq!(check("").await.expect("an answer"), ServingStatus::Serving);
    assert_eq!(check("another").await.expect_err("a refusal").code(), Code::NotFound);

    let watched = HealthCheckRequest { service: "plugin".to_owned() };
    let mut watched = host.health().watch(watched).await.expect("a stream").into_inner();
    let first = watched.next().await.expect("a status").expect("a status");
    assert_eq!(first.status(), ServingStatus::Serving);

    let knock =
        ConnInfo { service_id: 7, knock: Some(Knock { knock: true, ..Knock::default() }), ..ConnInfo::default() };
    let offers = futures::stream::iter([ConnInfo { service_id: 6, ..ConnInfo::default() }, knock]);
    let mut answers = host.broker().start_stream(offers).await.expect("a stream").into_inner();
    let answer = answers.next().await.expect("an answer").expect("an answer");
    assert_eq!(answer.service_id, 7);
    assert!(answer.knock.is_some_and(|knock| !knock.ack && !knock.error.is_empty()));

    let output = host.stdio().stream_stdio(()).await.expect("a stream").into_inner();
    let finished = host.shutdown().await.expect("an end");
    assert!(finished.status.success());
    // Open until the end, without a word, and then closed in good order.
    let words: Vec<_> = output.collect().await;
    assert!(words.is_empty(), "{words:?}");
    let rest: Vec<_> = watched.collect().await;
    assert!(rest.is_empty(), "{rest:?}");
    let rest: Vec<_> = answers.collect().await;
    assert!(rest.is_empty(), "{rest:?}");
}
