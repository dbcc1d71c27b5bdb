//! Which teams there are, which of them has an account, and teams with a bucket.

use hyper::Method;
use serde_json::json;
use wandb_client::{
    Ability, AccountExistence, Authentication, Client, MemberId, ServiceAccount, StorageBucket, StorageProvider, UserId,
};

use crate::support::{
    Expected, Server, account, account_id, all_abilities, client, no_abilities, scim_error, scim_list, team_named,
    viewer,
};

fn groups() -> Expected {
    Expected::path(Method::GET, "/scim/Groups")
}

/// SCIM's answer to someone whom it lets in.
fn all_groups(names: &[&str]) -> Expected {
    let teams: Vec<_> =
        names.iter().map(|name| json!({ "id": format!("Entity:{name}"), "displayName": name })).collect();
    groups().answers(200, &scim_list(&teams))
}

fn no_scim() -> Expected {
    groups().answers(403, &scim_error(403, "not for you"))
}

async fn find(client: &Client, number: u32) -> AccountExistence {
    client.find_service_account(&UserId::new(account_id(number))).await.unwrap()
}

#[track_caller]
fn found(existence: AccountExistence) -> ServiceAccount {
    match existence {
        AccountExistence::Exists(account) => account,
        other => panic!("not found: {other:?}"),
    }
}

#[tokio::test]
async fn all_teams_are_listed_to_whom_scim_lets_in() {
    let server = Server::start().await;
    server.expect([viewer(), all_groups(&["vision", "audio"])]);
    let client = client(&server);
    for _ in 0..2 {
        let teams = client.teams().await.unwrap();
        assert_eq!((teams.names.as_slice(), teams.is_whole), (&["audio".to_owned(), "vision".to_owned()][..], true));
    }
    server.finish();
}

#[tokio::test]
async fn the_others_get_the_teams_that_they_are_in() {
    for closed in [no_scim(), groups().answers(404, "no such page")] {
        let server = Server::start().await;
        server.expect([viewer(), closed, viewer()]);
        let teams = client(&server).teams().await.unwrap();
        assert_eq!((teams.names.as_slice(), teams.is_whole), (&["vision".to_owned()][..], false));
        server.finish();
    }
}

#[tokio::test]
async fn a_list_that_fails_is_not_a_short_one() {
    let server = Server::start().await;
    server.expect([viewer(), groups().answers(500, "")]);
    assert!(client(&server).teams().await.is_err());
    server.finish();
}

#[tokio::test]
async fn a_team_that_this_client_makes_is_in_the_list() {
    let server = Server::start().await;
    let entity = json!({ "id": "RW50aXR5Ojc=", "name": "audio" });
    let created = Expected::graphql("CreateTeam").data(&json!({ "createTeam": { "entity": entity } }));
    server.expect([viewer(), all_groups(&["vision"]), created, all_groups(&["vision", "audio"])]);
    let client = client(&server);
    client.teams().await.unwrap();
    client.create_team("audio", None).await.unwrap();
    assert_eq!(client.teams().await.unwrap().names, ["audio", "vision"]);
    server.finish();
}

#[tokio::test]
async fn an_account_is_found_in_the_team_that_has_it_and_others_of_these_teams_cost_nothing() {
    let server = Server::start().await;
    let teams = [team_named("audio", &json!([account(1), account(2)])), team_named("vision", &json!([account(3)]))];
    server.expect([viewer(), all_groups(&["vision", "audio"]), no_abilities()].into_iter().chain(teams));
    let client = client(&server);
    for (number, team) in [(3, "vision"), (1, "audio"), (2, "audio"), (3, "vision")] {
        assert_eq!(found(find(&client, number).await).team, team, "{number}");
        assert_eq!(client.last_team_of(&UserId::new(account_id(number))).as_deref(), Some(team));
    }
    server.finish();
}

