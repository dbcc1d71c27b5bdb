//! Reads of one team share their requests, and never show less than was written.

use std::sync::Arc;

use futures::future::join_all;
use hyper::Method;
use serde_json::json;
use tokio::sync::Notify;
use wandb_client::{ApiKeyId, Authentication, UserId};

use crate::support::{
    Expected, NEW_KEY, Server, account, account_id, all_abilities, client, connection, no_abilities, scim_list, team,
    team_named, viewer,
};

#[tokio::test]
async fn a_team_s_accounts_and_keys_cost_two_requests_however_many_there_are() {
    let server = Server::start().await;
    let members: Vec<_> = (0..500).map(account).collect();
    let key = |number: u32| connection(&[json!({ "id": format!("ApiKey:{number}") })]);
    let keys: Vec<_> = (0..500).map(|number| json!({ "id": account_id(number), "apiKeys": key(number) })).collect();
    server.expect([
        all_abilities(),
        team(&members.into()),
        Expected::graphql("TeamApiKeys").data(&json!({ "entity": { "members": keys } })),
    ]);
    let client = client(&server);
    let all = (0..500).map(|number| {
        let client = client.clone();
        async move {
            let id = UserId::new(account_id(number));
            let account = client.service_account("vision", &id).await.unwrap();
            let key = client.api_key("vision", &id, &ApiKeyId::new(format!("ApiKey:{number}"))).await.unwrap();
            account.is_some() && key.is_some()
        }
    });
    assert!(join_all(all).await.into_iter().all(|found| found));
    assert_eq!(server.finish().len(), 3);
}

#[tokio::test]
async fn a_read_after_a_write_sees_it_even_if_one_before_it_is_still_under_way() {
    let server = Server::start().await;
    let go = Arc::new(Notify::new());
    let before = json!({ "entity": { "id": "E", "name": "vision", "members": [] } });
    let user = json!({ "id": account_id(2) });
    server.expect([
        no_abilities(),
        Expected::graphql("Team").after(&go, &before),
        Expected::graphql("CreateServiceAccount").data(&json!({ "createServiceAccount": { "user": user } })),
        team(&json!([account(2)])),
    ]);
    let client = client(&server);
    let early = tokio::spawn({
        let client = client.clone();
        async move { client.service_accounts("vision").await.unwrap().len() }
    });
    server.wait_for(2).await;
    let made = client.create_service_account("vision", "Bot 2", Authentication::BuiltIn).await.unwrap();
    assert!(client.service_account("vision", &made.id).await.unwrap().is_some());
    go.notify_one();
    assert_eq!(early.await.unwrap(), 0);
    // The late answer of the early read does not replace the newer one.
    assert!(client.service_account("vision", &made.id).await.unwrap().is_some());
    server.finish();
}

#[tokio::test]
async fn a_write_forgets_what_it_may_change_and_nothing_else() {
    let server = Server::start().await;
    let keys = |ids: &[&str]| {
        let keys: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        let member = json!({ "id": account_id(2), "apiKeys": connection(&keys) });
        Expected::graphql("TeamApiKeys").data(&json!({ "entity": { "members": [member] } }))
    };
    server.expect([
        all_abilities(),
        team(&json!([account(2)])),
        keys(&["ApiKey:5"]),
        // Even a failed revocation may have happened.
        Expected::graphql("DeleteApiKey").answers(500, "{}"),
        keys(&[]),
    ]);
    let client = client(&server);
    let owner = UserId::new(account_id(2));
    assert!(client.service_account("vision", &owner).await.unwrap().is_some());
    assert_eq!(client.api_keys("vision", &owner).await.unwrap().unwrap().len(), 1);
    assert!(client.delete_api_key(&ApiKeyId::new("ApiKey:5")).await.is_err());
    assert_eq!(client.api_keys("vision", &owner).await.unwrap().unwrap().len(), 0);
    assert!(client.service_account("vision", &owner).await.unwrap().is_some());
    server.finish();
}

/// The keys of a team with one account, which has these.
fn keys_of(team: &'static str, account: u32, ids: &[&str]) -> Expected {
    let keys: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    let member = json!({ "id": account_id(account), "apiKeys": connection(&keys) });
    Expected::graphql_of("TeamApiKeys", "name", team).data(&json!({ "entity": { "members": [member] } }))
}

#[tokio::test]
async fn a_key_that_comes_or_goes_concerns_the_teams_that_show_its_owner_and_no_others() {
    let server = Server::start().await;
    server.expect([all_abilities(), keys_of("vision", 2, &["ApiKey:5"]), keys_of("audio", 3, &["ApiKey:6"])]);
    let client = client(&server);
    let (two, three) = (UserId::new(account_id(2)), UserId::new(account_id(3)));
    client.api_keys("vision", &two).await.unwrap();
    client.api_keys("audio", &three).await.unwrap();

    let made = json!({ "generateApiKey": { "apiKey": { "id": "ApiKey:7" }, "secret": NEW_KEY } });
    server.expect([
        Expected::graphql("GenerateApiKey").data(&made),
        keys_of("vision", 2, &["ApiKey:5", "ApiKey:7"]),
        Expected::graphql("DeleteApiKey").data(&json!({ "deleteApiKey": { "success": true } })),
        keys_of("vision", 2, &["ApiKey:7"]),
    ]);
    client.create_api_key(&two, "nightly").await.unwrap();
    assert_eq!(client.api_keys("vision", &two).await.unwrap().unwrap().len(), 2);
    client.delete_api_key(&ApiKeyId::new("ApiKey:5")).await.unwrap();
    assert_eq!(client.api_keys("vision", &two).await.unwrap().unwrap().len(), 1);
    assert_eq!(client.api_keys("audio", &three).await.unwrap().unwrap().len(), 1);
    server.finish();
}

