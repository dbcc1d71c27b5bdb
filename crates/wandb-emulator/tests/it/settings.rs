//! What can be set behind the scenes: the organization's settings, the clock, and limits.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wandb_emulator::{Options, RateLimit, Seed};

use crate::world::{ADA, GRACE, LINUS, PLATFORM, SEED, World, deterministic};

const GENERATE: &str = "mutation M($id: ID) { generateApiKey(input: { userId: $id }) { apiKey { id createdAt } } }";

async fn set(world: &World, settings: Value) {
    let answer = world.admin(Method::PUT, "/settings", settings).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn creation_of_keys_can_be_disabled_but_for_organization_accounts() {
    let world = World::start().await;
    set(&world, json!({ "api_key_creation_disabled": true })).await;
    let ci = world.account_id("ci").await;
    for (key, variables) in [(LINUS, Value::Null), (GRACE, json!({ "id": ci })), (ADA, json!({ "id": ci }))] {
        let answer = world.graphql(key, GENERATE, variables).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, Some("PERMISSION_ERROR")));
        assert!(answer.text("/errors/0/message").contains("administrator"));
    }
    world.data(PLATFORM, GENERATE, Value::Null).await;
}

#[tokio::test]
async fn creation_of_team_service_accounts_can_be_disabled() {
    let world = World::start().await;
    set(&world, json!({ "team_service_account_creation_disabled": true })).await;
    let mutation =
        r#"mutation { createServiceAccount(input: { entityName: "research", description: "x" }) { user { id } } }"#;
    assert_eq!(world.graphql(GRACE, mutation, Value::Null).await.code(), Some("PERMISSION_ERROR"));
    let account = |kind: &str| {
        let teams = json!({ "defaultTeam": "research" });
        json!({ "userName": "bot", "accountType": kind, "urn:ietf:params:scim:schemas:extension:teams:2.0:User": teams })
    };
    assert_eq!(world.scim(Method::POST, "Users", account("SERVICE")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.scim(Method::POST, "Users", account("ORG_SERVICE")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn invitations_can_be_accepted_at_once() {
    let world = World::start().await;
    set(&world, json!({ "invitations_accepted_at_once": true })).await;
    let mutation =
        r#"mutation { createInvite(input: { entityName: "research", username: "otto" }) { invite { id } } }"#;
    world.data(GRACE, mutation, Value::Null).await;
    assert!(world.members("research").await.contains(&("otto".to_owned(), "member".to_owned())));
}

#[tokio::test]
async fn an_unknown_setting_is_refused() {
    let world = World::start().await;
    let answer = world.admin(Method::PUT, "/settings", json!({ "unknown": true })).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text("/error").contains("unknown"));
}

#[tokio::test]
async fn the_clock_is_everywhere() {
    let clock = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let world = World::with(Options { clock, seed: Seed::from_yaml(SEED).unwrap(), ..deterministic() }).await;
    let made = world.graphql(LINUS, GENERATE, Value::Null).await;
    assert_eq!(made.header("date"), "Fri, 02 Jan 2026 03:04:05 GMT");
    assert_eq!(made.text("/data/generateApiKey/apiKey/createdAt"), "2026-01-02T03:04:05Z");
    let moved = world.admin(Method::PUT, "/clock", json!({ "advance": "720h" })).await;
    assert_eq!(moved.body, json!({ "now": "2026-02-01T03:04:05Z", "running": false }));
    world.graphql(LINUS, "{ viewer { id } }", Value::Null).await;
    assert_eq!(world.account("linus").await["api_keys"][0]["last_used_at"], "2026-02-01T03:04:05Z");
    world.admin(Method::PUT, "/clock", json!({ "stop_at": "2030-01-01T00:00:00Z" })).await;
    let failed = world.graphql("wrong", "{ viewer { id } }", Value::Null).await;
    assert_eq!(failed.header("date"), "Tue, 01 Jan 2030 00:00:00 GMT", "on every answer");
    let running = world.admin(Method::PUT, "/clock", json!({ "run": {} })).await;
    assert_eq!(running.at("/running"), &json!(true));
    let wrong = world.admin(Method::PUT, "/clock", json!({ "turn_back": "1h" })).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_rate_limit_counts_each_caller_and_ends_with_its_window() {
    let rate_limit = RateLimit { requests: 2, window_seconds: 60 };
    let clock = Some("2026-01-02T03:04:05Z".parse().unwrap());
    let world =
        World::with(Options { rate_limit, clock, seed: Seed::from_yaml(SEED).unwrap(), ..deterministic() }).await;
    let ask = async |key| {
        let answer = world.graphql(key, "{ viewer { id } }", Value::Null).await;
        let header = |name| answer.header(name).parse::<u32>().unwrap();
        (answer.status.as_u16(), header("RateLimit-Remaining"), header("RateLimit-Reset"))
    };
    assert_eq!(ask(LINUS).await, (200, 1, 60));
    world.admin(Method::PUT, "/clock", json!({ "advance": "20s" })).await;
    assert_eq!(ask(LINUS).await, (200, 0, 40));
    assert_eq!(ask(LINUS).await, (429, 0, 40));
    assert_eq!(ask(GRACE).await, (200, 1, 60), "another caller");
    world.admin(Method::PUT, "/clock", json!({ "advance": "40s" })).await;
    assert_eq!(ask(LINUS).await, (200, 1, 60));
    let unlimited = json!({ "requests": 100, "window_seconds": 60 });
    world.admin(Method::PUT, "/rate-limit", unlimited.clone()).await;
    assert_eq!(world.admin(Method::GET, "/rate-limit", Value::Null).await.body, unlimited);
    assert_eq!(ask(LINUS).await, (200, 99, 60));
}
