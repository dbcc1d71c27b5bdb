//! Finding and inviting people.

use hyper::Method;
use serde_json::{Value, json};
use wandb_client::{Person, User};

use crate::support::{Expected, Server, client, connection, graphql_error, scim_error, scim_list, viewer};

fn scim() -> Expected {
    Expected::path(Method::GET, "/scim/Users")
}

fn scim_users(users: &[Value]) -> Expected {
    scim().answers(200, &scim_list(users))
}

/// The refusals of a caller who may not use SCIM.
fn closed() -> [Expected; 2] {
    [viewer(), scim().answers(403, &scim_error(403, "no"))]
}

fn graphql_users(users: &[Value]) -> Expected {
    Expected::graphql("Users").data(&json!({ "users": connection(users) }))
}

fn scim_ada() -> Value {
    json!({ "id": "User:1", "userName": "ada", "displayName": "Ada", "active": true,
            "emails": { "Value": "ada@acme.example", "Display": "", "Type": "", "Primary": true } })
}

fn graphql_ada() -> Value {
    json!({ "id": "User:1", "username": "ada", "name": "Ada", "email": "ada@acme.example", "deletedAt": null })
}

#[track_caller]
fn assert_ada(user: Option<&User>) {
    let user = user.unwrap();
    assert_eq!(user.id.as_str(), "User:1");
    let names = [&user.username, &user.email, &user.name].map(Option::as_deref);
    assert_eq!(names, [Some("ada"), Some("ada@acme.example"), Some("Ada")]);
}

#[tokio::test]
async fn a_person_is_found_by_name_and_by_address() {
    for person in [Person::Username("Ada"), Person::Email("ADA@acme.example")] {
        let server = Server::start().await;
        server.expect([viewer(), scim_users(&[scim_ada()])]);
        assert_ada(client(&server).find_user(person).await.unwrap().as_ref());
        server.finish();
    }
}

#[tokio::test]
async fn who_may_not_use_scim_asks_graphql_and_scim_only_once() {
    let server = Server::start().await;
    let other = json!({ "id": "User:2", "username": "ada-2", "name": "ada", "email": "not-ada@acme.example" });
    let deleted = json!({ "id": "User:3", "username": "ada", "email": "ada@acme.example",
                          "deletedAt": "2025-01-01T00:00:00Z" });
    let everyone = [other, deleted, graphql_ada()];
    server.expect(closed().into_iter().chain([graphql_users(&everyone), graphql_users(&everyone)]));
    let client = client(&server);
    for person in [Person::Username("ada"), Person::Email("Ada@acme.example")] {
        assert_ada(client.find_user(person).await.unwrap().as_ref());
    }
    server.finish();
}

#[tokio::test]
async fn a_server_without_scim_has_people_all_the_same() {
    let server = Server::start().await;
    server.expect([viewer(), scim().answers(404, "404 page not found"), graphql_users(&[graphql_ada()])]);
    assert_ada(client(&server).find_user(Person::Username("ada")).await.unwrap().as_ref());
    assert_eq!(server.only("Users").variables(), json!({ "query": "ada" }));
}

#[tokio::test]
async fn nobody_of_that_name_is_nobody() {
    let other = || json!({ "id": "User:2", "userName": "ada-2" });
    let inactive = || json!({ "id": "User:1", "userName": "ada", "active": false });
    for users in [vec![], vec![other()], vec![inactive()]] {
        let server = Server::start().await;
        server.expect([viewer(), scim_users(&users)]);
        assert_eq!(client(&server).find_user(Person::Username("ada")).await.unwrap(), None, "{users:?}");
        server.finish();
    }
}

#[tokio::test]
async fn failing_to_look_is_not_finding_nobody() {
    let alike = [json!({ "id": "User:1", "userName": "Ada" }), json!({ "id": "User:2", "userName": "ADA" })];
    let in_part = json!({ "totalResults": 2, "Resources": [] }).to_string();
    for answer in [
        scim().answers(500, &scim_error(500, "oops")),
        scim().answers(400, &scim_error(400, "no such filter")),
        scim().answers(200, "<html>"),
        scim().answers(200, &in_part),
        scim_users(&alike),
    ] {
        let server = Server::start().await;
        server.expect([viewer(), answer]);
        let result = client(&server).find_user(Person::Username("ada")).await;
        assert!(result.is_err(), "{result:?}");
        server.finish();
    }
}

