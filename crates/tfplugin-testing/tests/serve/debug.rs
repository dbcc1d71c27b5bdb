use rustix::process::Signal;
use serde_json::{Value, json};
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tfplugin_proto::tfplugin6::read_resource;
use tfplugin_testing::{Address, Credentials, Launch, Process, connect};

use crate::{BARE, folder, is_empty};

/// What a host is to know, from the line that the user copies.
async fn reattach(process: &mut Process) -> Value {
    while let Some(line) = process.line().await.expect("a line") {
        if let Some(json) = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='") {
            return serde_json::from_str(json.trim_end_matches('\'')).expect("a JSON object");
        }
    }
    panic!("no line for the user")
}

#[tokio::test]
async fn hosts_attach_without_tls_until_the_user_interrupts() {
    for signal in [Signal::INT, Signal::TERM] {
        let temporary = folder();
        let launch = Launch::by_hand(BARE).argument("--debug").variable("TMPDIR", temporary.path());
        let mut process = launch.variable("TF_LOG_PROVIDER_BARE", "info").start().expect("a process");
        let reattach = reattach(&mut process).await;
        let address = &reattach["example/bare"]["Addr"];
        let socket = address["String"].as_str().expect("a path").to_owned();
        assert_eq!(
            reattach,
            json!({ "example/bare": {
                "Protocol": "grpc", "ProtocolVersion": 6, "Pid": process.id(), "Test": true,
                "Addr": { "Network": "unix", "String": socket },
            }})
        );

        let address = Address::parse("unix", &socket).expect("an address");
        // Hosts come and go: each command attaches anew.
        for _ in 0..2 {
            let channel = connect(&address, Credentials::Plain).await.expect("a connection");
            let request = read_resource::Request::default();
            ProviderClient::new(channel).read_resource(request).await.expect("an answer");
        }

        process.signal(signal).expect("a signal");
        let finished = process.finished().await.expect("an end");
        assert_eq!(finished.status.code(), Some(0));
        assert!(finished.stderr.iter().any(|line| line.contains(r#""@message":"closed""#)), "{:?}", finished.stderr);
        assert!(is_empty(temporary.path()), "the folder of the socket was left behind");
    }
}
