//! Who may do what, as one table.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{ADA, CI, GRACE, LINUS, OTTO, PLATFORM, ROOT, VERA, World};

const CALLERS: [(&str, &str, &str); 8] = [
    ("instance admin", "root", ROOT),
    ("organization admin", "ada", ADA),
    ("organization account", "", PLATFORM),
    ("team admin", "grace", GRACE),
    ("member", "linus", LINUS),
    ("viewer", "vera", VERA),
    ("outsider", "otto", OTTO),
    ("team account", "", CI),
];

const OPERATIONS: [&str; 22] = [
    "viewer",
    "users: linus",
    "entity: research",
    "entity: apiKeys of ci",
    "entity: apiKeys of grace",
    "createTeam",
    "createInvite",
    "deleteInvite: another member",
    "deleteInvite: invitation",
    "createUser",
    "createServiceAccount",
    "generateApiKey: own",
    "generateApiKey: of ci",
    "generateApiKey: of linus",
    "deleteApiKey: of ci",
    "deleteApiKey: of linus",
    "upsertBucket: research",
    "GET /scim/Users",
    "POST /scim/Users",
    "DELETE /scim/Users/{id}: ci",
    "POST /scim/Groups",
    "POST /scim/Roles",
];

/// One operation by one caller on a fresh emulator: the HTTP status, and what GraphQL said.
async fn outcome(operation: &str, username: &str, key: &str) -> String {
    let world = World::start().await;
    if operation.contains("/scim/") {
        return scim(&world, operation, username, key).await.to_string();
    }
    let (query, variables, pointer) = graphql(&world, operation).await;
    let answer = world.graphql(key, &query, variables).await;
    let said = match (answer.code(), answer.body.pointer(pointer)) {
        (Some(code), _) => code.to_owned(),
        (None, None | Some(Value::Null)) => "null".to_owned(),
        (None, Some(Value::Array(items))) if items.is_empty() => "empty".to_owned(),
        (None, Some(_)) => "yes".to_owned(),
    };
    format!("{} {said}", answer.status.as_u16())
}

async fn scim(world: &World, operation: &str, username: &str, key: &str) -> u16 {
    let emails = json!([{ "primary": true, "value": "n@acme.example" }]);
    let (method, path, body) = match operation {
        "GET /scim/Users" => (Method::GET, "Users".to_owned(), Value::Null),
        "POST /scim/Users" => (Method::POST, "Users".to_owned(), json!({ "userName": "n", "emails": emails })),
        "DELETE /scim/Users/{id}: ci" => {
            (Method::DELETE, format!("Users/{}", world.account_id("ci").await), Value::Null)
        }
        "POST /scim/Groups" => (Method::POST, "Groups".to_owned(), json!({ "displayName": "n" })),
        "POST /scim/Roles" => (Method::POST, "Roles".to_owned(), json!({ "name": "n", "inheritedFrom": "viewer" })),
        other => panic!("{other}"),
    };
    world.scim_as(username, key, method, &path, body).await.status.as_u16()
}

async fn graphql(world: &World, operation: &str) -> (String, Value, &'static str) {
    let key_of = async |name: &str| world.account(name).await["api_keys"][0]["id"].clone();
    let generate = "mutation M($id: ID) { r: generateApiKey(input: { userId: $id }) { secret } }";
    let delete = "mutation M($id: String!) { r: deleteApiKey(input: { id: $id }) { success } }";
    let remove =
        "mutation M($id: String) { r: deleteInvite(input: { id: $id, entityName: \"research\" }) { success } }";
    let keys = "{ entity(name: \"research\") { members { apiKeys { edges { node { id } } } } } }";
    let (query, variables, pointer) = match operation {
        "viewer" => ("{ viewer { id } }", Value::Null, "/data/viewer/id"),
        "users: linus" => ("{ users(query: \"linus\") { edges { node { id } } } }", Value::Null, "/data/users/edges"),
        "entity: research" => ("{ entity(name: \"research\") { id } }", Value::Null, "/data/entity/id"),
        // The invitation, grace, linus and vera come before ci.
        "entity: apiKeys of ci" => (keys, Value::Null, "/data/entity/members/4/apiKeys"),
        "entity: apiKeys of grace" => (keys, Value::Null, "/data/entity/members/1/apiKeys"),
        "createTeam" => {
            ("mutation { r: createTeam(input: { teamName: \"n\" }) { entity { id } } }", Value::Null, "/data/r")
        }
        "createInvite" => (
            "mutation { r: createInvite(input: { entityName: \"research\", email: \"n@b.example\" }) { invite { id } } }",
            Value::Null,
            "/data/r",
        ),
        "deleteInvite: another member" => (remove, json!({ "id": world.account_id("release").await }), "/data/r"),
        "deleteInvite: invitation" => {
            (remove, json!({ "id": world.team("research").await["invitations"][0]["id"] }), "/data/r")
        }
        "createUser" => {
            ("mutation { r: createUser(input: { email: \"n@b.example\" }) { user { id } } }", Value::Null, "/data/r")
        }
        "createServiceAccount" => (
            "mutation { r: createServiceAccount(input: { entityName: \"research\", description: \"n\" }) { user { id } } }",
            Value::Null,
            "/data/r",
        ),
        "generateApiKey: own" => (generate, json!({ "id": null }), "/data/r"),
        "generateApiKey: of ci" => (generate, json!({ "id": world.account_id("ci").await }), "/data/r"),
        "generateApiKey: of linus" => (generate, json!({ "id": world.account_id("linus").await }), "/data/r"),
        "upsertBucket: research" => (
            "mutation { r: upsertBucket(input: { entityName: \"research\", modelName: \"p\" }) { bucket { id } } }",
            Value::Null,
            "/data/r",
        ),
        "deleteApiKey: of ci" => (delete, json!({ "id": key_of("ci").await }), "/data/r"),
        "deleteApiKey: of linus" => (delete, json!({ "id": key_of("linus").await }), "/data/r"),
        other => panic!("{other}"),
    };
    (query.to_owned(), variables, pointer)
}

#[tokio::test]
async fn who_may_do_what() {
    let mut table = String::new();
    for operation in OPERATIONS {
        writeln!(table, "{operation}").unwrap();
        for (role, username, key) in CALLERS {
            writeln!(table, "  {role:<22}{}", outcome(operation, username, key).await).unwrap();
        }
    }
    insta::assert_snapshot!("permissions", table);
}
