//! Runs, and whom they are attributed to.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADA, Answer, CI, LINUS, OTTO, PLATFORM, World};

const UPSERT: &str = "mutation UpsertBucket($input: UpsertBucketInput!) { upsertBucket(input: $input) { \
    bucket { id name state user { username } project { name entity { name } } } inserted } }";

/// The names that `WANDB_USERNAME` and `WANDB_USER_EMAIL` give.
type Named = (&'static str, &'static str);

const NOBODY: Named = ("", "");

async fn upsert(world: &World, key: &str, named: Named, input: Value) -> Answer {
    let mut request = world.request(Method::POST, "/graphql").basic_auth("api", Some(key));
    for (header, value) in [("X-WANDB-USERNAME", named.0), ("X-WANDB-USER-EMAIL", named.1)] {
        if !value.is_empty() {
            request = request.header(header, value);
        }
    }
    let body = json!({ "query": UPSERT, "variables": { "input": input } });
    Answer::of(request.json(&body).send().await.unwrap()).await
}

async fn stream(world: &World, key: &str, path: &str, piece: Value) -> Answer {
    let request = world.request(Method::POST, &format!("/files/{path}/file_stream")).basic_auth("api", Some(key));
    Answer::of(request.json(&piece).send().await.unwrap()).await
}

async fn run(world: &World, project: &str, name: &str) -> Value {
    let query = "query Run($project: String, $run: String!) { project(entityName: \"research\", name: $project) { \
        run(name: $run) { state config summaryMetrics historyLineCount displayName tags user { username } } } }";
    let variables = json!({ "project": project, "run": name });
    world.data(ADA, query, variables).await["project"]["run"].clone()
}

#[tokio::test]
async fn a_run_is_attributed_to_whom_its_account_may_name() {
    let world = World::start().await;
    let ci = world.account("ci").await["username"].as_str().unwrap().to_owned();
    let cases = [
        // A team's account may name who is in its team, by either variable; the username goes first.
        (CI, ("linus", ""), "research", "linus"),
        (CI, ("", "linus@acme.example"), "research", "linus"),
        (CI, ("LINUS", ""), "research", "linus"),
        (CI, ("linus", "vera@acme.example"), "research", "linus"),
        // Whoever is not in the team, not a person, or not there leaves the run to the account.
        (CI, NOBODY, "research", &ci),
        (CI, ("otto", ""), "research", &ci),
        (CI, ("", "otto@acme.example"), "research", &ci),
        (CI, ("platform", ""), "research", &ci),
        (CI, ("nobody", "linus@acme.example"), "research", &ci),
        // An organization's account may name anyone in the organization, wherever the run is.
        (PLATFORM, ("otto", ""), "research", "otto"),
        (PLATFORM, ("linus", ""), "other", "linus"),
        (PLATFORM, ("nobody", ""), "other", "platform"),
        // People are themselves.
        (LINUS, ("vera", ""), "research", "linus"),
    ];
    for (key, named, entity, expected) in cases {
        let answer = upsert(&world, key, named, json!({ "entityName": entity, "modelName": "p" })).await;
        assert_eq!(answer.text("/data/upsertBucket/bucket/user/username"), expected, "{named:?} {entity}: {answer:?}");
    }
}

#[tokio::test]
async fn a_run_goes_to_the_callers_own_entity_unless_it_names_another() {
    let world = World::start().await;
    for (key, input, entity, project) in [
        (CI, json!({}), "research", "uncategorized"),
        (PLATFORM, json!({ "modelName": "p" }), "research", "p"),
        (PLATFORM, json!({ "entityName": "other", "modelName": "p" }), "other", "p"),
        (LINUS, json!({ "modelName": "p" }), "linus", "p"),
    ] {
        let answer = upsert(&world, key, NOBODY, input).await;
        assert_eq!(answer.text("/data/upsertBucket/bucket/project/entity/name"), entity);
        assert_eq!(answer.text("/data/upsertBucket/bucket/project/name"), project);
        assert!(!answer.text("/data/upsertBucket/bucket/name").is_empty());
    }
}

