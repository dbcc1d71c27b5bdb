//! What the tests share: a scripted server and a client of it.

mod server;

use serde_json::{Value, json};
use wandb_client::{ApiKey, Client, Config, Credential};

pub(crate) use server::{Expected, Received, Server};

/// The key that the tests' clients use.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef01234567";
/// A key that a server makes.
pub(crate) const NEW_KEY: &str =
    "wandb_v1_aB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3daB3d";

/// How a test's client is made.
pub(crate) fn config(server: &Server) -> Config {
    let key = ApiKey::parse(KEY).unwrap();
    Config::new(server.url().parse().unwrap(), Credential::ApiKey(key)).with_max_retries(0)
}

/// A client that tries everything once.
pub(crate) fn client(server: &Server) -> Client {
    Client::new(&config(server))
}

/// What a newer server says of its schema.
pub(crate) fn all_abilities() -> Expected {
    abilities(&json!({
        "member": { "fields": names(&["id", "role", "apiKeys"]) },
        "apiKey": { "fields": names(&["id", "createdAt", "lastUsedAt"]) },
        "createServiceAccount": { "inputFields": names(&["entityName", "authenticationMethod", "subject"]) },
        "generateApiKey": { "inputFields": names(&["description", "userId"]) },
        "generatedApiKey": { "fields": names(&["apiKey", "secret"]) },
    }))
}

/// What an older server says of its schema.
pub(crate) fn no_abilities() -> Expected {
    abilities(&json!({ "member": { "fields": names(&["id"]) } }))
}

/// A server with some fields beyond an older one's.
pub(crate) fn abilities(types: &Value) -> Expected {
    Expected::graphql("ServerAbilities").data(types)
}

pub(crate) fn names(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

/// The answer to `Viewer` of a person.
pub(crate) fn viewer() -> Expected {
    Expected::graphql("Viewer").data(&json!({ "viewer": {
        "id": "VXNlcjox", "username": "ada", "email": "ada@acme.example", "name": "Ada", "admin": true, "entity": "acme",
        "teams": { "edges": [{ "node": { "name": "vision" } }] },
        "apiKeys": { "edges": [{ "node": { "id": "QXBpS2V5OjE=", "name": KEY, "description": "laptop" } }] },
    }}))
}

/// The answer to `Team` with these members.
pub(crate) fn team(members: &Value) -> Expected {
    team_named("vision", members)
}

/// The answer to `Team` of that name with these members.
pub(crate) fn team_named(name: &'static str, members: &Value) -> Expected {
    let entity = json!({ "id": "RW50aXR5Ojc=", "name": name, "isTeam": true, "members": members });
    Expected::graphql_of("Team", "name", name).data(&json!({ "entity": entity }))
}

/// A service account as a member, with the user name `bot-<number>`.
pub(crate) fn account(number: u32) -> Value {
    json!({ "id": account_id(number), "username": format!("bot-{number}"), "name": format!("Bot {number}"),
            "accountType": "SERVICE", "admin": false, "pending": false })
}

pub(crate) fn account_id(number: u32) -> String {
    format!("User:{number}")
}

/// A list in the form of edges and nodes.
pub(crate) fn connection(nodes: &[Value]) -> Value {
    json!({ "edges": nodes.iter().map(|node| json!({ "node": node })).collect::<Vec<_>>() })
}

/// One error as a whole GraphQL answer.
pub(crate) fn graphql_error(message: &str, code: Option<&str>) -> Value {
    let mut error = json!({ "message": message });
    if let Some(code) = code {
        error["extensions"] = json!({ "code": code });
    }
    json!({ "data": null, "errors": [error] })
}

/// A refusal as SCIM has it.
pub(crate) fn scim_error(status: u16, detail: &str) -> String {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
    json!({ "schemas": schemas, "detail": detail, "status": status.to_string() }).to_string()
}

/// A list as SCIM has it.
pub(crate) fn scim_list(resources: &[Value]) -> String {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
    json!({ "schemas": schemas, "totalResults": resources.len(), "Resources": resources }).to_string()
}
