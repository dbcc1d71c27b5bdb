//! API keys: minted once, then seen without their secrets.

use serde_json::{Value, json};
use wandb_client::{ApiKeyId, ErrorKind, UserId};

use crate::support::{
    Expected, KEY, NEW_KEY, Server, abilities, account, account_id, all_abilities, client, connection, graphql_error,
    names, no_abilities, team, viewer,
};

fn owner() -> UserId {
    UserId::new(account_id(2))
}

fn generated(payload: &Value) -> Expected {
    Expected::graphql("GenerateApiKey").data(&json!({ "generateApiKey": payload }))
}

fn key(number: u32, name: &str) -> Value {
    json!({ "id": format!("ApiKey:{number}"), "name": name, "description": "nightly",
            "createdAt": "2026-11-23T23:10:05Z", "lastUsedAt": null })
}

fn team_keys(members: &Value) -> Expected {
    Expected::graphql("TeamApiKeys").data(&json!({ "entity": { "members": members } }))
}

fn keys_of(number: u32, keys: &Value) -> Value {
    json!({ "id": account_id(number), "apiKeys": keys })
}

#[tokio::test]
async fn a_key_of_an_account_comes_with_its_secret() {
    let server = Server::start().await;
    server.expect([all_abilities(), generated(&json!({ "apiKey": key(5, &NEW_KEY[..20]), "secret": NEW_KEY }))]);
    let new = client(&server).create_api_key(&owner(), "nightly").await.unwrap();
    assert_eq!((new.id.as_str(), new.key_id.as_str()), ("ApiKey:5", &NEW_KEY[..20]));
    assert_eq!(new.secret.expose_secret(), NEW_KEY);
    assert_eq!(new.created_at.unwrap().to_string(), "2026-11-23T23:10:05Z");
    assert!(!format!("{new:?}").contains(NEW_KEY));
    let input = json!({ "description": "nightly", "userId": account_id(2) });
    assert_eq!(server.only("GenerateApiKey").variables(), json!({ "input": input }));
}

#[tokio::test]
async fn an_older_server_answers_the_secret_as_the_name() {
    let takes_an_owner = abilities(&json!({ "generateApiKey": { "inputFields": names(&["userId"]) } }));
    let server = Server::start().await;
    server.expect([takes_an_owner, generated(&json!({ "apiKey": { "id": "ApiKey:5", "name": KEY } }))]);
    let new = client(&server).create_api_key(&owner(), "nightly").await.unwrap();
    assert_eq!((new.secret.expose_secret(), new.key_id.as_str()), (KEY, &KEY[..20]));
    assert_eq!((new.description, new.created_at), (None, None));
}

#[tokio::test]
async fn a_secret_is_not_lost_over_what_is_told_beside_it() {
    for created_at in [json!(1_795_475_405), json!("yesterday"), json!({}), Value::Null] {
        let server = Server::start().await;
        let key = json!({ "id": "ApiKey:5", "name": "x", "description": 1, "createdAt": created_at, "lastUsedAt": 0 });
        server.expect([all_abilities(), generated(&json!({ "apiKey": key, "secret": NEW_KEY }))]);
        let new = client(&server).create_api_key(&owner(), "nightly").await.unwrap();
        assert_eq!(new.secret.expose_secret(), NEW_KEY);
        assert_eq!((new.description, new.created_at), (None, None), "{created_at}");
    }
}

#[tokio::test]
async fn on_a_server_that_takes_no_owner_only_the_caller_has_keys() {
    let server = Server::start().await;
    server.expect([no_abilities(), viewer(), generated(&json!({ "apiKey": key(5, KEY) }))]);
    let client = client(&server);
    let error = client.create_api_key(&owner(), "nightly").await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    let new = client.create_api_key(&UserId::new("VXNlcjox"), "nightly").await.unwrap();
    assert_eq!(new.secret.expose_secret(), KEY);
    assert_eq!(server.only("GenerateApiKey").variables(), json!({ "input": { "description": "nightly" } }));
}

#[tokio::test]
async fn a_key_without_a_secret_is_an_error_that_names_the_key() {
    for payload in [
        json!({ "apiKey": key(5, &KEY[..20]), "secret": "" }),
        json!({ "apiKey": key(5, &KEY[..20]), "secret": null }),
        json!({ "apiKey": key(5, &KEY[..20]) }),
        json!({ "apiKey": { "id": "ApiKey:5", "name": null } }),
    ] {
        let server = Server::start().await;
        server.expect([all_abilities(), generated(&payload)]);
        let error = client(&server).create_api_key(&owner(), "nightly").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoSecret { id } if id.as_str() == "ApiKey:5"), "{error}");
    }
}

