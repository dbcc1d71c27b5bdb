//! Teams and who is in them.

use serde_json::{Value, json};
use wandb_client::{AccountType, MemberId};

use crate::support::{
    Expected, Server, abilities, account, all_abilities, client, graphql_error, names, no_abilities, team,
};

#[tokio::test]
async fn a_team_has_people_accounts_and_invitations() {
    let server = Server::start().await;
    let person = json!({ "id": "User:1", "username": "ada", "email": "ada@acme.example", "name": "Ada", "admin": true,
                         "pending": false, "accountType": "MEMBER", "role": "admin" });
    let invited = json!({ "id": "Invite:1", "email": "eve@acme.example", "pending": true, "accountType": "MEMBER" });
    let odd = json!({ "id": "User:9", "accountType": "ROBOT" });
    server.expect([all_abilities(), team(&json!([person, account(2), invited, odd]))]);
    let team = client(&server).team("vision").await.unwrap().unwrap();
    assert_eq!((team.id.as_str(), team.name.as_str()), ("RW50aXR5Ojc=", "vision"));
    let [person, account, invited, odd] = team.members.as_deref().unwrap() else { panic!("four members") };
    assert_eq!((person.role.as_deref(), person.admin, person.pending), (Some("admin"), true, false));
    assert_eq!(person.user_id().unwrap().as_str(), "User:1");
    assert_eq!(account.account_type, AccountType::Service);
    assert_eq!((account.username.as_deref(), account.role.as_deref()), (Some("bot-2"), None));
    assert_eq!((invited.pending, invited.user_id(), invited.email.as_deref()), (true, None, Some("eve@acme.example")));
    assert_eq!(odd.account_type, AccountType::Other("ROBOT".into()));
    assert_eq!(server.only("Team").variables(), json!({ "name": "vision" }));
}

#[tokio::test]
async fn roles_are_asked_for_where_the_server_has_them() {
    let with_roles = abilities(&json!({ "member": { "fields": names(&["role"]) } }));
    for (abilities, expected) in [(with_roles, true), (no_abilities(), false)] {
        let server = Server::start().await;
        server.expect([abilities, team(&json!([]))]);
        client(&server).team("vision").await.unwrap();
        let query = server.only("Team").json()["query"].as_str().unwrap().to_owned();
        assert_eq!(query.contains("  role\n"), expected, "{query}");
    }
}

#[tokio::test]
async fn what_is_no_team_to_the_caller_is_none() {
    let own_entity = json!({ "id": "E", "name": "ada", "isTeam": false, "members": [] });
    for entity in [Value::Null, own_entity] {
        let server = Server::start().await;
        server.expect([no_abilities(), Expected::graphql("Team").data(&json!({ "entity": entity }))]);
        assert_eq!(client(&server).team("ada").await.unwrap(), None);
    }
}

#[tokio::test]
async fn members_that_are_not_all_shown_are_not_a_list() {
    for members in [Value::Null, json!([account(1), null])] {
        let server = Server::start().await;
        server.expect([no_abilities(), team(&members)]);
        let team = client(&server).team("vision").await.unwrap().unwrap();
        assert_eq!(team.members, None, "{members}");
    }
}

