//! SCIM groups, which are teams.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Answer, World};

fn patch(operation: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

async fn path(world: &World, team: &str) -> String {
    format!("Groups/{}", world.team(team).await["id"].as_str().unwrap())
}

fn names(answer: &Answer) -> Vec<&str> {
    let members = answer.at("/members").as_array().unwrap();
    members.iter().map(|member| member["Display"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_team_is_made_with_people_a_bucket_and_all_organization_accounts() {
    let world = World::start().await;
    let bucket = json!({ "name": "runs", "provider": "AWS", "path": "vision", "kmsKeyId": "arn:x" });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "vision",
        "members": [{ "value": world.account_id("linus").await }, { "value": "OTTO@acme.example" }],
        "storageBucket": bucket,
    });
    let made = world.scim(Method::POST, "Groups", body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(names(&made), ["linus", "otto"]);
    let linus = made.at("/members/0");
    let id = world.account_id("linus").await;
    assert_eq!(linus, &json!({ "Value": id, "Ref": format!("Users/{id}"), "Type": "User", "Display": "linus" }));
    let members: Vec<_> = world.members("vision").await.into_iter().map(|(username, _)| username).collect();
    assert_eq!(members, ["linus", "otto", "platform"]);
    assert_eq!(world.team("vision").await["storage_bucket"], bucket);
    assert_eq!(world.scim(Method::POST, "Groups", body).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_team_without_people_has_null_members() {
    let world = World::start().await;
    let made = world.scim(Method::POST, "Groups", json!({ "displayName": "empty" })).await;
    assert_eq!(made.at("/members"), &Value::Null);
}

#[tokio::test]
async fn what_a_team_cannot_be_made_with_is_refused_before_it_is_made() {
    let world = World::start().await;
    let ci = world.account_id("ci").await;
    let cases = [
        json!({}),
        json!({ "displayName": "not a name" }),
        json!({ "displayName": "n", "unknown": 1 }),
        json!({ "displayName": "n", "members": [{ "value": "nobody@acme.example" }] }),
        json!({ "displayName": "n", "members": [{ "value": ci }] }),
        json!({ "displayName": "n", "storageBucket": { "name": "b" } }),
        json!({ "displayName": "n", "storageBucket": { "name": "b", "provider": "FLOPPY" } }),
        json!({ "displayName": "n", "storageBucket": { "name": "", "provider": "GCP" } }),
        json!({ "displayName": "n", "storageBucket": { "name": "b", "provider": "GCP", "azureTenantId": "t" } }),
    ];
    for body in cases {
        let answer = world.scim(Method::POST, "Groups", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {answer:?}");
    }
    assert_eq!(world.scim(Method::GET, "Groups", Value::Null).await.at("/totalResults"), &json!(2));
}

#[tokio::test]
async fn teams_are_listed_and_found_by_name() {
    let world = World::start().await;
    let found = world.scim(Method::GET, "Groups?filter=displayName%20eq%20%22research%22", Value::Null).await;
    assert_eq!(found.at("/totalResults"), &json!(1));
    let members = found.at("/Resources/0/members").as_array().unwrap();
    assert_eq!(members.len(), 3, "people only");
    let one = world.scim(Method::GET, &path(&world, "research").await, Value::Null).await;
    assert_eq!(&one.body, found.at("/Resources/0"));
    assert_eq!(one.header("etag"), one.text("/meta/version"));
    let personal = world.scim(Method::GET, "Groups?filter=displayName%20eq%20%22linus%22", Value::Null).await;
    assert_eq!(personal.at("/totalResults"), &json!(0));
}

#[tokio::test]
async fn members_are_added_and_removed() {
    let world = World::start().await;
    let group = path(&world, "research").await;
    let otto = world.account_id("otto").await;
    let add = patch(
        &json!({ "op": "add", "path": "members", "value": [{ "value": otto }, { "value": "linus@acme.example" }] }),
    );
    assert_eq!(names(&world.scim(Method::PATCH, &group, add).await), ["grace", "linus", "vera", "otto"]);
    let one = patch(&json!({ "op": "remove", "path": format!("members[value eq \"{otto}\"]") }));
    assert_eq!(names(&world.scim(Method::PATCH, &group, one).await), ["grace", "linus", "vera"]);
    let listed = patch(&json!({ "op": "remove", "path": "members", "value": [{ "value": "linus@acme.example" }] }));
    assert_eq!(names(&world.scim(Method::PATCH, &group, listed).await), ["grace", "vera"]);
    let roles = world.members("research").await;
    assert!(
        roles.contains(&("grace".to_owned(), "admin".to_owned()))
            && roles.contains(&("vera".to_owned(), "viewer".to_owned()))
    );
    let all = patch(&json!({ "op": "remove", "path": "members" }));
    let refused = world.scim(Method::PATCH, &group, all.clone()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "the last administrator stays");
    assert_eq!(world.members("research").await, roles, "and with it everyone");

    world.scim(Method::POST, "Groups", json!({ "displayName": "loose", "members": [{ "value": otto }] })).await;
    let emptied = world.scim(Method::PATCH, &path(&world, "loose").await, all).await;
    assert_eq!(emptied.at("/members"), &Value::Null);
    assert_eq!(world.members("loose").await.len(), 1, "service accounts are no members of a group");
}

#[tokio::test]
async fn the_list_of_people_is_replaced() {
    let world = World::start().await;
    let group = path(&world, "research").await;
    let body = json!({ "displayName": "research", "members": [{ "value": "grace@acme.example" }, { "value": "otto@acme.example" }] });
    let replaced = world.scim(Method::PUT, &group, body).await;
    assert_eq!(names(&replaced), ["grace", "otto"]);
    let accounts = world.members("research").await;
    assert_eq!(accounts.len(), 5, "the service accounts are still there: {accounts:?}");
    let without_admin = json!({ "displayName": "research", "members": [{ "value": "otto@acme.example" }] });
    assert_eq!(world.scim(Method::PUT, &group, without_admin).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_team_is_neither_renamed_nor_deleted() {
    let world = World::start().await;
    let group = path(&world, "research").await;
    let rename = json!({ "displayName": "other-name", "members": [{ "value": "grace@acme.example" }] });
    assert_eq!(world.scim(Method::PUT, &group, rename).await.status, StatusCode::BAD_REQUEST);
    let bucket = json!({ "displayName": "research", "storageBucket": { "name": "b", "provider": "GCP" } });
    assert_eq!(world.scim(Method::PUT, &group, bucket).await.status, StatusCode::BAD_REQUEST);
    let replace = patch(&json!({ "op": "replace", "path": "displayName", "value": "other-name" }));
    assert_eq!(world.scim(Method::PATCH, &group, replace).await.status, StatusCode::BAD_REQUEST);
    let deleted = world.scim(Method::DELETE, &group, Value::Null).await;
    assert_eq!((deleted.status, deleted.text("/status")), (StatusCode::METHOD_NOT_ALLOWED, "405".to_owned()));
    assert_eq!(world.team("research").await["name"], "research");
}
