use rustix::process::Signal;
use tempfile::TempDir;
use tfplugin_proto::tfplugin6::read_resource;
use tfplugin_testing::{Finished, Host, Launch};

use crate::{BARE, bare, folder, is_empty};

/// A host whose provider puts its socket into the folder and logs what it does at its end.
async fn host(launch: Launch) -> (Host, TempDir) {
    let temporary = folder();
    let launch = launch.variable("TMPDIR", temporary.path()).variable("TF_LOG", "debug");
    let host = launch.host().await.expect("a host");
    assert!(!is_empty(temporary.path()));
    (host, temporary)
}

/// The end was clean: what was open is closed once, the folder is gone, and nothing but the handshake was on stdout.
fn assert_clean(finished: &Finished, temporary: &TempDir, why: &str) {
    let count = |text: &str| finished.stderr.iter().filter(|line| line.contains(text)).count();
    assert_eq!(count(r#""@message":"closed""#), 1, "{:#?}", finished.stderr);
    assert_eq!(count(why), 1, "{why}: {:#?}", finished.stderr);
    assert_eq!(finished.stdout, [""; 0]);
    assert!(is_empty(temporary.path()), "the folder of the socket was left behind");
}

#[tokio::test]
async fn the_host_asks_for_the_end() {
    let (host, temporary) = host(bare()).await;
    let finished = host.shutdown().await.expect("an end");
    assert_eq!(finished.status.code(), Some(0));
    assert_clean(&finished, &temporary, "the host asked for it");
}

#[tokio::test]
async fn an_interrupt_is_left_to_the_host() {
    let (mut host, temporary) = host(bare()).await;
    host.process().signal(Signal::INT).expect("a signal");
    host.provider().read_resource(read_resource::Request::default()).await.expect("an answer");
    let finished = host.shutdown().await.expect("an end");
    assert_eq!(finished.status.code(), Some(0));
    assert_clean(&finished, &temporary, "the host asked for it");
}

#[tokio::test]
async fn told_to_terminate() {
    for signal in [Signal::TERM, Signal::HUP] {
        let (mut host, temporary) = host(bare()).await;
        host.process().signal(signal).expect("a signal");
        let finished = host.disconnect().finished().await.expect("an end");
        assert_eq!(finished.status.code(), Some(0));
        assert_clean(&finished, &temporary, "told to end");
    }
}

#[tokio::test]
async fn the_host_leaves_without_a_word() {
    let (host, temporary) = host(bare()).await;
    let finished = host.disconnect().finished().await.expect("an end");
    assert_eq!(finished.status.code(), Some(0));
    assert_clean(&finished, &temporary, "the host has closed the connection");
}

#[tokio::test]
async fn the_parent_is_killed() {
    // The shell stands for the host: the provider's parent. The connection is this test's and stays open.
    let shell = Launch::new("sh").argument("-c").argument(r#""$0"; :"#).argument(BARE);
    let (mut host, temporary) = host(shell).await;
    let _connection = host.provider();
    host.process().signal(Signal::KILL).expect("a signal");
    let finished = host.disconnect().finished().await.expect("an end");
    assert_clean(&finished, &temporary, "the host is gone");
}
