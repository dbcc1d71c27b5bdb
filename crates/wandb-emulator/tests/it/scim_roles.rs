//! SCIM roles, which are the organization's own.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::World;

fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

async fn reviewer(world: &World) -> String {
    let body = json!({
        "name": "reviewer", "description": "Looks", "inheritedFrom": "viewer", "permissions": [{ "name": "run:update" }],
    });
    let made = world.scim(Method::POST, "Roles", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    format!("Roles/{}", made.text("/id"))
}

#[tokio::test]
async fn a_role_shows_its_own_permissions_and_those_it_inherits() {
    let world = World::start().await;
    let path = reviewer(&world).await;
    let role = world.scim(Method::GET, &path, Value::Null).await;
    let permissions = role.at("/permissions").as_array().unwrap();
    assert!(permissions.contains(&json!({ "name": "run:update", "isInherited": false })));
    assert!(permissions.contains(&json!({ "name": "run:read", "isInherited": true })));
    assert_eq!(world.scim(Method::GET, "Roles", Value::Null).await.at("/Resources/0"), &role.body);
}

#[tokio::test]
async fn a_role_is_changed() {
    let world = World::start().await;
    let path = reviewer(&world).await;
    let own = async || {
        let role = world.scim(Method::GET, &path, Value::Null).await;
        let permissions = role.at("/permissions").as_array().unwrap().clone();
        let own = permissions.into_iter().filter(|permission| permission["isInherited"] == false);
        (role.text("/name"), own.map(|permission| permission["name"].clone()).collect::<Vec<_>>())
    };
    let steps = [
        (
            json!([{ "op": "add", "path": "permissions", "value": [{ "name": "report:create" }] }]),
            json!(["run:update", "report:create"]),
        ),
        (
            json!([{ "op": "remove", "path": "permissions", "value": [{ "name": "run:update" }] }]),
            json!(["report:create"]),
        ),
        (
            json!([{ "op": "replace", "path": "permissions", "value": [{ "name": "run:delete" }] }]),
            json!(["run:delete"]),
        ),
    ];
    for (operations, expected) in steps {
        let answer = world.scim(Method::PATCH, &path, patch(&operations)).await;
        assert_eq!(answer.status, StatusCode::OK, "{operations}: {answer:?}");
        assert_eq!(json!(own().await.1), expected, "{operations}");
    }
    let body = json!({ "name": "judge", "inheritedFrom": "member" });
    assert_eq!(world.scim(Method::PUT, &path, body).await.status, StatusCode::OK);
    assert_eq!(own().await, ("judge".to_owned(), Vec::new()));
}

#[tokio::test]
async fn what_makes_no_role_is_refused() {
    let world = World::start().await;
    reviewer(&world).await;
    let cases = [
        (json!({ "name": "reviewer", "inheritedFrom": "viewer" }), 409),
        (json!({ "name": "admin", "inheritedFrom": "viewer" }), 409),
        (json!({ "name": "x" }), 400),
        (json!({ "name": "x", "inheritedFrom": "admin" }), 400),
        (json!({ "name": "", "inheritedFrom": "viewer" }), 400),
        (json!({ "name": "x", "inheritedFrom": "viewer", "permissions": [{ "name": "everything" }] }), 400),
        (json!({ "name": "x", "inheritedFrom": "viewer", "unknown": 1 }), 400),
    ];
    for (body, status) in cases {
        let answer = world.scim(Method::POST, "Roles", body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {answer:?}");
    }
}

#[tokio::test]
async fn who_had_a_deleted_role_has_the_one_it_was_derived_from() {
    let world = World::start().await;
    let path = reviewer(&world).await;
    let user = format!("Users/{}", world.account_id("linus").await);
    let value = json!([{ "teamName": "research", "roleName": "reviewer" }]);
    let give = patch(&json!([{ "op": "replace", "path": "teamRoles", "value": value }]));
    assert_eq!(world.scim(Method::PATCH, &user, give).await.text("/teamRoles/0/roleName"), "reviewer");
    assert_eq!(world.scim(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert!(world.members("research").await.contains(&("linus".to_owned(), "viewer".to_owned())));
    assert_eq!(world.scim(Method::GET, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
}