#[tokio::test]
async fn no_failure_of_a_mint_shows_the_secret_or_is_tried_again() {
    // The key was made, and one of its fields could not be shown: then none is.
    let path = ["generateApiKey", "apiKey", "createdAt"];
    let half_done = json!({ "data": { "generateApiKey": null }, "errors": [{ "message": "no clock", "path": path }] });
    for expected in [
        Expected::graphql("GenerateApiKey").tears(&format!(r#"{{"data":{{"generateApiKey":{{"secret":"{NEW_KEY}","#)),
        Expected::graphql("GenerateApiKey").closes(),
        Expected::graphql("GenerateApiKey").answers(500, &format!(r#"{{"error":"lost {NEW_KEY}"}}"#)),
        generated(&json!({ "apiKey": { "id": 5, "name": NEW_KEY }, "secret": NEW_KEY })),
        generated(&json!({ "apiKey": NEW_KEY })),
        Expected::graphql("GenerateApiKey").answers(200, &half_done.to_string()),
    ] {
        let server = Server::start().await;
        server.expect([all_abilities(), expected]);
        let config = crate::support::config(&server).with_max_retries(5);
        let error = wandb_client::Client::new(&config).create_api_key(&owner(), "nightly").await.unwrap_err();
        assert!(error.is_unclear(), "{error}");
        let mut shown = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            shown = format!("{shown} {next} {next:?}");
            cause = next.source();
        }
        assert!(!shown.contains(NEW_KEY), "{shown}");
        server.only("GenerateApiKey");
    }
}

#[tokio::test]
async fn keys_of_all_accounts_are_read_with_the_team() {
    let server = Server::start().await;
    let keys = connection(&[key(5, &KEY[..20]), key(6, KEY)]);
    let all = || team_keys(&json!([keys_of(2, &keys), keys_of(3, &connection(&[]))]));
    // The second time for the key that is absent: somebody else may have made it meanwhile.
    server.expect([all_abilities(), all(), all()]);
    let client = client(&server);
    let keys = client.api_keys("vision", &owner()).await.unwrap().unwrap();
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["ApiKey:5", "ApiKey:6"]);
    assert!(keys.iter().all(|key| key.key_id == KEY[..20] && key.last_used_at.is_none()));
    assert_eq!(client.api_keys("vision", &UserId::new(account_id(3))).await.unwrap(), Some(vec![]));
    let found = client.api_key("vision", &owner(), &ApiKeyId::new("ApiKey:6")).await.unwrap().unwrap();
    assert_eq!(found.created_at.unwrap().to_string(), "2026-11-23T23:10:05Z");
    assert_eq!(client.api_key("vision", &owner(), &ApiKeyId::new("ApiKey:7")).await.unwrap(), None);
    server.finish();
}

#[tokio::test]
async fn an_owner_who_is_not_in_the_team_has_no_keys_there() {
    let server = Server::start().await;
    // The second time as the account may have come meanwhile.
    let members = || team(&json!([account(3)]));
    server.expect([all_abilities(), team_keys(&json!([])), members(), members()]);
    let client = client(&server);
    assert_eq!(client.api_keys("vision", &owner()).await.unwrap(), None);
    assert_eq!(client.api_key("vision", &owner(), &ApiKeyId::new("ApiKey:5")).await.unwrap(), None);
    server.finish();
}

#[tokio::test]
async fn keys_that_cannot_all_be_seen_are_not_gone() {
    let mut incomplete = connection(&[key(5, KEY)]);
    incomplete["edges"].as_array_mut().unwrap().push(json!({ "node": null }));
    let hidden_team = || Expected::graphql("TeamApiKeys").data(&json!({ "entity": null }));
    for (answer, what) in [
        (team_keys(&json!([keys_of(2, &Value::Null)])), "the API keys of the account `User:2`"),
        (team_keys(&json!([keys_of(2, &incomplete)])), "the API keys of the account `User:2`"),
        (team_keys(&Value::Null), "the members of the team `vision`"),
        (team_keys(&json!([null])), "the members of the team `vision`"),
        (hidden_team(), "the team `vision`"),
    ] {
        let server = Server::start().await;
        server.expect([all_abilities(), answer]);
        let error = client(&server).api_key("vision", &owner(), &ApiKeyId::new("ApiKey:5")).await.unwrap_err();
        assert!(error.is_not_visible() && error.to_string().ends_with(what), "{error}");
        server.finish();
    }
}

#[tokio::test]
async fn where_a_team_s_keys_cannot_be_asked_for_accounts_are_asked_fifty_at_once() {
    let server = Server::start().await;
    let members: Vec<_> = (0..120).map(account).collect();
    let batch = |accounts: std::ops::Range<u32>| {
        let users = accounts.enumerate().map(|(index, number)| {
            // The search finds a longer name as well.
            let other = keys_of(1000 + number, &Value::Null);
            (format!("u{index}"), connection(&[other, keys_of(number, &connection(&[key(number, KEY)]))]))
        });
        Expected::graphql("AccountsApiKeys").data(&users.collect::<serde_json::Map<_, _>>().into())
    };
    // The second time for who is not in the team: perhaps by now.
    let members: Value = members.into();
    server.expect([no_abilities(), team(&members), team(&members), batch(0..50), batch(50..100), batch(100..120)]);
    // One at a time, as the answers are scripted in this order.
    let config = crate::support::config(&server).with_max_concurrent_requests(1);
    let client = wandb_client::Client::new(&config);
    for number in [2, 49, 50, 119] {
        let keys = client.api_keys("vision", &UserId::new(account_id(number))).await.unwrap().unwrap();
        assert_eq!(keys[0].id.as_str(), format!("ApiKey:{number}"));
    }
    // Whom the search found besides is not in the team.
    assert_eq!(client.api_keys("vision", &UserId::new(account_id(1002))).await.unwrap(), None);
    let requests = server.finish();
    assert_eq!(requests.len(), 6);
    assert_eq!(requests[3].variables()["u1"], "bot-51");
}

#[tokio::test]
async fn an_account_that_the_search_does_not_find_is_not_without_keys() {
    let server = Server::start().await;
    let answer = json!({ "u0": connection(&[]) });
    server.expect([no_abilities(), team(&json!([account(2)])), Expected::graphql("AccountsApiKeys").data(&answer)]);
    let error = client(&server).api_keys("vision", &owner()).await.unwrap_err();
    assert!(error.is_not_visible(), "{error}");
    server.finish();
}

#[tokio::test]
async fn a_person_s_keys_are_asked_for_alone_where_they_cannot_be_read_with_the_team() {
    let server = Server::start().await;
    let person = json!({ "id": "User:1", "username": "ada", "accountType": "MEMBER" });
    let answer = json!({ "u0": connection(&[keys_of(1, &connection(&[key(5, KEY)]))]) });
    server.expect([no_abilities(), team(&json!([person])), Expected::graphql("AccountsApiKeys").data(&answer)]);
    let keys = client(&server).api_keys("vision", &UserId::new("User:1")).await.unwrap().unwrap();
    assert_eq!(keys[0].id.as_str(), "ApiKey:5");
    server.finish();
}

#[tokio::test]
async fn a_key_that_is_revoked_or_gone_already_is_deleted() {
    for (status, body) in [
        (200, json!({ "data": { "deleteApiKey": { "success": true } } })),
        (200, graphql_error("no such key", Some("NOT_FOUND"))),
        (404, graphql_error("no such key", None)),
    ] {
        let server = Server::start().await;
        server.expect([Expected::graphql("DeleteApiKey").answers(status, &body.to_string())]);
        client(&server).delete_api_key(&ApiKeyId::new("ApiKey:5")).await.unwrap();
        assert_eq!(server.only("DeleteApiKey").variables(), json!({ "input": { "id": "ApiKey:5" } }));
    }
}

#[tokio::test]
async fn a_key_that_may_live_on_is_not_deleted() {
    for (status, body) in [
        (200, json!({ "data": { "deleteApiKey": { "success": false } } }).to_string()),
        (200, json!({ "data": { "deleteApiKey": null } }).to_string()),
        (200, json!({ "data": { "deleteApiKey": { "success": null } } }).to_string()),
        (200, graphql_error("not yours", Some("PERMISSION_ERROR")).to_string()),
        (404, "<html>".to_owned()),
        (404, "{}".to_owned()),
        (404, json!({ "message": "no Route matched with those values" }).to_string()),
        (404, json!({ "error": "not found" }).to_string()),
        (500, "{}".to_owned()),
    ] {
        let server = Server::start().await;
        server.expect([Expected::graphql("DeleteApiKey").answers(status, &body)]);
        let result = client(&server).delete_api_key(&ApiKeyId::new("ApiKey:5")).await;
        assert!(result.is_err(), "{status} {body}");
    }
}
