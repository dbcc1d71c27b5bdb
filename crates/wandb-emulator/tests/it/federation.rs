//! Identity tokens, exchanged for access tokens.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Answer, World};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SUBJECT: &str = "repo:acme/models:ref:refs/heads/main";

async fn federated(deployment: &str, login: Value) -> World {
    let world = World::on(deployment).await;
    let answer = world.admin(Method::PUT, "/settings", json!({ "federated_login": login })).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    world
}

async fn dedicated() -> World {
    federated("{ kind: dedicated }", json!({})).await
}

async fn token(world: &World, request: Value) -> String {
    world.admin(Method::POST, "/issuer/tokens", request).await.text("/token")
}

async fn exchange(world: &World, token: &str) -> Answer {
    let form = [("grant_type", GRANT), ("assertion", token)];
    Answer::of(world.request(Method::POST, "/oidc/token").form(&form).send().await.unwrap()).await
}

async fn username(world: &World, access_token: &str) -> Option<String> {
    let request = world.request(Method::POST, "/graphql").bearer_auth(access_token);
    let answer = Answer::of(request.json(&json!({ "query": "{ viewer { name } }" })).send().await.unwrap()).await;
    answer.body.pointer("/data/viewer/name").and_then(Value::as_str).map(str::to_owned)
}

#[tokio::test]
async fn a_service_account_and_a_person_log_in_by_identity_token() {
    let world = dedicated().await;
    for (subject, name) in [(SUBJECT, "release"), ("linus@acme.example", "linus")] {
        let identity = token(&world, json!({ "subject": subject, "audience": "acme" })).await;
        let answer = exchange(&world, &identity).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.at("/expires_in"), &json!(3600));
        let access = answer.text("/access_token");
        assert_eq!(username(&world, &access).await.as_deref(), Some(name));
        let basic = world.graphql(&access, "{ viewer { name } }", Value::Null).await;
        assert_eq!(basic.status, StatusCode::UNAUTHORIZED, "an access token is no API key");
    }
}

#[tokio::test]
async fn an_access_token_expires_by_the_emulators_clock() {
    let world = dedicated().await;
    let identity = token(&world, json!({ "subject": SUBJECT, "audience": "acme" })).await;
    let access = exchange(&world, &identity).await.text("/access_token");
    world.admin(Method::PUT, "/clock", json!({ "advance": "59m" })).await;
    assert!(username(&world, &access).await.is_some());
    world.admin(Method::PUT, "/clock", json!({ "advance": "2m" })).await;
    assert_eq!(username(&world, &access).await, None);
}

#[tokio::test]
async fn an_identity_token_is_good_once() {
    let world = dedicated().await;
    let request = json!({ "subject": SUBJECT, "audience": "acme", "jti": "one" });
    let first = token(&world, request.clone()).await;
    assert_eq!(exchange(&world, &first).await.status, StatusCode::OK);
    for replayed in [first, token(&world, request).await] {
        let answer = exchange(&world, &replayed).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text("/error_description").contains("jti_known"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_wrong_identity_token_is_refused() {
    let world = dedicated().await;
    let good = json!({ "subject": SUBJECT, "audience": "acme" });
    let with = |more: Value| {
        let mut request = good.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let wrong = [
        with(json!({ "audience": "other" })),
        with(json!({ "subject": "repo:acme/models:ref:refs/heads/MAIN" })),
        with(json!({ "issuer": "https://elsewhere.example" })),
        with(json!({ "expires_in": -1 })),
        with(json!({ "valid_in": 60 })),
    ];
    for request in wrong {
        let answer = exchange(&world, &token(&world, request.clone()).await).await;
        assert_eq!(
            (answer.status, answer.text("/error")),
            (StatusCode::BAD_REQUEST, "invalid_grant".to_owned()),
            "{request}"
        );
    }
    let valid = token(&world, good).await;
    let (signed, signature) = valid.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", signed.split_once('.').unwrap().1);
    for token in [forged, unsigned, "nothing".to_owned(), String::new()] {
        assert_eq!(exchange(&world, &token).await.status, StatusCode::BAD_REQUEST, "{token}");
    }
    assert_eq!(exchange(&world, &valid).await.status, StatusCode::OK, "it was not used up");
}

#[tokio::test]
async fn without_a_registered_issuer_nobody_logs_in() {
    let world = World::start().await;
    let identity = token(&world, json!({ "subject": SUBJECT, "audience": "acme" })).await;
    assert_eq!(exchange(&world, &identity).await.status, StatusCode::BAD_REQUEST);
    let wrong_grant = [("grant_type", "password"), ("assertion", identity.as_str())];
    let answer = Answer::of(world.request(Method::POST, "/oidc/token").form(&wrong_grant).send().await.unwrap()).await;
    assert_eq!(answer.text("/error"), "unsupported_grant_type");
    let no_form = world.request(Method::POST, "/oidc/token").json(&json!({ "assertion": identity }));
    let answer = Answer::of(no_form.send().await.unwrap()).await;
    assert_eq!((answer.status, answer.text("/error")), (StatusCode::BAD_REQUEST, "invalid_request".to_owned()));
}

#[tokio::test]
async fn a_self_managed_server_wants_its_own_audience_or_none() {
    let checked = federated("{ kind: self-managed }", json!({})).await;
    for (audience, status) in [("wandb", StatusCode::OK), ("acme", StatusCode::BAD_REQUEST)] {
        let identity = token(&checked, json!({ "subject": SUBJECT, "audience": audience })).await;
        assert_eq!(exchange(&checked, &identity).await.status, status, "{audience}");
    }
    let unchecked = federated("{ kind: self-managed }", json!({ "check_audience": false })).await;
    let identity = token(&unchecked, json!({ "subject": SUBJECT, "audience": "anything" })).await;
    assert_eq!(exchange(&unchecked, &identity).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_issuer_is_asked_for_its_keys() {
    let issuer = World::start().await;
    let url = format!("{}/issuer", issuer.emulator.admin_url());
    let world = federated("{ kind: dedicated }", json!({ "issuer": url })).await;
    let request = json!({ "subject": SUBJECT, "audience": "acme" });
    assert_eq!(exchange(&world, &token(&issuer, request.clone()).await).await.status, StatusCode::OK);
    assert_eq!(exchange(&world, &token(&world, request.clone()).await).await.status, StatusCode::BAD_REQUEST);
    let late = token(&issuer, request).await;
    issuer.emulator.stop().await;
    let unreachable = exchange(&world, &late).await;
    assert_eq!(unreachable.status, StatusCode::BAD_REQUEST, "{unreachable:?}");
}
