//! Logging in with identity tokens.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use wandb_client::{Client, Config, Credential, Environment, ErrorKind, IdentityToken};

use crate::support::{Expected, Server, viewer};

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjaSJ9.c2lnbmF0dXJl";

fn exchange() -> Expected {
    Expected::path(Method::POST, "/oidc/token")
}

fn exchanged(token: &str, expires_in: u32) -> Expected {
    exchange().answers(200, &json!({ "access_token": token, "expires_in": expires_in }).to_string())
}

fn client(server: &Server, token: IdentityToken) -> Client {
    Client::new(&Config::new(server.url().parse().unwrap(), Credential::IdentityToken(token)).with_max_retries(2))
}

fn text() -> IdentityToken {
    IdentityToken::from_text(JWT).unwrap()
}

fn shared_in(folder: &TempDir) -> PathBuf {
    folder.path().join("wandb").join("credentials.json")
}

/// The authorization of all requests but the exchanges.
fn authorizations(server: &Server) -> Vec<String> {
    let requests = server.finish();
    let others = requests.iter().filter(|request| request.path == "/graphql");
    others.map(|request| request.headers["authorization"].to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_identity_token_is_exchanged_once_for_all_calls() {
    let server = Server::start().await;
    server.expect((0..10).map(|_| viewer()));
    server.expect([exchanged("access-1", 3600)]);
    let client = client(&server, text());
    let all = join_all((0..10).map(|_| client.viewer())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(authorizations(&server), vec!["Bearer access-1"; 10]);
    let requests = server.finish();
    assert_eq!((requests.len(), requests[0].path.as_str()), (11, "/oidc/token"));
    assert!(!requests[0].headers.contains_key("authorization"));
    let body = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(body.ends_with(&format!("&assertion={JWT}")), "{body}");
}

#[tokio::test]
async fn a_file_is_read_anew_for_every_exchange() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    let server = Server::start().await;
    // Tokens that end at once, so that each call needs the next.
    server.expect([exchanged("access-1", 0), viewer(), exchanged("access-2", 0), viewer()]);
    let client = client(&server, IdentityToken::from_file(&file));
    for signature in ["b25l", "dHdv"] {
        fs::write(&file, format!("{JWT}{signature}\n")).unwrap();
        client.viewer().await.unwrap();
    }
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-2"]);
    let bodies: Vec<_> = server
        .finish()
        .iter()
        .filter(|request| request.path == "/oidc/token")
        .map(|request| request.body.clone())
        .collect();
    assert_ne!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn two_processes_with_one_identity_token_exchange_it_once() {
    let folder = TempDir::new().unwrap();
    let server = Server::start().await;
    server.expect([exchanged("access-1", 3600), viewer(), viewer()]);
    let process = || client(&server, text().shared_in(Some(shared_in(&folder))));
    let (one, two) = (process(), process());
    let (one, two) = futures::join!(one.viewer(), two.viewer());
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-1"]);
    assert_eq!(server.finish().len(), 3);
}

#[tokio::test]
async fn what_is_left_of_a_token_is_used_when_there_is_no_other() {
    let folder = TempDir::new().unwrap();
    let server = Server::start().await;
    // Too short a life to share for long, but another exchange is refused.
    server.expect([exchanged("access-1", 120), viewer()]);
    client(&server, text().shared_in(Some(shared_in(&folder)))).viewer().await.unwrap();
    server.expect([exchange().answers(400, r#"{"error":"jti_known"}"#), viewer()]);
    client(&server, text().shared_in(Some(shared_in(&folder)))).viewer().await.unwrap();
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-1"]);
}

#[tokio::test]
async fn who_cannot_have_the_shared_file_does_not_use_the_token_up() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials.json");
    let lock = fs::File::create(file.with_added_extension("lock")).unwrap();
    lock.lock().unwrap();
    let server = Server::start().await;
    let token = Credential::IdentityToken(text().shared_in(Some(file.clone())));
    let config = Config::new(server.url().parse().unwrap(), token).with_operation_deadline(Duration::from_millis(50));
    let error = Client::new(&config).viewer().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CredentialsFileKept { file: kept, .. } if *kept == file), "{error:?}");
    assert!(server.finish().is_empty());
}

#[tokio::test]
async fn where_nothing_can_be_shared_each_process_exchanges() {
    let folder = TempDir::new().unwrap();
    let not_a_folder = folder.path().join("file");
    fs::write(&not_a_folder, "").unwrap();
    let not_ours = folder.path().join("not-ours.json");
    fs::write(&not_ours, "[]").unwrap();
    for file in [not_a_folder.join("credentials.json"), not_ours.clone()] {
        let server = Server::start().await;
        server.expect([exchanged("access-1", 3600), viewer()]);
        client(&server, text().shared_in(Some(file))).viewer().await.unwrap();
        server.finish();
    }
    assert_eq!(fs::read_to_string(not_ours).unwrap(), "[]");
}

#[tokio::test]
async fn a_job_of_github_actions_fetches_its_token() {
    let (server, provider) = (Server::start().await, Server::start().await);
    provider.expect([Expected::path(Method::GET, "/token").answers(200, &json!({ "value": JWT }).to_string())]);
    server.expect([exchanged("access-1", 3600), viewer()]);
    let url = format!("{}/token?api-version=2", provider.url());
    let pairs = [("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-secret")];
    let token = IdentityToken::from_github_actions("acme", &Environment::from_pairs(pairs)).unwrap().unwrap();
    client(&server, token).viewer().await.unwrap();
    assert_eq!(provider.finish()[0].headers["authorization"], "Bearer runner-secret");
    assert_eq!(authorizations(&server), ["Bearer access-1"]);
}

#[tokio::test]
async fn a_lost_answer_to_an_exchange_costs_a_job_no_more_than_another_token() {
    for lost in [exchange().closes(), exchange().answers(200, r#"{"access_token":"acc"#)] {
        let (server, provider) = (Server::start().await, Server::start().await);
        let token =
            |value: &str| Expected::path(Method::GET, "/token").answers(200, &json!({ "value": value }).to_string());
        let fresh = format!("{JWT}ZnJlc2g");
        provider.expect([token(JWT), token(&fresh)]);
        // The token was exchanged, and that is all that the server says of it.
        server.expect([
            lost,
            exchange().answers(400, r#"{"error":"jti_known"}"#),
            exchanged("access-1", 3600),
            viewer(),
        ]);
        let url = format!("{}/token", provider.url());
        let pairs =
            [("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-secret")];
        let job = IdentityToken::from_github_actions("acme", &Environment::from_pairs(pairs)).unwrap().unwrap();
        client(&server, job).viewer().await.unwrap();
        assert!(server.finish()[2].body.ends_with(fresh.as_bytes()));
        provider.finish();
    }
}

#[tokio::test]
async fn a_token_that_was_replaced_meanwhile_takes_the_place_of_one_that_is_used_up() {
    let folder = TempDir::new().unwrap();
    let (file, shared) = (folder.path().join("token"), shared_in(&folder));
    fs::write(&file, JWT).unwrap();
    let (server, go) = (Server::start().await, Arc::new(Notify::new()));
    let known = exchange().answers_after(&go, 400, r#"{"error":"jti_known"}"#);
    server.expect([exchange().closes(), known, exchanged("access-1", 3600), viewer(), viewer()]);
    let process = || client(&server, IdentityToken::from_file(&file).shared_in(Some(shared.clone())));
    let first = process();
    let call = tokio::spawn(async move { first.viewer().await });
    server.wait_for(2).await;
    fs::write(&file, format!("{JWT}ZnJlc2g")).unwrap();
    go.notify_one();
    call.await.unwrap().unwrap();
    // It is kept as what the fresh one was exchanged for.
    process().viewer().await.unwrap();
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-1"]);
}

#[tokio::test]
async fn a_refused_identity_is_an_error_that_holds_no_token() {
    let server = Server::start().await;
    let refusal = json!({ "error": "invalid_grant", "error_description": format!("sub of {JWT} is unknown") });
    server.expect([exchange().answers(400, &refusal.to_string())]);
    let error = client(&server, text()).viewer().await.unwrap_err();
    assert!(error.is_identity_refused() && error.attempts() == 1, "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "ExchangeIdentityToken failed: the server does not accept the credential: sub of [redacted] is unknown \
             ({}/oidc/token, HTTP 400)",
            server.url()
        )
    );
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let server = Server::start().await;
    server.expect([exchange().answers(503, ""), exchanged("access-1", 3600), viewer()]);
    client(&server, text()).viewer().await.unwrap();
    server.finish();
}

#[tokio::test]
async fn without_an_identity_token_nothing_is_sent() {
    let folder = TempDir::new().unwrap();
    let odd = folder.path().join("odd");
    fs::write(&odd, "hunter2").unwrap();
    for file in [folder.path().join("missing"), odd] {
        let server = Server::start().await;
        let error = client(&server, IdentityToken::from_file(&file)).viewer().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::IdentityToken(_)), "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        assert!(server.finish().is_empty());
    }
}

#[tokio::test]
async fn an_access_token_can_be_had_for_other_programs() {
    let folder = TempDir::new().unwrap();
    let server = Server::start().await;
    server.expect([exchanged("access-1", 3600)]);
    let client = crate::support::client(&server);
    let token = text().shared_in(Some(shared_in(&folder)));
    for _ in 0..2 {
        let access = client.exchange_identity_token(&token).await.unwrap();
        assert_eq!(access.expose_secret(), "access-1");
        assert!(!format!("{access:?}").contains("access-1"));
    }
    server.finish();
    let kept = stored(&shared_in(&folder));
    assert_eq!(kept["credentials"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn each_attempt_has_the_token_of_its_time() {
    let server = Server::start().await;
    // The first ends while the request waits for its second attempt.
    server.expect([exchanged("access-1", 0), viewer().answers(503, ""), exchanged("access-2", 3600), viewer()]);
    client(&server, text()).viewer().await.unwrap();
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-2"]);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let folder = TempDir::new().unwrap();
    let server = Server::start().await;
    let refused = || viewer().answers(401, r#"{"error":"unknown token"}"#);
    server.expect([exchanged("access-1", 3600), refused(), exchanged("access-2", 3600), viewer()]);
    // The file has the refused one, which is not the next.
    let client = client(&server, text().shared_in(Some(shared_in(&folder))));
    client.viewer().await.unwrap();
    server.expect([refused(), exchanged("access-3", 3600), refused()]);
    let error = client.viewer().await.unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("unknown token"), "{error}");
    let tokens = ["access-1", "access-2", "access-2", "access-3"].map(|token| format!("Bearer {token}"));
    assert_eq!(authorizations(&server), tokens);
}

#[tokio::test]
async fn what_the_server_said_of_a_token_is_told_where_there_is_no_other() {
    let server = Server::start().await;
    let refused = viewer().answers(401, r#"{"error":"unknown token"}"#);
    server.expect([exchanged("access-1", 3600), refused, exchange().answers(400, r#"{"error":"jti_known"}"#)]);
    let client = client(&server, text());
    let error = client.viewer().await.unwrap_err();
    assert!(error.is_auth() && !error.is_identity_refused(), "{error}");
    assert!(error.to_string().contains("unknown token"), "{error}");
    // Nor is another one asked for with each request that follows.
    server.expect([viewer().answers(401, r#"{"error":"unknown token"}"#)]);
    assert!(client.viewer().await.unwrap_err().is_auth());
    assert_eq!(authorizations(&server), ["Bearer access-1", "Bearer access-1"]);
}

#[tokio::test]
async fn a_token_that_scim_took_and_no_longer_takes_is_no_lack_of_the_server() {
    let server = Server::start().await;
    let delete = || Expected::path(Method::DELETE, "/scim/Users/User:2");
    server.expect([exchanged("access-1", 3600), viewer(), delete()]);
    let (client, account) = (client(&server, text()), wandb_client::UserId::new("User:2"));
    client.delete_service_account(&account).await.unwrap();
    server.expect([delete().answers(401, "{}"), exchanged("access-2", 3600), delete()]);
    client.delete_service_account(&account).await.unwrap();
    server.expect([delete().answers(401, "{}"), exchange().answers(400, "{}")]);
    let error = client.delete_service_account(&account).await.unwrap_err();
    assert!(error.is_auth() && !error.is_unsupported(), "{error}");
    server.finish();
}

#[tokio::test]
async fn scim_takes_an_access_token_in_one_form() {
    let server = Server::start().await;
    let refused = Expected::path(Method::DELETE, "/scim/Users/User:2").answers(401, "{}");
    server.expect([exchanged("access-1", 3600), viewer(), refused]);
    let error = client(&server, text()).delete_service_account(&wandb_client::UserId::new("User:2")).await.unwrap_err();
    // Perhaps they may use SCIM with an API key.
    assert!(error.is_unsupported() && !error.is_forbidden(), "{error}");
    assert_eq!(server.finish().last().unwrap().headers["authorization"], "Bearer access-1");
}

fn stored(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}
