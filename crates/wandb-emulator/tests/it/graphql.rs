//! The operations of the GraphQL API.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADA, Answer, CI, GRACE, LINUS, OTTO, World};

const CREATE_TEAM: &str = "mutation CreateTeam($teamName: String!, $teamAdminUserName: String) { \
    result: createTeam(input: { teamName: $teamName, teamAdminUserName: $teamAdminUserName }) { \
    entity { id name available photoUrl limits } } }";
const CREATE_INVITE: &str = "mutation CreateInvite($entity: String!, $email: String, $username: String, $admin: Boolean) { \
    result: createInvite(input: { entityName: $entity, email: $email, username: $username, admin: $admin }) { \
    invite { id name email createdAt toUser { name } } } }";
const DELETE_INVITE: &str = "mutation DeleteInvite($id: String, $entity: String) { \
    result: deleteInvite(input: { id: $id, entityName: $entity }) { success } }";
const CREATE_ACCOUNT: &str = "mutation M($input: CreateServiceAccountInput!) { \
    createServiceAccount(input: $input) { user { id username name } } }";
const GENERATE_KEY: &str = "mutation M($input: GenerateApiKeyInput!) { \
    generateApiKey(input: $input) { secret apiKey { id name description createdAt lastUsedAt } } }";
const DELETE_KEY: &str = "mutation M($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
const KEYS: &str = "query T($name: String!) { entity(name: $name) { members { name accountType \
    apiKeys { edges { node { id name description createdAt lastUsedAt } } } } } }";

fn member<'a>(data: &'a Value, name: &str) -> &'a Value {
    let members = data["entity"]["members"].as_array().unwrap();
    members.iter().find(|member| member["name"] == name).unwrap_or_else(|| panic!("no {name} in {data}"))
}

#[tokio::test]
async fn the_viewer_is_the_owner_of_the_key() {
    let world = World::start().await;
    let query = "query GetViewer { viewer { ...U } } fragment U on User { id name username email admin flags entity \
        deletedAt apiKeys { edges { node { id name description } } } teams { edges { node { name } } } }";
    let viewer = &world.data(LINUS, query, Value::Null).await["viewer"];
    assert_eq!(viewer["id"], world.account_id("linus").await);
    assert_eq!(viewer["email"], "linus@acme.example");
    assert_eq!(viewer["entity"], "linus");
    assert_eq!(viewer["admin"], false);
    assert_eq!(viewer["flags"], "{}");
    assert_eq!(viewer["teams"], json!({ "edges": [{ "node": { "name": "research" } }] }));
    assert_eq!(viewer["apiKeys"]["edges"].as_array().unwrap().len(), 1);
    let service = &world.data(CI, query, Value::Null).await["viewer"];
    assert_eq!(
        (&service["name"], &service["email"], &service["entity"]),
        (&json!("ci"), &Value::Null, &json!("research"))
    );
}

#[tokio::test]
async fn keys_are_taken_in_every_form_of_authentication() {
    let world = World::start().await;
    let request = || world.request(Method::POST, "/graphql").json(&json!({ "query": "{ viewer { username } }" }));
    let basic = |username: &str| request().basic_auth(username, Some(LINUS));
    for accepted in [basic("api"), basic("linus"), basic(""), basic("anything"), request().bearer_auth(LINUS)] {
        let answer = Answer::of(accepted.send().await.unwrap()).await;
        assert_eq!(answer.text("/data/viewer/username"), "linus");
    }
    let refused = [
        request(),
        request().basic_auth("api", Some("0".repeat(40))),
        request().basic_auth(LINUS, None::<&str>),
        request().bearer_auth("x"),
        request().header("authorization", LINUS),
    ];
    for refused in refused {
        let answer = Answer::of(refused.send().await.unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.at("/error").is_string());
        assert!(!answer.header("RateLimit-Remaining").is_empty());
    }
}