#[tokio::test]
async fn people_are_invited_by_name_or_address() {
    for (person, admin, input) in [
        (Person::Username("eve"), true, json!({ "entityName": "vision", "username": "eve", "admin": true })),
        (
            Person::Email("eve@acme.example"),
            false,
            json!({ "entityName": "vision", "email": "eve@acme.example", "admin": false }),
        ),
    ] {
        let server = Server::start().await;
        let invite = json!({ "id": "Invite:1", "email": "eve@acme.example", "createdAt": "2026-01-02T03:04:05Z" });
        server.expect([Expected::graphql("CreateInvite").data(&json!({ "createInvite": { "invite": invite } }))]);
        let invitation = client(&server).invite("vision", person, admin).await.unwrap();
        assert_eq!((invitation.id.as_str(), invitation.email.as_deref()), ("Invite:1", Some("eve@acme.example")));
        assert_eq!(invitation.created_at, Some("2026-01-02T03:04:05Z".parse().unwrap()));
        assert_eq!(server.only("CreateInvite").variables(), json!({ "input": input }));
    }
}

#[tokio::test]
async fn an_invitation_is_not_lost_over_its_time() {
    let server = Server::start().await;
    let invite = json!({ "id": "Invite:1", "createdAt": 1_767_323_045 });
    server.expect([Expected::graphql("CreateInvite").data(&json!({ "createInvite": { "invite": invite } }))]);
    let invitation = client(&server).invite("vision", Person::Username("eve"), false).await.unwrap();
    assert_eq!((invitation.id.as_str(), invitation.created_at), ("Invite:1", None));
}

#[tokio::test]
async fn who_is_invited_already_is_a_conflict() {
    let server = Server::start().await;
    let body = graphql_error("already invited", Some("CONFLICT")).to_string();
    server.expect([Expected::graphql("CreateInvite").answers(200, &body)]);
    let error = client(&server).invite("vision", Person::Username("eve"), false).await.unwrap_err();
    assert!(error.is_conflict() && !error.is_unclear(), "{error}");
}

#[tokio::test]
async fn an_invitation_that_may_have_gone_out_is_unclear() {
    for expected in [
        Expected::graphql("CreateInvite").closes(),
        Expected::graphql("CreateInvite").answers(502, "<html>"),
        Expected::graphql("CreateInvite").data(&json!({ "createInvite": { "invite": null } })),
    ] {
        let server = Server::start().await;
        server.expect([expected]);
        let error = client(&server).invite("vision", Person::Username("eve"), false).await.unwrap_err();
        assert!(error.is_unclear(), "{error}");
    }
}

#[tokio::test]
async fn many_people_are_found_in_one_request() {
    let server = Server::start().await;
    let grace = json!({ "id": "User:2", "userName": "grace", "emails": { "Value": "grace@acme.example" } });
    server.expect([viewer(), scim_users(&[scim_ada(), grace])]);
    let client = client(&server);
    for person in [Person::Username("ADA"), Person::Email("ada@ACME.example")] {
        assert_ada(client.find_user_among_all(person).await.unwrap().as_ref());
    }
    assert!(client.find_user_among_all(Person::Username("grace")).await.unwrap().is_some());
    assert_eq!(client.find_user_among_all(Person::Username("nobody")).await.unwrap(), None);
    let asked: Vec<_> = server.finish().into_iter().filter(|request| request.path == "/scim/Users").collect();
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn where_not_all_people_are_shown_each_is_asked_for() {
    let server = Server::start().await;
    let in_part = json!({ "totalResults": 2, "Resources": [] }).to_string();
    server.expect([viewer(), scim().answers(200, &in_part), scim_users(&[scim_ada()])]);
    assert_ada(client(&server).find_user_among_all(Person::Username("ada")).await.unwrap().as_ref());
    server.finish();
}
