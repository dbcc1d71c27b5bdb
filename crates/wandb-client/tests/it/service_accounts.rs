//! Service accounts: making, finding and deleting them.

use hyper::Method;
use serde_json::{Value, json};
use wandb_client::{Authentication, UserId};

use crate::support::{
    Expected, KEY, Received, Server, account, account_id, all_abilities, client, no_abilities, scim_error, team, viewer,
};

fn created() -> Expected {
    let user = json!({ "id": "User:2", "username": "bot-2", "name": "nightly" });
    Expected::graphql("CreateServiceAccount").data(&json!({ "createServiceAccount": { "user": user } }))
}

fn scim_delete() -> Expected {
    Expected::path(Method::DELETE, "/scim/Users/User:2")
}

#[tokio::test]
async fn a_built_in_account_needs_nothing_that_is_assumed() {
    let server = Server::start().await;
    server.expect([created()]);
    let account = client(&server).create_service_account("vision", "nightly", Authentication::BuiltIn).await.unwrap();
    assert_eq!((account.id.as_str(), account.username.as_deref()), ("User:2", Some("bot-2")));
    assert_eq!((account.team.as_str(), account.name.as_str()), ("vision", "nightly"));
    let input = json!({ "entityName": "vision", "description": "nightly" });
    assert_eq!(server.only("CreateServiceAccount").variables(), json!({ "input": input }));
}

#[tokio::test]
async fn a_federated_account_has_a_subject() {
    let server = Server::start().await;
    server.expect([all_abilities(), created()]);
    let authentication = Authentication::Federated { subject: "repo:acme/vision:ref:refs/heads/main" };
    client(&server).create_service_account("vision", "nightly", authentication).await.unwrap();
    let input = json!({ "entityName": "vision", "description": "nightly", "authenticationMethod": "FEDERATED_IDENTITY",
                        "subject": "repo:acme/vision:ref:refs/heads/main" });
    assert_eq!(server.only("CreateServiceAccount").variables(), json!({ "input": input }));
}

#[tokio::test]
async fn a_server_without_federation_is_not_asked_to_make_one() {
    let server = Server::start().await;
    server.expect([no_abilities()]);
    let authentication = Authentication::Federated { subject: "sub" };
    let error = client(&server).create_service_account("vision", "nightly", authentication).await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert_eq!(error.to_string(), "CreateServiceAccount failed: this server does not offer federated service accounts");
    server.finish();
}

#[tokio::test]
async fn accounts_are_the_team_s_members_that_are_programs() {
    let server = Server::start().await;
    let person = json!({ "id": "User:1", "username": "ada", "name": "Ada", "accountType": "MEMBER" });
    let members = || team(&json!([person, account(2), account(3)]));
    // The second time for who is absent: somebody else may have made the account meanwhile.
    server.expect([no_abilities(), members(), members()]);
    let client = client(&server);
    let accounts = client.service_accounts("vision").await.unwrap();
    assert_eq!(accounts.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), ["User:2", "User:3"]);
    let found = client.service_account("vision", &UserId::new(account_id(3))).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.username.as_deref()), ("Bot 3", Some("bot-3")));
    for absent in ["User:1", "User:9"] {
        assert_eq!(client.service_account("vision", &UserId::new(absent)).await.unwrap(), None, "{absent}");
    }
    server.finish();
}

#[tokio::test]
async fn an_account_that_cannot_be_seen_is_not_gone() {
    let hidden_team = || Expected::graphql("Team").data(&json!({ "entity": null }));
    for (teams, what) in [
        // Perhaps it is not hidden any more.
        (vec![hidden_team(), hidden_team()], "the team `vision`"),
        (vec![team(&Value::Null)], "the members of the team `vision`"),
        (vec![team(&json!([account(2), null]))], "the members of the team `vision`"),
    ] {
        let server = Server::start().await;
        server.expect([no_abilities()].into_iter().chain(teams));
        let client = client(&server);
        let error = client.service_account("vision", &UserId::new("User:2")).await.unwrap_err();
        assert!(error.is_not_visible(), "{error}");
        assert_eq!(error.to_string(), format!("ServiceAccount failed: the caller cannot see {what}"));
        assert!(client.service_accounts("vision").await.unwrap_err().is_not_visible());
        server.finish();
    }
}

#[tokio::test]
async fn deleting_finds_the_form_of_authorization_that_scim_takes_and_keeps_it() {
    let server = Server::start().await;
    let refused = || scim_delete().answers(401, &scim_error(401, "unknown user"));
    server.expect([viewer(), refused(), scim_delete(), scim_delete()]);
    let client = client(&server);
    for _ in 0..2 {
        client.delete_service_account(&UserId::new("User:2")).await.unwrap();
    }
    let users: Vec<_> =
        server.finish().iter().filter(|request| request.path != "/graphql").map(Received::user).collect();
    assert_eq!(users, [format!("ada:{KEY}"), format!(":{KEY}"), format!(":{KEY}")]);
}

#[tokio::test]
async fn an_account_that_is_gone_already_is_deleted() {
    let server = Server::start().await;
    server.expect([viewer(), scim_delete().answers(404, &scim_error(404, "no such user"))]);
    client(&server).delete_service_account(&UserId::new("User:2")).await.unwrap();
    server.finish();
}

#[tokio::test]
async fn who_may_not_delete_is_told_so() {
    let refused = |status| scim_delete().answers(status, &scim_error(status, "no"));
    // A credential that GraphQL takes and SCIM does not is one that may not use SCIM.
    for refusals in [vec![refused(403)], vec![refused(401), refused(401)]] {
        let server = Server::start().await;
        server.expect([viewer()].into_iter().chain(refusals));
        let error = client(&server).delete_service_account(&UserId::new("User:2")).await.unwrap_err();
        assert!(error.is_forbidden() && !error.is_auth() && !error.is_unclear(), "{error}");
        assert_eq!(error.server_messages()[0].text(), "no");
        server.finish();
    }
}

#[tokio::test]
async fn a_server_without_scim_does_not_pass_for_a_deletion() {
    let server = Server::start().await;
    server.expect([viewer(), scim_delete().answers(404, "404 page not found")]);
    let error = client(&server).delete_service_account(&UserId::new("User:2")).await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}