#[tokio::test]
async fn a_team_is_made_with_an_administrator() {
    let world = World::start().await;
    let made = world.data(ADA, CREATE_TEAM, json!({ "teamName": "vision", "teamAdminUserName": "linus" })).await;
    assert_eq!(made["result"]["entity"]["name"], "vision");
    assert_eq!(world.members("vision").await, [("linus".to_owned(), "admin".to_owned())]);
    world.data(ADA, CREATE_TEAM, json!({ "teamName": "speech" })).await;
    assert_eq!(world.members("speech").await, [("ada".to_owned(), "admin".to_owned())]);
}

#[tokio::test]
async fn a_team_needs_a_free_name_of_the_right_form_and_a_known_administrator() {
    let world = World::start().await;
    let cases = [
        (json!({ "teamName": "research" }), "CONFLICT"),
        (json!({ "teamName": "RESEARCH" }), "CONFLICT"),
        (json!({ "teamName": "linus" }), "CONFLICT"),
        (json!({ "teamName": "a b" }), "BAD_USER_INPUT"),
        (json!({ "teamName": "" }), "BAD_USER_INPUT"),
        (json!({ "teamName": "fine", "teamAdminUserName": "nobody" }), "NOT_FOUND"),
    ];
    for (variables, code) in cases {
        let answer = world.graphql(ADA, CREATE_TEAM, variables.clone()).await;
        assert_eq!(answer.code(), Some(code), "{variables}: {answer:?}");
        assert_eq!(answer.at("/data/result"), &Value::Null);
        assert_eq!(answer.at("/errors/0/path"), &json!(["result"]));
    }
    assert_eq!(world.state().await["teams"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_team_is_null_where_it_is_absent_or_not_visible() {
    let world = World::start().await;
    let query = "query T($name: String!) { entity(name: $name) { id name isTeam entityType readOnlyAdmin privateOnly \
        storageBytes codeSavingEnabled defaultAccess organization { name orgEntity { name entityType } } } }";
    let read = async |key, name: &str| world.data(key, query, json!({ "name": name })).await["entity"].clone();
    let seen = read(LINUS, "research").await;
    assert_eq!((&seen["isTeam"], &seen["entityType"]), (&json!(true), &json!("team")));
    assert_eq!(
        seen["organization"],
        json!({ "name": "acme", "orgEntity": { "name": "acme", "entityType": "organization" } })
    );
    assert_eq!(read(LINUS, "nothing").await, Value::Null);
    assert_eq!(read(LINUS, "other").await, Value::Null);
    assert_eq!(read(ADA, "other").await["name"], "other");
    assert_eq!(read(LINUS, "grace").await, Value::Null);
    assert_eq!(read(LINUS, "linus").await["isTeam"], false);
}

#[tokio::test]
async fn the_members_of_a_team_are_people_accounts_and_invitations() {
    let world = World::start().await;
    let query = r#"{ entity(name: "research") { members { id name username email admin pending accountType apiKey role photoUrl } } }"#;
    let data = world.data(LINUS, query, Value::Null).await;
    let expected = [
        ("new@elsewhere.example", json!(null), true, false, json!(null), "member"),
        ("grace", json!("grace"), false, true, json!("MEMBER"), "admin"),
        ("linus", json!("linus"), false, false, json!("MEMBER"), "member"),
        ("vera", json!("vera"), false, false, json!("MEMBER"), "viewer"),
    ];
    for (name, username, pending, admin, account_type, role) in expected {
        let member = member(&data, name);
        assert_eq!((&member["username"], &member["accountType"]), (&username, &account_type), "{name}");
        assert_eq!((&member["pending"], &member["admin"]), (&json!(pending), &json!(admin)), "{name}");
        assert_eq!((&member["role"], &member["apiKey"]), (&json!(role), &Value::Null), "{name}");
    }
    let service = member(&data, "ci");
    assert_eq!((&service["accountType"], &service["email"]), (&json!("SERVICE"), &Value::Null));
    assert_eq!(service["id"], world.account_id("ci").await);
}

#[tokio::test]
async fn people_are_searched_among_those_whom_the_caller_may_see() {
    let world = World::start().await;
    let query = "query S($query: String) { users(query: $query) { edges { node { username email apiKeys { edges { node { id } } } teams { edges { node { name } } } } } } }";
    let search = async |key, text: Value| {
        let data = world.data(key, query, json!({ "query": text })).await;
        let edges = data["users"]["edges"].as_array().unwrap().clone();
        edges.into_iter().map(|edge| edge["node"].clone()).collect::<Vec<_>>()
    };
    let names =
        |found: &[Value]| found.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&search(ADA, json!("GRACE@acme")).await), ["grace"]);
    assert_eq!(names(&search(LINUS, json!("otto")).await), [""; 0]);
    let mates = search(LINUS, Value::Null).await;
    assert_eq!(mates.len(), 6, "all of research, without invitations: {mates:?}");
    let grace = mates.iter().find(|user| user["username"] == "grace").unwrap();
    assert_eq!((&grace["apiKeys"], &grace["teams"]), (&Value::Null, &Value::Null), "not for others");
    let ci = world.account("ci").await["username"].clone();
    let seen_by_team_admin = search(GRACE, ci).await;
    assert_eq!(seen_by_team_admin[0]["apiKeys"]["edges"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_is_pending_until_it_is_accepted() {
    let world = World::start().await;
    let invited =
        world.data(GRACE, CREATE_INVITE, json!({ "entity": "research", "username": "otto", "admin": true })).await;
    assert_eq!(invited["result"]["invite"]["email"], "otto@acme.example");
    assert_eq!(invited["result"]["invite"]["toUser"]["name"], "otto");
    assert!(!world.members("research").await.iter().any(|(username, _)| username == "otto"));
    let id = invited["result"]["invite"]["id"].as_str().unwrap();
    let accepted = world.admin(Method::POST, &format!("/invitations/{id}/accept"), Value::Null).await;
    assert_eq!(accepted.status, StatusCode::NO_CONTENT);
    assert!(world.members("research").await.contains(&("otto".to_owned(), "admin".to_owned())));
    let again = world.admin(Method::POST, &format!("/invitations/{id}/accept"), Value::Null).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_to_someone_new_makes_a_person_when_accepted() {
    let world = World::start().await;
    let id = world.team("research").await["invitations"][0]["id"].as_str().unwrap().to_owned();
    world.admin(Method::POST, &format!("/invitations/{id}/accept"), Value::Null).await;
    let made = world.account("new").await;
    assert_eq!(made["email"], "new@elsewhere.example");
    assert!(world.members("research").await.iter().any(|(username, _)| *username == made["username"]));
}

#[tokio::test]
async fn an_invitation_goes_to_one_person_who_is_not_there_yet() {
    let world = World::start().await;
    let ci = world.account("ci").await["username"].clone();
    let cases = [
        (json!({ "username": "linus" }), "CONFLICT"),
        (json!({ "email": "LINUS@acme.example" }), "CONFLICT"),
        (json!({ "email": "New@elsewhere.example" }), "CONFLICT"),
        (json!({ "email": "a@b.example", "username": "otto" }), "BAD_USER_INPUT"),
        (json!({}), "BAD_USER_INPUT"),
        (json!({ "email": "not an email" }), "BAD_USER_INPUT"),
        (json!({ "username": ci }), "BAD_USER_INPUT"),
        (json!({ "username": "nobody" }), "NOT_FOUND"),
    ];
    for (mut variables, code) in cases {
        variables["entity"] = json!("research");
        let answer = world.graphql(GRACE, CREATE_INVITE, variables.clone()).await;
        assert_eq!(answer.code(), Some(code), "{variables}: {answer:?}");
    }
}

#[tokio::test]
async fn members_accounts_and_invitations_are_removed_alike() {
    let world = World::start().await;
    let invitation = world.team("research").await["invitations"][0]["id"].clone();
    for id in [invitation, json!(world.account_id("vera").await), json!(world.account_id("ci").await)] {
        let removed = world.data(GRACE, DELETE_INVITE, json!({ "id": id, "entity": "research" })).await;
        assert_eq!(removed["result"]["success"], true);
        let again = world.graphql(GRACE, DELETE_INVITE, json!({ "id": id, "entity": "research" })).await;
        assert_eq!(again.code(), Some("NOT_FOUND"));
    }
    let team = world.team("research").await;
    assert_eq!(team["invitations"], json!([]));
    assert_eq!(team["members"].as_array().unwrap().len(), 4);
    assert_eq!(world.account("ci").await["api_keys"].as_array().unwrap().len(), 1, "the account itself stays");
}

#[tokio::test]
async fn everyone_may_leave_but_the_last_administrator() {
    let world = World::start().await;
    let linus = world.account_id("linus").await;
    world.data(LINUS, DELETE_INVITE, json!({ "id": linus, "entity": "research" })).await;
    let grace = world.account_id("grace").await;
    for key in [GRACE, ADA] {
        let refused = world.graphql(key, DELETE_INVITE, json!({ "id": grace, "entity": "research" })).await;
        assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{refused:?}");
    }
    assert!(world.members("research").await.contains(&("grace".to_owned(), "admin".to_owned())));
}

#[tokio::test]
async fn an_instance_administrator_makes_people() {
    let world = World::start().await;
    let mutation = "mutation C($email: String!, $admin: Boolean) { result: createUser(input: { email: $email, admin: $admin }) { user { id name username email admin } } }";
    let made = world.data(crate::world::ROOT, mutation, json!({ "email": "lin@acme.example", "admin": true })).await;
    assert_eq!(made["result"]["user"]["admin"], true);
    assert_eq!(world.account("lin").await["organization_role"], "admin");
    let again = world.graphql(crate::world::ROOT, mutation, json!({ "email": "LIN@acme.example" })).await;
    assert_eq!(again.code(), Some("CONFLICT"));
}

#[tokio::test]
async fn service_accounts_may_have_one_name_but_not_one_subject() {
    let world = World::start().await;
    let create = async |input: Value| world.graphql(GRACE, CREATE_ACCOUNT, json!({ "input": input })).await;
    let first = create(json!({ "entityName": "research", "description": "Nightly Run" })).await;
    let second = create(json!({ "entityName": "research", "description": "Nightly Run" })).await;
    let user = "/data/createServiceAccount/user";
    assert_eq!(first.text(&format!("{user}/name")), "Nightly Run");
    assert!(first.text(&format!("{user}/username")).starts_with("nightly-run-"));
    assert_ne!(first.text(&format!("{user}/username")), second.text(&format!("{user}/username")));

    let federated = |subject: Value, method: Value| json!({ "entityName": "research", "description": "f", "subject": subject, "authenticationMethod": method });
    let made = create(federated(json!("sub:x"), json!("FEDERATED_IDENTITY"))).await;
    assert_eq!(made.status, StatusCode::OK);
    let account = world.account("f").await;
    assert_eq!((&account["subject"], &account["scope"]), (&json!("sub:x"), &json!("team")));
    let cases = [
        (federated(json!("sub:x"), json!("FEDERATED_IDENTITY")), "CONFLICT"),
        (federated(Value::Null, json!("FEDERATED_IDENTITY")), "BAD_USER_INPUT"),
        (federated(json!("sub:y"), json!("BUILT_IN")), "BAD_USER_INPUT"),
        (federated(json!("sub:y"), Value::Null), "BAD_USER_INPUT"),
        (federated(Value::Null, json!("MAGIC")), "BAD_USER_INPUT"),
        (json!({ "entityName": "nothing", "description": "x" }), "NOT_FOUND"),
        (json!({ "entityName": "research", "description": " " }), "BAD_USER_INPUT"),
    ];
    for (input, code) in cases {
        let answer = create(input.clone()).await;
        assert_eq!(answer.code(), Some(code), "{input}: {answer:?}");
    }
    let upper = create(federated(json!("SUB:x"), json!("FEDERATED_IDENTITY"))).await;
    assert_eq!(upper.status, StatusCode::OK, "subjects are exact");
}

#[tokio::test]
async fn a_key_of_a_service_account_is_shown_once_and_works_until_it_is_deleted() {
    let world = World::start().await;
    let ci = world.account_id("ci").await;
    let made = world.data(GRACE, GENERATE_KEY, json!({ "input": { "userId": ci, "description": "ours" } })).await;
    let secret = made["generateApiKey"]["secret"].as_str().unwrap().to_owned();
    let key = &made["generateApiKey"]["apiKey"];
    assert!(secret.starts_with("wandb_v1_") && secret.len() == 86);
    assert_eq!(key["name"], secret[..20]);
    assert_eq!(key["lastUsedAt"], Value::Null);

    let viewer = world.data(&secret, "{ viewer { name } }", Value::Null).await;
    assert_eq!(viewer["viewer"]["name"], "ci");
    let listed = world.data(GRACE, KEYS, json!({ "name": "research" })).await;
    assert!(!listed.to_string().contains(&secret[20..]));
    let keys = member(&listed, "ci")["apiKeys"]["edges"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "several keys");
    assert_eq!(keys[1]["node"]["id"], key["id"]);
    assert!(keys[1]["node"]["lastUsedAt"].is_string(), "it was used");

    let deleted = world.data(GRACE, DELETE_KEY, json!({ "id": key["id"] })).await;
    assert_eq!(deleted["deleteApiKey"]["success"], true);
    let revoked = world.graphql(&secret, "{ viewer { name } }", Value::Null).await;
    assert_eq!(revoked.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.graphql(CI, "{ viewer { name } }", Value::Null).await.status, StatusCode::OK);
    let again = world.graphql(GRACE, DELETE_KEY, json!({ "id": key["id"] })).await;
    assert_eq!((again.status, again.code()), (StatusCode::NOT_FOUND, Some("NOT_FOUND")));
}

#[tokio::test]
async fn a_key_without_an_owner_named_is_the_callers() {
    let world = World::start().await;
    let made = world.data(LINUS, GENERATE_KEY, json!({ "input": {} })).await;
    let secret = made["generateApiKey"]["secret"].as_str().unwrap();
    assert_eq!(world.data(secret, "{ viewer { username } }", Value::Null).await["viewer"]["username"], "linus");
}

#[tokio::test]
async fn a_federated_account_owns_no_keys() {
    let world = World::start().await;
    let release = world.account_id("release").await;
    let answer = world.graphql(GRACE, GENERATE_KEY, json!({ "input": { "userId": release } })).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{answer:?}");
    assert_eq!(world.account("release").await["api_keys"], json!([]));
}

#[tokio::test]
async fn keys_of_others_are_null_for_those_who_do_not_administer_them() {
    let world = World::start().await;
    let seen = world.data(LINUS, KEYS, json!({ "name": "research" })).await;
    assert_eq!(member(&seen, "ci")["apiKeys"], Value::Null);
    assert_eq!(member(&seen, "grace")["apiKeys"], Value::Null);
    assert!(member(&seen, "linus")["apiKeys"].is_object());
    let by_team_admin = world.data(GRACE, KEYS, json!({ "name": "research" })).await;
    assert!(member(&by_team_admin, "ci")["apiKeys"].is_object());
    assert_eq!(member(&by_team_admin, "linus")["apiKeys"], Value::Null);
    assert_eq!(member(&by_team_admin, "new@elsewhere.example")["apiKeys"], Value::Null);
    let nobody = world.data(OTTO, KEYS, json!({ "name": "research" })).await;
    assert_eq!(nobody["entity"], Value::Null);
}

#[tokio::test]
async fn an_older_server_makes_legacy_keys_and_shows_them_as_name() {
    for (deployment, prefix) in [("dedicated", ""), ("self-managed", "local-")] {
        let world = World::on(&format!("{{ kind: {deployment}, version: 0.74.0 }}")).await;
        let mutation = "mutation { generateApiKey(input: { description: \"old\" }) { apiKey { id name } } }";
        let made = world.data(LINUS, mutation, Value::Null).await;
        let secret = made["generateApiKey"]["apiKey"]["name"].as_str().unwrap().to_owned();
        assert_eq!(secret.len(), prefix.len() + 40);
        assert!(secret.starts_with(prefix));
        let listed = world.data(&secret, "{ viewer { apiKeys { edges { node { name } } } } }", Value::Null).await;
        assert_eq!(listed["viewer"]["apiKeys"]["edges"][1]["node"]["name"], secret[..20]);
    }
}

#[tokio::test]
async fn one_failed_field_leaves_the_others() {
    let world = World::start().await;
    let mutation = r#"mutation { good: generateApiKey(input: {}) { apiKey { id } } bad: deleteApiKey(input: { id: "x" }) { success } }"#;
    let answer = world.graphql(LINUS, mutation, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.at("/data/good/apiKey/id").is_string());
    assert_eq!(answer.at("/data/bad"), &Value::Null);
    assert_eq!(answer.at("/errors/0/path"), &json!(["bad"]));
    assert_eq!(answer.at("/errors").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn requests_are_written_down_without_their_values() {
    let world = World::start().await;
    world.admin(Method::POST, "/reset-journal", Value::Null).await;
    let variables = json!({ "teamName": "vision", "teamAdminUserName": null });
    world.data(ADA, CREATE_TEAM, variables.clone()).await;
    world.graphql(ADA, CREATE_TEAM, variables).await;
    world.graphql("wrong", "{ viewer { id } users { edges { node { id } } } }", Value::Null).await;
    world.scim(Method::GET, "Users?filter=userName%20eq%20%22ada%22", Value::Null).await;
    let journal = world.admin(Method::GET, "/journal", Value::Null).await;
    let entries = journal.at("/entries").as_array().unwrap();
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| json!([entry["operation"], entry["fields"], entry["path"], entry["caller"], entry["status"]]))
        .collect();
    assert_eq!(
        json!(shown),
        json!([
            ["CreateTeam", ["createTeam"], "/graphql", "ada", 200],
            ["CreateTeam", ["createTeam"], "/graphql", "ada", 200],
            [null, ["viewer", "users"], "/graphql", null, 401],
            [null, [], "/scim/Users", "ada", 200],
        ])
    );
    assert!(!journal.body.to_string().contains("vision"));
    let number = entries[2]["number"].as_u64().unwrap();
    let after = world.admin(Method::GET, &format!("/journal?after={number}"), Value::Null).await;
    assert_eq!(after.at("/entries").as_array().unwrap().len(), 1);
    let counters = world.admin(Method::GET, "/counters", Value::Null).await;
    assert_eq!(counters.body, json!({ "createTeam": 2, "viewer": 1, "users": 1, "GET /scim/Users": 1 }));
}

#[tokio::test]
async fn changes_are_in_the_audit_log() {
    let world = World::start().await;
    let before = world.admin(Method::GET, "/audit-log", Value::Null).await.at("/entries").as_array().unwrap().len();
    let made = world.data(LINUS, GENERATE_KEY, json!({ "input": { "description": "mine" } })).await;
    let secret = made["generateApiKey"]["secret"].as_str().unwrap();
    let log = world.admin(Method::GET, &format!("/audit-log?after={before}"), Value::Null).await;
    assert_eq!(log.text("/entries/0/actor"), "linus");
    assert_eq!(log.text("/entries/0/action"), "api_key:create");
    assert_eq!(log.text("/entries/0/target"), format!("linus/{}", &secret[..20]));
}
