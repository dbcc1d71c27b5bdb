//! Who calls, and what the server is.

use base64::Engine as _;
use serde_json::json;

use crate::support::{Expected, KEY, Server, client, connection, viewer};

#[tokio::test]
async fn the_viewer_is_who_the_key_belongs_to() {
    let server = Server::start().await;
    server.expect([viewer()]);
    let answer = client(&server).viewer().await.unwrap();
    assert_eq!(answer.id.as_str(), "VXNlcjox");
    assert_eq!(answer.username.as_deref(), Some("ada"));
    assert_eq!(answer.email.as_deref(), Some("ada@acme.example"));
    assert_eq!(answer.teams, ["vision"]);
    assert!(answer.admin);
    let request = server.only("Viewer");
    assert_eq!(request.user(), format!("api:{KEY}"));
    assert_eq!(request.headers["user-agent"], concat!("wandb-client/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_key_that_an_older_server_shows_whole_is_not_passed_on() {
    let server = Server::start().await;
    server.expect([viewer()]);
    let answer = client(&server).viewer().await.unwrap();
    assert_eq!(answer.api_keys[0].key_id, KEY[..20]);
    assert!(!format!("{answer:?}").contains(KEY));
}

#[tokio::test]
async fn a_gateway_that_repeats_what_it_was_sent_is_quoted_without_it() {
    let server = Server::start().await;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("api:{KEY}"));
    let message = json!({ "message": format!("no user for {basic}") });
    server.expect([Expected::graphql("Viewer").answers(400, &message.to_string())]);
    let error = client(&server).viewer().await.unwrap_err();
    assert!(error.to_string().contains("no user for [redacted]"), "{error}");
}

#[tokio::test]
async fn a_key_that_the_server_does_not_know_is_an_error() {
    for (status, body) in [(401, r#"{"error":"no such key"}"#), (200, r#"{"data":{"viewer":null}}"#)] {
        let server = Server::start().await;
        server.expect([Expected::graphql("Viewer").answers(status, body)]);
        let error = client(&server).viewer().await.unwrap_err();
        assert!(error.is_auth(), "{error}");
    }
}

#[tokio::test]
async fn a_server_tells_its_version_and_features() {
    let features = json!([{ "name": "a", "isEnabled": true }, { "name": "b", "isEnabled": false }, null]);
    let version = json!({ "versionOnThisInstanceString": "0.81.0" });
    let local = json!({ "serverInfo": { "features": features, "latestLocalVersionInfo": version } });
    let cloud = json!({ "serverInfo": { "features": null, "latestLocalVersionInfo": null } });
    for (data, version, features) in [
        (local, Some("0.81.0"), vec![("a", true), ("b", false)]),
        (cloud, None, vec![]),
        (json!({ "serverInfo": null }), None, vec![]),
    ] {
        let server = Server::start().await;
        server.expect([Expected::graphql("ServerInfo").data(&data)]);
        let info = client(&server).server().await.unwrap();
        assert_eq!(info.version.as_deref(), version);
        let told: Vec<_> = info.features.iter().map(|(name, enabled)| (name.as_str(), *enabled)).collect();
        assert_eq!(told, features);
    }
}

#[tokio::test]
async fn lists_of_the_viewer_show_what_is_visible() {
    let server = Server::start().await;
    let mut teams = connection(&[json!({ "name": "vision" })]);
    teams["edges"].as_array_mut().unwrap().push(json!(null));
    let viewer = json!({ "id": "VXNlcjox", "teams": teams });
    server.expect([Expected::graphql("Viewer").data(&json!({ "viewer": viewer }))]);
    let answer = client(&server).viewer().await.unwrap();
    assert_eq!(answer.teams, ["vision"]);
    assert!(answer.api_keys.is_empty() && answer.username.is_none() && !answer.admin);
}
