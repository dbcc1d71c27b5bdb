//! Changes that leave a team an administrator.

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use wandb_client::{Guarded, MemberId, UserId};

use crate::support::{Expected, Server, client, no_abilities, team, viewer};

fn person(id: &str, admin: bool) -> Value {
    json!({ "id": id, "username": id, "name": id, "accountType": "MEMBER", "admin": admin, "pending": false })
}

fn people(admins: &[&str]) -> Expected {
    let mut members: Vec<_> = admins.iter().map(|id| person(id, true)).collect();
    members.push(person("member", false));
    // Who was invited as an administrator is none yet.
    members.push(json!({ "id": "invited", "name": "invited", "admin": true, "pending": true }));
    team(&members.into())
}

fn removed() -> Expected {
    Expected::graphql("DeleteInvite").data(&json!({ "deleteInvite": { "success": true } }))
}

#[tokio::test]
async fn of_two_administrators_who_leave_at_once_one_stays() {
    let server = Server::start().await;
    server.expect([no_abilities(), people(&["ada", "grace"]), removed(), people(&["grace"])]);
    let client = client(&server);
    let ids = ["ada", "grace"].map(MemberId::new);
    let results = join_all(ids.iter().map(|id| client.remove_unless_last_admin("vision", id))).await;
    let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!(results, [Guarded::Done, Guarded::LastAdmin]);
    server.finish();
}

#[tokio::test]
async fn of_two_administrators_who_lose_the_role_at_once_one_keeps_it() {
    let server = Server::start().await;
    let set = Expected::path(Method::PATCH, "/scim/Users/ada").answers(200, "{}");
    server.expect([no_abilities(), people(&["ada", "grace"]), viewer(), set, people(&["grace"])]);
    let client = client(&server);
    let ids = ["ada", "grace"].map(UserId::new);
    let set = ids.iter().map(|id| client.set_team_role_unless_last_admin(id, "vision", "viewer"));
    let results: Vec<_> = join_all(set).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results, [Guarded::Done, Guarded::LastAdmin]);
    server.finish();
}

#[tokio::test]
async fn others_leave_whoever_administers_the_team() {
    let server = Server::start().await;
    server.expect([no_abilities(), people(&["ada"]), removed()]);
    let left = client(&server).remove_unless_last_admin("vision", &MemberId::new("member")).await.unwrap();
    assert_eq!(left, Guarded::Done);
    server.finish();
}

#[tokio::test]
async fn hidden_members_are_no_reason_to_go_on() {
    let server = Server::start().await;
    server.expect([no_abilities(), team(&Value::Null)]);
    let error = client(&server).remove_unless_last_admin("vision", &MemberId::new("ada")).await.unwrap_err();
    assert!(error.is_not_visible(), "{error}");
    server.finish();
}