#[tokio::test]
async fn a_run_is_made_once_and_then_changed() {
    let world = World::start().await;
    let place = json!({ "entityName": "research", "modelName": "p", "name": "r" });
    let with = |more: Value| {
        let mut input = place.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let made = upsert(&world, CI, ("linus", ""), with(json!({ "config": "{\"lr\":1}", "tags": ["a"] }))).await;
    assert_eq!(made.at("/data/upsertBucket/inserted"), true);
    let id = made.text("/data/upsertBucket/bucket/id");

    // Who changes it does not change whom it is attributed to.
    let changed = upsert(&world, CI, ("vera", ""), with(json!({ "config": "{\"lr\":2}" }))).await;
    assert_eq!(changed.at("/data/upsertBucket/inserted"), false);
    let renamed = upsert(&world, LINUS, NOBODY, json!({ "id": id, "displayName": "better" })).await;
    assert_eq!(renamed.text("/data/upsertBucket/bucket/id"), id);

    assert_eq!(
        run(&world, "p", "r").await,
        json!({
            "state": "running", "config": "{\"lr\":2}", "summaryMetrics": null, "historyLineCount": 0,
            "displayName": "better", "tags": ["a"], "user": { "username": "linus" },
        })
    );
    let author = world.account("ci").await["username"].clone();
    assert_eq!(world.state().await["runs"][0]["author"], author);
    assert_eq!(run(&world, "p", "other").await, Value::Null);
}

#[tokio::test]
async fn the_stream_tells_how_a_run_goes_and_ends() {
    let world = World::start().await;
    upsert(&world, CI, NOBODY, json!({ "modelName": "p", "name": "r" })).await;
    let pieces = [
        json!({ "files": { "wandb-history.jsonl": { "offset": 0, "content": ["{\"loss\":2}", "{\"loss\":1}"] } } }),
        json!({ "files": { "wandb-summary.json": { "offset": 0, "content": ["{\"loss\":1}"] } } }),
        json!({ "complete": true, "exitcode": 0 }),
    ];
    for piece in pieces {
        assert_eq!(stream(&world, CI, "research/p/r", piece).await.status, StatusCode::OK);
    }
    let ended = run(&world, "p", "r").await;
    assert_eq!(
        (&ended["state"], &ended["historyLineCount"], &ended["summaryMetrics"]),
        (&json!("finished"), &json!(2), &json!("{\"loss\":1}"))
    );
    let counters = world.admin(Method::GET, "/counters", Value::Null).await;
    assert_eq!(counters.at("/POST ~1files~1{entity}~1{project}~1{run}~1file_stream"), 3);
}

#[tokio::test]
async fn a_stream_that_leads_nowhere_is_refused() {
    let world = World::start().await;
    upsert(&world, CI, NOBODY, json!({ "modelName": "p", "name": "r" })).await;
    let cases = [
        (CI, "research/p/other", json!({}), StatusCode::NOT_FOUND),
        (CI, "research/other/r", json!({}), StatusCode::NOT_FOUND),
        (CI, "nothing/p/r", json!({}), StatusCode::NOT_FOUND),
        (OTTO, "research/p/r", json!({}), StatusCode::NOT_FOUND),
        ("wrong", "research/p/r", json!({}), StatusCode::UNAUTHORIZED),
        (CI, "research/p/r", json!({ "unknown": 1 }), StatusCode::BAD_REQUEST),
        (CI, "research/p/r", json!("text"), StatusCode::BAD_REQUEST),
        (
            CI,
            "research/p/r",
            json!({ "files": { "wandb-summary.json": { "offset": 0, "content": ["1"] } } }),
            StatusCode::BAD_REQUEST,
        ),
    ];
    for (key, path, piece, status) in cases {
        let answer = stream(&world, key, path, piece.clone()).await;
        assert_eq!(answer.status, status, "{path} {piece}: {answer:?}");
        assert!(!answer.text("/error").is_empty());
    }
}

#[tokio::test]
async fn what_makes_no_run_is_refused() {
    let world = World::start().await;
    let id = upsert(&world, CI, NOBODY, json!({})).await.text("/data/upsertBucket/bucket/id");
    let cases = [
        (CI, json!({ "config": "no JSON" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "summaryMetrics": "[]" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "state": "thinking" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "sweep": "s" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "modelName": "a/b" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "name": "" }), StatusCode::OK, "BAD_USER_INPUT"),
        (CI, json!({ "id": "VXNlcjox" }), StatusCode::NOT_FOUND, "NOT_FOUND"),
        (CI, json!({ "entityName": "nothing" }), StatusCode::NOT_FOUND, "NOT_FOUND"),
        (CI, json!({ "entityName": "other" }), StatusCode::NOT_FOUND, "NOT_FOUND"),
        (OTTO, json!({ "id": id }), StatusCode::NOT_FOUND, "NOT_FOUND"),
        (ADA, json!({ "entityName": "linus" }), StatusCode::FORBIDDEN, "PERMISSION_ERROR"),
        (ADA, json!({ "entityName": "acme" }), StatusCode::FORBIDDEN, "PERMISSION_ERROR"),
    ];
    for (key, input, status, code) in cases {
        let answer = upsert(&world, key, NOBODY, input.clone()).await;
        assert_eq!((answer.status, answer.code()), (status, Some(code)), "{input}: {answer:?}");
    }
    assert_eq!(world.state().await["runs"].as_array().unwrap().len(), 1, "nothing else was made");
}

#[tokio::test]
async fn a_custom_role_logs_runs_where_its_base_does() {
    let world = World::start().await;
    for (name, base, status) in [("annotator", "viewer", StatusCode::FORBIDDEN), ("trainer", "member", StatusCode::OK)]
    {
        world.scim(Method::POST, "Roles", json!({ "name": name, "inheritedFrom": base })).await;
        let role = json!([{ "teamName": "research", "roleName": name }]);
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": "teamRoles", "value": role }],
        });
        let linus = world.account_id("linus").await;
        let patched = world.scim(Method::PATCH, &format!("Users/{linus}"), patch).await;
        assert_eq!(patched.status, StatusCode::OK, "{patched:?}");
        let answer = upsert(&world, LINUS, NOBODY, json!({ "entityName": "research" })).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn a_run_outlives_the_account_that_logged_it() {
    let world = World::start().await;
    upsert(&world, CI, NOBODY, json!({ "modelName": "p", "name": "r" })).await;
    let ci = world.account_id("ci").await;
    let deleted = world.scim(Method::DELETE, &format!("Users/{ci}"), Value::Null).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(run(&world, "p", "r").await["user"], Value::Null);
}
