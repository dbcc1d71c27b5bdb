//! Faults on demand.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADA, World};

const CREATE: &str = r#"mutation { createTeam(input: { teamName: "vision" }) { entity { id } } }"#;

async fn inject(world: &World, fault: Value) {
    let answer = world.admin(Method::POST, "/faults", fault.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{fault}: {answer:?}");
}

async fn teams(world: &World) -> usize {
    world.state().await["teams"].as_array().unwrap().len()
}

fn create(world: &World) -> reqwest::RequestBuilder {
    world.request(Method::POST, "/graphql").basic_auth("api", Some(ADA)).json(&json!({ "query": CREATE }))
}

async fn last_entry(world: &World) -> Value {
    world.admin(Method::GET, "/journal", Value::Null).await.at("/entries").as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn an_error_strikes_before_or_after_the_change() {
    for (when, made) in [("before", 0), ("after", 1)] {
        let world = World::start().await;
        let effect = json!({ "kind": "status", "when": when, "status": 503, "retry_after": 7 });
        inject(&world, json!({ "operation": "createTeam", "times": 1, "effect": effect })).await;
        let before = teams(&world).await;
        world.data(ADA, "{ viewer { id } }", Value::Null).await;
        let failed = create(&world).send().await.unwrap();
        assert_eq!((failed.status().as_u16(), &failed.headers()["retry-after"]), (503, &"7".parse().unwrap()));
        assert_eq!(teams(&world).await, before + made, "{when}");
        let entry = last_entry(&world).await;
        assert_eq!((&entry["fault"], &entry["status"]), (&json!("status"), &json!(503)));
        assert_eq!(create(&world).send().await.unwrap().status(), StatusCode::OK, "it struck once");
    }
}

#[tokio::test]
async fn a_reset_leaves_the_client_without_an_answer() {
    for (when, made) in [("before", 0), ("after", 1)] {
        let world = World::start().await;
        let before = teams(&world).await;
        inject(&world, json!({ "effect": { "kind": "reset", "when": when } })).await;
        assert!(create(&world).send().await.is_err());
        assert_eq!(teams(&world).await, before + made, "{when}");
        let entry = last_entry(&world).await;
        assert_eq!((&entry["fault"], &entry["status"]), (&json!("reset"), &Value::Null));
        world.admin(Method::DELETE, "/faults", Value::Null).await;
        assert!(create(&world).send().await.is_ok());
    }
}

#[tokio::test]
async fn a_torn_answer_breaks_off() {
    let world = World::start().await;
    inject(&world, json!({ "times": 1, "effect": { "kind": "torn", "bytes": 5 } })).await;
    let mut torn = create(&world).send().await.unwrap();
    assert_eq!(torn.status(), StatusCode::OK);
    let mut received = Vec::new();
    let broken = loop {
        match torn.chunk().await {
            Ok(Some(chunk)) => received.extend_from_slice(&chunk),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && received.len() <= 5, "{received:?}");
    assert_eq!(teams(&world).await, 3);
}

#[tokio::test]
async fn an_endless_answer_does_not_end() {
    let world = World::start().await;
    inject(&world, json!({ "times": 1, "effect": { "kind": "endless" } })).await;
    let mut endless = create(&world).send().await.unwrap();
    let mut received = 0;
    while received < 1024 * 1024 {
        received += endless.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_fault_finds_its_route() {
    let world = World::start().await;
    inject(&world, json!({ "operation": "GET /scim/Users/{id}", "effect": { "kind": "status", "status": 500 } })).await;
    let path = format!("Users/{}", world.account_id("linus").await);
    assert_eq!(world.scim(Method::GET, "Users", Value::Null).await.status, StatusCode::OK);
    assert_eq!(world.scim(Method::GET, &path, Value::Null).await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_delay_only_delays() {
    let world = World::start().await;
    for when in ["before", "after"] {
        inject(&world, json!({ "times": 1, "effect": { "kind": "delay", "when": when, "milliseconds": 1 } })).await;
        world.data(ADA, "{ viewer { id } }", Value::Null).await;
        assert_eq!(last_entry(&world).await["fault"], "delay");
    }
    assert_eq!(world.admin(Method::GET, "/faults", Value::Null).await.body, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_fault_that_is_not_understood_is_refused() {
    let world = World::start().await;
    let cases = [
        json!({ "effect": { "kind": "explosion" } }),
        json!({ "effect": { "kind": "torn", "bytes": 1, "when": "before" } }),
        json!({ "effect": { "kind": "reset" }, "unknown": 1 }),
        json!({}),
        json!({ "effect": { "kind": "status", "status": 99 } }),
        json!({ "effect": { "kind": "reset" }, "times": 0 }),
        json!({ "effect": { "kind": "reset" }, "probability": 1.5 }),
        json!({ "effect": { "kind": "reset" }, "operation": "createTeams" }),
        json!({ "effect": { "kind": "reset" }, "operation": "GET /scim/Users/1" }),
    ];
    for fault in cases {
        let answer = world.admin(Method::POST, "/faults", fault.clone()).await;
        assert!(answer.status.is_client_error(), "{fault}: {answer:?}");
    }
    let unknown = world.admin(Method::GET, "/nothing", Value::Null).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text("/error").contains("GET /nothing"));
}
