//! SCIM: who may use it, people, and service accounts.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADA, Answer, CI, GRACE, LINUS, PLATFORM, World};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const TEAMS: &str = "urn:ietf:params:scim:schemas:extension:teams:2.0:User";
const CLOUD: &str = "{ kind: multi-tenant }";

fn patch(operations: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

fn email(address: &str) -> Value {
    json!([{ "primary": true, "value": address }])
}

async fn patch_linus(world: &World, operations: Value) -> Answer {
    let path = format!("Users/{}", world.account_id("linus").await);
    world.scim(Method::PATCH, &path, patch(&operations)).await
}

#[tokio::test]
async fn each_caller_is_let_in_by_its_own_form_of_authentication() {
    let bearer = async |deployment: &str, key: &str| {
        let world = World::on(deployment).await;
        let request = world.request(Method::GET, "/scim/Users").bearer_auth(key);
        request.send().await.unwrap().status()
    };
    assert_eq!(bearer("{ kind: dedicated, version: 0.79.0 }", ADA).await, StatusCode::OK);
    assert_eq!(bearer("{ kind: dedicated, version: 0.78.0 }", ADA).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bearer(CLOUD, ADA).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bearer("{ kind: self-managed }", PLATFORM).await, StatusCode::OK);
    assert_eq!(bearer("{ kind: self-managed }", CI).await, StatusCode::FORBIDDEN);

    let world = World::start().await;
    let cases = [
        ("ada", ADA, StatusCode::OK),
        ("", PLATFORM, StatusCode::OK),
        ("grace", ADA, StatusCode::UNAUTHORIZED),
        ("", ADA, StatusCode::UNAUTHORIZED),
        ("api", ADA, StatusCode::UNAUTHORIZED),
        ("platform", PLATFORM, StatusCode::UNAUTHORIZED),
        ("ada", "wrong", StatusCode::UNAUTHORIZED),
        ("grace", GRACE, StatusCode::FORBIDDEN),
        ("", CI, StatusCode::FORBIDDEN),
    ];
    for (username, key, status) in cases {
        let answer = world.scim_as(username, key, Method::GET, "Users", Value::Null).await;
        assert_eq!(answer.status, status, "{username}: {answer:?}");
        if !status.is_success() {
            assert_eq!(answer.text("/status"), status.as_str());
            assert_eq!(answer.at("/schemas"), &json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        }
    }
}

#[tokio::test]
async fn people_are_listed_without_service_accounts() {
    let world = World::start().await;
    let list = world.scim(Method::GET, "Users", Value::Null).await;
    assert_eq!(list.header("content-type"), "application/scim+json");
    assert_eq!(
        (list.at("/totalResults"), list.at("/startIndex"), list.at("/itemsPerPage")),
        (&json!(6), &json!(1), &json!(9999))
    );
    let linus = &list.at("/Resources").as_array().unwrap()[3];
    assert_eq!(linus["emails"], json!({ "Value": "linus@acme.example", "Display": "", "Type": "", "Primary": true }));
    assert_eq!(linus["teamRoles"], json!([{ "teamName": "research", "roleName": "member" }]));
    assert_eq!(linus["organizationRole"], "member");

    let id = world.account_id("linus").await;
    let one = world.scim(Method::GET, &format!("Users/{id}"), Value::Null).await;
    assert_eq!(&one.body, linus);
    assert_eq!(one.header("etag"), one.text("/meta/version"));
    assert!(one.header("etag").starts_with("W/\""));
    for hidden in ["ci", "platform"] {
        let path = format!("Users/{}", world.account_id(hidden).await);
        assert_eq!(world.scim(Method::GET, &path, Value::Null).await.status, StatusCode::NOT_FOUND, "{hidden}");
    }
    assert_eq!(world.scim(Method::GET, "Users/nothing", Value::Null).await.text("/status"), "404");
}

#[tokio::test]
async fn filters_are_exact_and_others_are_refused() {
    let world = World::start().await;
    let count = async |filter: &str| {
        let request = world.request(Method::GET, "/scim/Users").basic_auth("ada", Some(ADA));
        let answer = Answer::of(request.query(&[("filter", filter)]).send().await.unwrap()).await;
        (answer.status.as_u16(), answer.body.get("totalResults").cloned())
    };
    assert_eq!(count(r#"userName eq "linus""#).await, (200, Some(json!(1))));
    assert_eq!(count(r#"emails.value eq "LINUS@acme.example""#).await, (200, Some(json!(1))));
    assert_eq!(count(r#"userName eq "lin""#).await, (200, Some(json!(0))));
    assert_eq!(count(r#"userName eq "ci""#).await, (200, Some(json!(0))));
    for wrong in [r#"displayName eq "linus""#, r#"userName co "linus""#, "linus"] {
        assert_eq!(count(wrong).await.0, 400, "{wrong}");
    }
    let unknown = world.scim(Method::GET, "Users?count=3", Value::Null).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn people_are_made_and_deleted() {
    let world = World::start().await;
    let new = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "lin", "emails": email("lin@acme.example"), "modelsSeat": "full", "weaveRole": "viewer",
    });
    let made = world.scim(Method::POST, "Users", new.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(
        (made.at("/modelsSeat"), made.at("/weaveRole"), made.at("/active")),
        (&json!("full"), &json!("viewer"), &json!(true))
    );
    assert_eq!(world.scim(Method::POST, "Users", new).await.status, StatusCode::CONFLICT);
    let same_email = json!({ "userName": "other-lin", "emails": email("LIN@acme.example") });
    assert_eq!(world.scim(Method::POST, "Users", same_email).await.status, StatusCode::CONFLICT);

    let path = format!("Users/{}", made.text("/id"));
    assert_eq!(world.scim(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.scim(Method::DELETE, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    let last_admin = format!("Users/{}", world.account_id("grace").await);
    assert_eq!(world.scim(Method::DELETE, &last_admin, Value::Null).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_a_user_cannot_be_made_with_is_refused() {
    let world = World::start().await;
    let cloud = World::on(CLOUD).await;
    let user = |more: Value| {
        let mut user = json!({ "userName": "lin", "emails": email("lin@acme.example") });
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        user
    };
    let cases = [
        (&world, json!({ "userName": "lin" })),
        (&world, json!({ "emails": email("lin@acme.example") })),
        (&world, user(json!({ "unknown": 1 }))),
        (&world, user(json!({ "schemas": ["urn:unknown"] }))),
        (&world, user(json!({ "modelsSeat": "half" }))),
        (&world, user(json!({ "accountType": "ROBOT" }))),
        (&world, user(json!({ "userName": "not a name" }))),
        (&world, user(json!({ "emails": email("none") }))),
        (&world, user(json!({ TEAMS: { "teams": ["research"] } }))),
        (&cloud, user(json!({ "modelsSeat": "full" }))),
        (&cloud, user(json!({ TEAMS: { "teams": ["nothing"] } }))),
    ];
    for (world, body) in cases {
        let answer = world.scim(Method::POST, "Users", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {answer:?}");
        assert_eq!(answer.text("/status"), "400");
    }
    let made = cloud.scim(Method::POST, "Users", user(json!({ TEAMS: { "teams": ["research"] } }))).await;
    assert_eq!(made.at("/teamRoles"), &json!([{ "teamName": "research", "roleName": "member" }]));
}

#[tokio::test]
async fn people_are_patched() {
    let world = World::start().await;
    let replace = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    let cases = [
        (replace("emails", json!("l@acme.example")), "/emails/Value", json!("l@acme.example")),
        (replace("displayName", json!("Linus T")), "/displayName", json!("Linus T")),
        (replace("organizationRole", json!("admin")), "/organizationRole", json!("admin")),
        (replace("modelsSeat", json!("none")), "/modelsSeat", json!("none")),
        (replace("weaveRole", json!("full")), "/weaveRole", json!("full")),
        (
            replace("teamRoles", json!([{ "teamName": "research", "roleName": "viewer" }])),
            "/teamRoles/0/roleName",
            json!("viewer"),
        ),
        (json!([{ "op": "replace", "value": { "active": false } }]), "/active", json!(false)),
    ];
    for (operations, pointer, value) in cases {
        let answer = patch_linus(&world, operations.clone()).await;
        assert_eq!((answer.status, answer.at(pointer)), (StatusCode::OK, &value), "{operations}: {answer:?}");
    }
    let shut_out = world.graphql(LINUS, "{ viewer { id } }", Value::Null).await;
    assert_eq!(shut_out.status, StatusCode::UNAUTHORIZED);
    patch_linus(&world, json!([{ "op": "replace", "value": { "active": true } }])).await;
    assert_eq!(world.graphql(LINUS, "{ viewer { id } }", Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_steps_of_one_patch_add_up() {
    let world = World::start().await;
    let replace = |path: &str, value: &str| json!({ "op": "replace", "path": path, "value": value });
    let operations = json!([
        replace("displayName", "Linus T"),
        replace("emails", "l@acme.example"),
        replace("organizationRole", "admin"),
        { "op": "replace", "value": { "active": false } },
    ]);
    let patched = patch_linus(&world, operations).await;
    assert_eq!(
        (patched.text("/displayName"), patched.text("/emails/Value"), patched.text("/organizationRole")),
        ("Linus T".to_owned(), "l@acme.example".to_owned(), "admin".to_owned())
    );
    assert_eq!(patched.at("/active"), &json!(false));
}

#[tokio::test]
async fn a_patch_that_makes_no_sense_changes_nothing() {
    let world = World::start().await;
    let replace = |path: &str, value: Value| json!({ "op": "replace", "path": path, "value": value });
    let cases = [
        json!([]),
        json!([replace("unknown", json!("x"))]),
        json!([replace("registryRoles", json!([]))]),
        json!([{ "op": "add", "path": "displayName", "value": "x" }]),
        json!([{ "op": "replace", "value": { "active": false, "unknown": 1 } }]),
        json!([replace("organizationRole", json!("king"))]),
        json!([replace("emails", json!("ada@acme.example"))]),
        json!([replace("teamRoles", json!([{ "teamName": "other", "roleName": "member" }]))]),
        json!([replace("teamRoles", json!([{ "teamName": "research", "roleName": "nothing" }]))]),
        json!([replace("displayName", json!("New Name")), replace("unknown", json!("x"))]),
    ];
    let before = world.state().await;
    for operations in cases {
        let answer = patch_linus(&world, operations.clone()).await;
        assert!(
            answer.status == StatusCode::BAD_REQUEST || answer.status == StatusCode::CONFLICT,
            "{operations}: {answer:?}"
        );
    }
    assert_eq!(world.state().await["teams"], before["teams"]);
    assert_eq!(world.account("linus").await["name"], "linus");
    let last_admin = format!("Users/{}", world.account_id("grace").await);
    let demote = patch(&json!([replace("teamRoles", json!([{ "teamName": "research", "roleName": "member" }]))]));
    assert_eq!(world.scim(Method::PATCH, &last_admin, demote).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn on_the_shared_cloud_deactivation_removes() {
    let world = World::on(CLOUD).await;
    let display_name = json!([{ "op": "replace", "path": "displayName", "value": "x" }]);
    assert_eq!(patch_linus(&world, display_name).await.status, StatusCode::BAD_REQUEST);
    let reactivate = json!([{ "op": "replace", "value": { "active": true } }]);
    assert_eq!(patch_linus(&world, reactivate).await.status, StatusCode::BAD_REQUEST);
    let id = world.account_id("linus").await;
    let removed = patch_linus(&world, json!([{ "op": "replace", "value": { "active": false } }])).await;
    assert_eq!((removed.status, removed.at("/active")), (StatusCode::OK, &json!(false)));
    assert_eq!(world.scim(Method::GET, &format!("Users/{id}"), Value::Null).await.status, StatusCode::NOT_FOUND);
    assert!(!world.members("research").await.iter().any(|(username, _)| username == "linus"));
}

#[tokio::test]
async fn a_changed_version_is_a_precondition_that_fails() {
    let world = World::start().await;
    let path = format!("Users/{}", world.account_id("linus").await);
    let seen = world.scim(Method::GET, &path, Value::Null).await.header("etag").to_owned();
    let rename = async |tag: &str, name: &str| {
        let body = patch(&json!([{ "op": "replace", "path": "displayName", "value": name }]));
        let request = world.request(Method::PATCH, &format!("/scim/{path}")).basic_auth("ada", Some(ADA));
        Answer::of(request.header("if-match", tag).body(body.to_string()).send().await.unwrap()).await
    };
    let first = rename(&seen, "One").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_ne!(first.header("etag"), seen);
    let second = rename(&seen, "Two").await;
    assert_eq!((second.status, second.text("/status")), (StatusCode::PRECONDITION_FAILED, "412".to_owned()));
    assert_eq!(rename("*", "Three").await.status, StatusCode::OK);
    let request = world.request(Method::DELETE, &format!("/scim/{path}")).basic_auth("ada", Some(ADA));
    let deleted = request.header("if-match", seen).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn service_accounts_are_made_and_deleted_but_not_changed() {
    let world = World::start().await;
    let account =
        |kind: &str, name: &str| json!({ "userName": name, "accountType": kind, TEAMS: { "defaultTeam": "research" } });
    let made = world.scim(Method::POST, "Users", account("SERVICE", "bot")).await;
    assert_eq!((made.status, made.text("/userName")), (StatusCode::CREATED, "bot".to_owned()));
    let of_organization = world.scim(Method::POST, "Users", account("ORG_SERVICE", "bots")).await;
    assert_eq!(of_organization.status, StatusCode::CREATED);
    let scope = async |name| world.account(name).await["scope"].clone();
    assert_eq!((scope("bot").await, scope("bots").await), (json!("team"), json!("organization")));
    assert!(world.members("research").await.contains(&("bot".to_owned(), "member".to_owned())));

    let path = format!("Users/{}", made.text("/id"));
    let rename = patch(&json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
    assert_eq!(world.scim(Method::PATCH, &path, rename).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.scim(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert!(!world.state().await.to_string().contains("\"bot\""));
}

#[tokio::test]
async fn what_a_service_account_cannot_be_made_with_is_refused() {
    let account = |teams: Value, more: Value| {
        let mut account = json!({ "userName": "bot", "accountType": "SERVICE", TEAMS: teams });
        account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        account
    };
    let world = World::start().await;
    let cloud = World::on(CLOUD).await;
    let old = World::on("{ kind: dedicated, version: 0.80.0 }").await;
    let research = || json!({ "defaultTeam": "research" });
    let many = || json!({ "defaultTeam": "research", "teams": ["research", "other"] });
    let cases = [
        (&world, json!({ "userName": "bot", "accountType": "SERVICE" })),
        (&world, account(json!({}), json!({}))),
        (&world, account(json!({ "defaultTeam": "nothing" }), json!({}))),
        (&world, account(research(), json!({ "modelsSeat": "full" }))),
        (&world, account(research(), json!({ "weaveRole": "full" }))),
        (&world, account(research(), json!({ "emails": email("bot@acme.example") }))),
        (&world, account(many(), json!({ "accountType": "ORG_SERVICE" }))),
        (&cloud, account(many(), json!({}))),
        (&old, account(research(), json!({}))),
    ];
    for (world, body) in cases {
        let answer = world.scim(Method::POST, "Users", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {answer:?}");
    }
    let made = cloud.scim(Method::POST, "Users", account(many(), json!({ "accountType": "ORG_SERVICE" }))).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(cloud.members("other").await.contains(&("bot".to_owned(), "member".to_owned())));
}