#[tokio::test]
async fn an_account_that_was_just_made_is_looked_for_where_it_was_made() {
    let server = Server::start().await;
    let user = json!({ "id": account_id(3), "username": "bot-3", "name": "Bot 3" });
    let created = Expected::graphql("CreateServiceAccount").data(&json!({ "createServiceAccount": { "user": user } }));
    server.expect([created, no_abilities(), team_named("vision", &json!([account(3)]))]);
    let client = client(&server);
    client.create_service_account("vision", "Bot 3", Authentication::BuiltIn).await.unwrap();
    assert_eq!(found(find(&client, 3).await).team, "vision");
    server.finish();
}

#[tokio::test]
async fn an_account_that_moved_is_found_again() {
    let server = Server::start().await;
    server.expect([
        no_abilities(),
        team_named("vision", &json!([account(3)])),
        viewer(),
        Expected::graphql("DeleteInvite").data(&json!({ "deleteInvite": { "success": true } })),
        team_named("vision", &json!([])),
        all_groups(&["vision", "audio"]),
        team_named("audio", &json!([account(3)])),
    ]);
    let client = client(&server);
    client.service_accounts("vision").await.unwrap();
    // Drops what was read.
    client.remove_from_team("vision", &MemberId::new("User:9")).await.unwrap();
    assert_eq!(found(find(&client, 3).await).team, "audio");
    server.finish();
}

#[tokio::test]
async fn absent_is_only_what_is_in_no_team_at_all() {
    let hidden = || Expected::graphql("Team").data(&json!({ "entity": null }));
    for (list, team, is_absent) in [
        (vec![all_groups(&["vision"])], team_named("vision", &json!([account(1)])), true),
        (vec![all_groups(&["vision"])], team_named("vision", &json!([account(1), null])), false),
        (vec![all_groups(&["vision"])], hidden(), false),
        (vec![no_scim(), viewer()], team_named("vision", &json!([account(1)])), false),
    ] {
        let server = Server::start().await;
        server.expect([viewer(), no_abilities(), team].into_iter().chain(list));
        match find(&client(&server), 3).await {
            AccountExistence::Absent => assert!(is_absent),
            AccountExistence::CannotTell(error) => assert!(!is_absent && error.is_not_visible(), "{error}"),
            AccountExistence::Exists(account) => panic!("{account:?}"),
        }
        server.finish();
    }
}

#[tokio::test]
async fn a_team_can_be_made_with_a_bucket() {
    let bucket = StorageBucket::new("acme-runs", StorageProvider::Aws);
    let created = || Expected::path(Method::POST, "/scim/Groups");
    let server = Server::start().await;
    let group = json!({ "id": "RW50aXR5Ojc=", "displayName": "vision", "members": null });
    server.expect([viewer(), created().answers(201, &group.to_string())]);
    let team = client(&server).create_team_with_bucket("vision", &bucket).await.unwrap();
    assert_eq!((team.id.as_str(), team.name.as_str()), ("RW50aXR5Ojc=", "vision"));
    server.finish();

    let server = Server::start().await;
    server.expect([viewer(), created().answers(409, &scim_error(409, "the name is taken"))]);
    let error = client(&server).create_team_with_bucket("vision", &bucket).await.unwrap_err();
    assert!(error.is_conflict() && !error.is_unclear(), "{error}");
    server.finish();
}

#[tokio::test]
async fn what_a_server_can_do_is_asked_once() {
    let info = json!({ "serverInfo": { "latestLocalVersionInfo": { "versionOnThisInstanceString": "0.80.0" } } });
    let server = Server::start().await;
    server.expect([all_abilities(), Expected::graphql("ServerInfo").data(&info)]);
    let client = client(&server);
    for (ability, expected) in [
        (Ability::FederatedServiceAccounts, true),
        (Ability::ApiKeysForAccounts, true),
        (Ability::ApiKeyTimes, true),
        (Ability::MemberRoles, true),
        (Ability::OrganizationServiceAccounts, false),
        (Ability::OrganizationServiceAccounts, false),
    ] {
        assert_eq!(client.offers(ability).await.unwrap(), expected, "{ability:?}");
    }
    server.finish();
}