#[tokio::test]
async fn an_account_that_goes_concerns_the_teams_that_show_it_and_no_others() {
    let server = Server::start().await;
    let delete = Expected::path(Method::DELETE, &format!("/scim/Users/{}", account_id(2)));
    server.expect([
        no_abilities(),
        team_named("vision", &json!([account(2)])),
        team_named("audio", &json!([account(3)])),
        viewer(),
        delete,
        team_named("vision", &json!([])),
    ]);
    let client = client(&server);
    client.service_accounts("vision").await.unwrap();
    client.service_accounts("audio").await.unwrap();
    client.delete_service_account(&UserId::new(account_id(2))).await.unwrap();
    assert!(client.service_accounts("vision").await.unwrap().is_empty());
    assert_eq!(client.service_accounts("audio").await.unwrap().len(), 1);
    server.finish();
}

#[tokio::test]
async fn what_others_made_meanwhile_is_not_absent() {
    let server = Server::start().await;
    let none = team_named("vision", &json!([]));
    server.expect([all_abilities(), none, keys_of("vision", 3, &[])]);
    let client = client(&server);
    let (two, three) = (UserId::new(account_id(2)), UserId::new(account_id(3)));
    // Read during this call, so it is believed at once.
    assert_eq!(client.service_account("vision", &two).await.unwrap(), None);
    assert_eq!(client.api_keys("vision", &three).await.unwrap(), Some(vec![]));

    server.expect([team_named("vision", &json!([account(2)])), keys_of("vision", 2, &["ApiKey:5"])]);
    assert!(client.service_account("vision", &two).await.unwrap().is_some());
    assert!(client.api_key("vision", &two, &ApiKeyId::new("ApiKey:5")).await.unwrap().is_some());
    server.expect([keys_of("vision", 2, &["ApiKey:5", "ApiKey:6"])]);
    assert!(client.api_key("vision", &two, &ApiKeyId::new("ApiKey:6")).await.unwrap().is_some());

    server.expect([team_named("vision", &json!([account(2), account(3)]))]);
    let named = client.service_accounts_where("vision", |account| account.has_name("bot-3")).await.unwrap();
    assert_eq!(named.len(), 1);

    let hidden = Expected::graphql_of("Team", "name", "audio").data(&json!({ "entity": null }));
    server.expect([hidden]);
    assert!(client.team("audio").await.unwrap().is_none());
    server.expect([team_named("audio", &json!([]))]);
    assert!(client.team("audio").await.unwrap().is_some());
    server.finish();
}

#[tokio::test]
async fn a_snapshot_is_not_taken_anew_for_what_it_does_not_show() {
    let server = Server::start().await;
    let groups = [json!({ "id": "E1", "displayName": "audio" }), json!({ "id": "E2", "displayName": "vision" })];
    server.expect([
        all_abilities(),
        Expected::graphql_of("Team", "name", "audio").data(&json!({ "entity": null })),
        team_named("vision", &json!([account(2)])),
        viewer(),
        Expected::path(Method::GET, "/scim/Groups").answers(200, &scim_list(&groups)),
        keys_of("vision", 2, &["ApiKey:5"]),
    ]);
    let client = client(&server);
    let snapshot = client.snapshot();
    let (two, three) = (UserId::new(account_id(2)), UserId::new(account_id(3)));
    for _ in 0..3 {
        assert!(snapshot.team("audio").await.unwrap().is_none());
        assert!(snapshot.service_accounts("audio").await.unwrap().is_empty());
        assert!(snapshot.service_account("vision", &two).await.unwrap().is_some());
        assert!(snapshot.service_account("vision", &three).await.unwrap().is_none());
        assert!(snapshot.find_service_account(&three).await.unwrap().is_none());
        assert_eq!(snapshot.api_keys("vision", &two).await.unwrap().len(), 1);
        assert!(snapshot.api_keys("vision", &three).await.unwrap().is_empty());
    }
    // Who has to know reads what the snapshot then shows.
    server.expect([team_named("vision", &json!([account(2), account(3)]))]);
    assert!(client.service_account("vision", &three).await.unwrap().is_some());
    assert!(snapshot.service_account("vision", &three).await.unwrap().is_some());
    server.finish();
}

#[tokio::test]
async fn a_snapshot_does_not_hide_that_a_team_could_not_be_read() {
    let server = Server::start().await;
    server.expect([all_abilities(), Expected::graphql("Team").answers(500, "{}")]);
    let client = client(&server);
    assert!(client.snapshot().service_account("vision", &UserId::new(account_id(2))).await.is_err());
    server.finish();
}

#[tokio::test]
async fn the_caller_s_teams_are_asked_for_once_and_anew_after_one_was_made() {
    let server = Server::start().await;
    let made = json!({ "createTeam": { "entity": { "id": "E", "name": "vision" } } });
    server.expect([viewer(), Expected::graphql("CreateTeam").data(&made), viewer()]);
    let client = client(&server);
    let all = (0..100).map(|_| client.caller_teams());
    assert!(join_all(all).await.into_iter().all(|teams| teams.is_ok()));
    client.create_team("vision", None).await.unwrap();
    client.caller_teams().await.unwrap();
    assert_eq!(server.finish().len(), 3);
}
