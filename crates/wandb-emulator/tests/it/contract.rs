//! What is offered by which server, and what happens with what is not.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wandb_emulator::{Emulator, Options, StartError};

use crate::world::{ADA, World, client, deterministic};

async fn schema(deployment: &str) -> String {
    let world = World::on(deployment).await;
    let url = format!("{}/schema", world.emulator.admin_url());
    client().get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_schema_of_the_newest_server() {
    insta::assert_snapshot!("schema_newest", schema("{ kind: multi-tenant }").await);
}

#[tokio::test]
async fn the_schema_of_an_old_server() {
    insta::assert_snapshot!("schema_0_69", schema("{ kind: self-managed, version: 0.69.0 }").await);
}

#[tokio::test]
async fn introspection_shows_what_can_be_queried() {
    let query = r#"{ a: __type(name: "GenerateApiKeyInput") { inputFields { name } } b: __type(name: "Member") { fields { name } } }"#;
    let newest = World::start().await.data(ADA, query, Value::Null).await;
    assert_eq!(newest["a"]["inputFields"], json!([{ "name": "description" }, { "name": "userId" }]));
    let fields = |data: &Value| data["b"]["fields"].to_string();
    assert!(fields(&newest).contains("role") && fields(&newest).contains("apiKeys"));
    let older = World::on("{ kind: dedicated, version: 0.69.0 }").await.data(ADA, query, Value::Null).await;
    assert!(!fields(&older).contains("role") && !fields(&older).contains("apiKeys"));
}

#[tokio::test]
async fn a_field_that_a_version_lacks_is_an_error() {
    let query = r#"{ entity(name: "research") { members { role } } }"#;
    let older = World::on("{ kind: dedicated, version: 0.69.0 }").await;
    let answer = older.graphql(ADA, query, Value::Null).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text("/errors/0/message").contains("\"role\""), "{answer:?}");
}

#[tokio::test]
async fn a_server_can_be_made_to_lack_a_field() {
    let lacks = ["Member.apiKeys", "GenerateApiKeyInput.userId"].map(|text| text.parse().unwrap()).into();
    let world = World::with(Options { lacks, ..deterministic() }).await;
    let key = world.emulator.admin_api_key().unwrap();
    let mutation = r#"mutation { generateApiKey(input: { userId: "x" }) { secret } }"#;
    assert_eq!(world.graphql(key, mutation, Value::Null).await.status, StatusCode::BAD_REQUEST);
    let lacks = ["Member.nothing".parse().unwrap()].into();
    let refused = Emulator::start(Options { lacks, ..deterministic() }).await;
    assert!(matches!(refused, Err(StartError::Contract(_))));
}

#[tokio::test]
async fn what_is_unknown_is_refused() {
    let world = World::start().await;
    let cases = [
        ("{ nothing }", Value::Null),
        ("{ viewer { nothing } }", Value::Null),
        ("mutation { dropEverything { success } }", Value::Null),
        (r#"mutation { createTeam(input: { teamName: "x", nothing: 1 }) { entity { id } } }"#, Value::Null),
        (
            "mutation M($input: CreateTeamInput!) { createTeam(input: $input) { entity { id } } }",
            json!({ "input": { "teamName": "x", "nothing": 1 } }),
        ),
        ("mutation M($n: String) { createTeam(input: { teamName: $n }) { entity { id } } }", json!({ "n": "x" })),
        ("{ viewer { id }", Value::Null),
        ("subscription { viewer { id } }", Value::Null),
    ];
    for (query, variables) in cases {
        let answer = world.graphql(ADA, query, variables).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {answer:?}");
        assert!(answer.at("/errors").as_array().is_some_and(|errors| !errors.is_empty()), "{query}");
    }
    let teams = world.state().await["teams"].as_array().unwrap().len();
    assert_eq!(teams, 2, "nothing was made");
}

#[tokio::test]
async fn what_is_no_request_of_graphql_is_refused() {
    let world = World::start().await;
    for body in ["", "[]", "{}", "not json", r#"{"query": 1}"#, r#"{"query": "{viewer{id}}", "unknown": 1}"#] {
        let request = world.request(Method::POST, "/graphql").basic_auth("api", Some(ADA)).body(body);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::start().await;
    let query = format!("{{ viewer {{ id }} }} # {}", "x".repeat(9 * 1024 * 1024));
    let answer = world.graphql(ADA, &query, Value::Null).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn unknown_paths_are_named_in_the_error() {
    let world = World::start().await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/graphql"),
        (Method::POST, "/graphql/"),
        (Method::GET, "/scim/Nothing"),
        (Method::POST, "/api/runs"),
    ] {
        let response = world.request(method.clone(), path).basic_auth("ada", Some(ADA)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method} {path}");
        let text = response.text().await.unwrap();
        assert!(text.contains("emulator") && text.contains(&format!("{method} {path}")), "{text}");
    }
}

#[tokio::test]
async fn the_server_tells_its_version_and_features() {
    let query = "{ serverInfo { features { name isEnabled } latestLocalVersionInfo { versionOnThisInstanceString } } }";
    let dedicated = World::start().await.data(ADA, query, Value::Null).await;
    assert_eq!(dedicated["serverInfo"]["latestLocalVersionInfo"]["versionOnThisInstanceString"], "0.84.0");
    let cloud = World::on("{ kind: multi-tenant }").await.data(ADA, query, Value::Null).await;
    assert_eq!(cloud["serverInfo"]["latestLocalVersionInfo"], Value::Null);
    let features = cloud["serverInfo"]["features"].as_array().unwrap();
    assert!(!features.is_empty() && features.iter().all(|feature| feature["isEnabled"] == false));
}