#[tokio::test]
async fn failing_to_read_a_team_is_not_its_absence() {
    for (status, body) in [
        (401, r#"{"error":"no"}"#.to_owned()),
        (403, "{}".to_owned()),
        (500, "{}".to_owned()),
        (404, "<html>".to_owned()),
        (200, graphql_error("no", Some("PERMISSION_ERROR")).to_string()),
        (200, r#"{"data":{"entity":null},"errors":[{"message":"shard is down"}]}"#.to_owned()),
    ] {
        let server = Server::start().await;
        server.expect([no_abilities(), Expected::graphql("Team").answers(status, &body)]);
        let result = client(&server).team("vision").await;
        assert!(result.is_err(), "{status} {body}: {result:?}");
    }
}

#[tokio::test]
async fn a_team_belongs_to_an_organization() {
    let organization = json!({ "name": "acme", "orgEntity": { "name": "acme-org" } });
    for (entity, expected) in [
        (json!({ "organization": organization }), Some(("acme", Some("acme-org")))),
        (json!({ "organization": { "name": "acme", "orgEntity": null } }), Some(("acme", None))),
        (json!({ "organization": null }), None),
        (Value::Null, None),
    ] {
        let server = Server::start().await;
        let tells = abilities(&json!({ "entity": { "fields": names(&["organization"]) } }));
        server.expect([tells, Expected::graphql("Organization").data(&json!({ "entity": entity }))]);
        let answer = client(&server).organization("vision").await.unwrap();
        let answer = answer.as_ref().map(|answer| (answer.name.as_str(), answer.entity.as_deref()));
        assert_eq!(answer, expected);
        assert_eq!(server.only("Organization").variables(), json!({ "team": "vision" }));
    }
}

#[tokio::test]
async fn a_team_is_made_with_and_without_an_administrator() {
    for (admin, input) in [
        (Some("ada"), json!({ "teamName": "vision", "teamAdminUserName": "ada" })),
        (None, json!({ "teamName": "vision" })),
    ] {
        let server = Server::start().await;
        let entity = json!({ "id": "RW50aXR5Ojc=", "name": "vision" });
        server.expect([Expected::graphql("CreateTeam").data(&json!({ "createTeam": { "entity": entity } }))]);
        let team = client(&server).create_team("vision", admin).await.unwrap();
        assert_eq!((team.id.as_str(), team.name.as_str()), ("RW50aXR5Ojc=", "vision"));
        assert_eq!(server.only("CreateTeam").variables(), json!({ "input": input }));
    }
}

#[tokio::test]
async fn a_taken_name_is_a_conflict() {
    for (status, body) in
        [(200, graphql_error("name is taken", Some("CONFLICT"))), (409, graphql_error("name is taken", None))]
    {
        let server = Server::start().await;
        server.expect([Expected::graphql("CreateTeam").answers(status, &body.to_string())]);
        let error = client(&server).create_team("vision", None).await.unwrap_err();
        assert!(error.is_conflict() && !error.is_unclear(), "{error}");
        assert_eq!(error.server_messages()[0].text(), "name is taken");
    }
}

#[tokio::test]
async fn a_team_that_may_have_been_made_is_unclear() {
    for expected in [
        Expected::graphql("CreateTeam").closes(),
        Expected::graphql("CreateTeam").tears(r#"{"data":{"createTeam""#),
        Expected::graphql("CreateTeam").answers(502, "<html>"),
        Expected::graphql("CreateTeam").data(&json!({ "createTeam": null })),
        Expected::graphql("CreateTeam").data(&json!({ "createTeam": { "entity": { "name": "vision" } } })),
    ] {
        let server = Server::start().await;
        server.expect([expected]);
        let error = client(&server).create_team("vision", None).await.unwrap_err();
        assert!(error.is_unclear(), "{error}");
    }
}

#[tokio::test]
async fn who_is_removed_or_gone_already_is_removed() {
    for (status, body) in [
        (200, json!({ "data": { "deleteInvite": { "success": true } } })),
        (200, graphql_error("no such member", Some("NOT_FOUND"))),
        (404, graphql_error("no such member", None)),
    ] {
        let server = Server::start().await;
        server.expect([Expected::graphql("DeleteInvite").answers(status, &body.to_string())]);
        client(&server).remove_from_team("vision", &MemberId::new("User:2")).await.unwrap();
        let input = json!({ "entityName": "vision", "id": "User:2" });
        assert_eq!(server.only("DeleteInvite").variables(), json!({ "input": input }));
    }
}

#[tokio::test]
async fn a_removal_that_is_refused_is_an_error() {
    for body in [
        json!({ "data": { "deleteInvite": { "success": false } } }),
        graphql_error("not yours", Some("PERMISSION_ERROR")),
    ] {
        let server = Server::start().await;
        server.expect([Expected::graphql("DeleteInvite").answers(200, &body.to_string())]);
        let error = client(&server).remove_from_team("vision", &MemberId::new("User:2")).await.unwrap_err();
        assert!(!error.is_unclear(), "{error}");
    }
}
