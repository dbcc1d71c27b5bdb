//! `wandb_api_key`, whose secret exists once.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use serde_json::json;
use tfplugin::value::{Path, Value};
use tfplugin_testing::{Action, ImportTarget, Object};

use crate::scene::{Scene, key, object, of_organization, refusal, secret, text};

const TYPE: &str = "wandb_api_key";

/// An account of a team, and a key of it.
pub(crate) async fn account_with_key(scene: &mut Scene) -> Result<(Object, Object)> {
    scene.create_team("research").await?;
    let account = scene.create_account("research", "ci").await?;
    let key = scene.create_key(&account, "laptop").await?;
    Ok((account, key))
}

/// The keys of the team's accounts as its administrator sees them, by their whole names.
pub(crate) fn keys(scene: &Scene) -> Result<BTreeMap<String, serde_json::Value>> {
    let query = "query Keys { entity(name: \"research\") { members { accountType apiKeys { edges { node { id name description } } } } } }";
    let answer = scene.emulator.graphql(query, &json!({}))?;
    let members = answer.pointer("/entity/members").and_then(serde_json::Value::as_array).context("members")?;
    let accounts = members.iter().filter(|member| member["accountType"] == "SERVICE");
    let edges = accounts.filter_map(|member| member.pointer("/apiKeys/edges")?.as_array()).flatten();
    let named = edges.filter_map(|edge| Some((edge["node"]["description"].as_str()?.to_owned(), edge["node"].clone())));
    Ok(named.collect())
}

/// Deletes the key with this key id as an administrator of the team would.
pub(crate) fn revoke(scene: &Scene, key_id: &str) -> Result<()> {
    let keys = keys(scene)?;
    let key = keys.values().find(|key| key["name"] == key_id).context("there is no such key")?;
    let mutation = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
    scene.emulator.graphql(mutation, &json!({ "id": key["id"] })).map(drop)
}

#[tokio::test]
async fn lives_from_create_to_destroy() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    assert_eq!(text(&created, "service_account_id")?, text(&account, "id")?);
    ensure!(
        secret(&created)?.expose_secret().starts_with(text(&created, "key_id")?),
        "the id is the secret's beginning"
    );
    assert!(!scene.viewer(&created)?.is_empty());

    scene.session.destroy(created.clone()).await?;
    assert!(scene.viewer(&created).is_err(), "it is revoked");
    scene.end().await
}

#[tokio::test]
async fn another_name_is_another_key() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let config = key(&account, "cluster");
    let plan = scene.session.plan(TYPE, Some(&created), &config).await?;
    assert_eq!(plan.action(), Action::Replace);
    assert_eq!(plan.requires_replace(), [Path::from("name")]);
    for made_anew in ["id", "key", "key_id", "created_at"] {
        assert!(plan.planned().attribute(made_anew).is_unknown(), "{made_anew}");
    }
    let replaced = scene.session.replace(created.clone(), &config).await?;
    assert!(scene.viewer(&created).is_err());
    assert!(!scene.viewer(&replaced)?.is_empty());
    scene.end().await
}

#[tokio::test]
async fn a_tainted_key_is_made_anew() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let replaced = scene.session.replace(created.clone().taint(), &key(&account, "laptop")).await?;
    assert!(!replaced.is_tainted());
    assert!(scene.viewer(&created).is_err());
    assert!(!scene.viewer(&replaced)?.is_empty());
    scene.end().await
}

#[tokio::test]
async fn a_key_that_was_revoked_outside_is_gone() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    revoke(&scene, text(&created, "key_id")?)?;
    assert!(scene.session.refresh(&created).await?.is_none());
    let plan = scene.session.plan_destroy(&created).await?;
    assert!(scene.session.apply(plan).await?.into_result()?.is_none(), "one that is gone is destroyed");
    scene.create_key(&account, "laptop").await?;
    scene.end().await
}

#[tokio::test]
async fn a_key_of_an_account_that_is_gone_is_gone() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    scene.emulator.delete_account(text(&account, "id")?)?;
    assert!(scene.session.refresh(&created).await?.is_none());
    let plan = scene.session.plan_destroy(&created).await?;
    assert!(scene.session.apply(plan).await?.into_result()?.is_none(), "one that is gone is destroyed");
    scene.end().await
}

#[tokio::test]
async fn a_key_of_an_account_that_cannot_be_seen_stays() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (_, created) = account_with_key(&mut scene).await?;
    scene.create_team("other").await?;
    let stranger = scene.create_account("other", "stranger").await?;
    let key = scene.create_key(&stranger, "elsewhere").await?;
    // Acts for an account of another team, which sees nothing of the key's.
    scene.act_as(secret(&key)?.expose_secret()).await?;
    assert_eq!(refusal(scene.session.refresh(&created).await)?, ["Service account not visible"]);
    scene.end().await
}

#[tokio::test]
async fn an_imported_key_has_no_secret_and_stays_as_it_is() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let identity = ImportTarget::Identity(created.identity().context("an identity")?.clone());
    for target in ["research/ci/laptop".into(), text(&created, "id")?.into(), identity] {
        let imported = scene.session.import_verify(&created, target, &["key"]).await?;
        assert!(imported.attribute("key").is_null());
        scene.session.settled(&imported, &key(&account, "laptop")).await?;
    }
    for (id, refused) in [
        ("research/ci/other", "API key not found"),
        ("research/other/laptop", "Service account not found"),
        ("laptop", "Invalid import id"),
    ] {
        assert_eq!(refusal(scene.session.import(TYPE, id).await)?, [refused], "{id}");
    }
    scene.end().await
}

#[tokio::test]
async fn the_secret_is_in_the_state_alone() -> Result<()> {
    let mut scene = Scene::set().await?;
    let schema = scene.session.schemas().resource(TYPE)?;
    let sensitive = schema.attributes().iter().filter(|(_, attribute)| attribute.sensitive).map(|(name, _)| name);
    assert_eq!(sensitive.collect::<Vec<_>>(), ["key"]);

    let (_, created) = account_with_key(&mut scene).await?;
    let secret = secret(&created)?;
    let elsewhere = object([
        ("id", created.attribute("id").clone()),
        ("key_id", created.attribute("key_id").clone()),
        ("name", created.attribute("name").clone()),
    ]);
    let others = elsewhere.as_map().context("an object")?.values().filter_map(Value::as_str);
    ensure!(others.into_iter().all(|text| !text.contains(secret.expose_secret())), "another attribute has the secret");
    let private = String::from_utf8_lossy(created.private());
    ensure!(!private.contains(secret.expose_secret()), "the private bytes have the secret");
    // Scene::end looks through the logs.
    scene.end().await
}

#[tokio::test]
async fn bad_input_is_refused() -> Result<()> {
    let scene = Scene::set().await?;
    let config = |account: &str, name: &str| object([("service_account_id", account.into()), ("name", name.into())]);
    for (config, place) in [(config("VXNlcjoxMg==", ""), "name"), (config("", "laptop"), "service_account_id")] {
        let refused = scene.session.validate(TYPE, &config).await;
        assert_eq!(refusal(refused)?, [format!("{place}: Invalid value for `{place}`")]);
    }
    let missing = scene.session.validate(TYPE, &object([("name", "laptop".into())])).await;
    let message = missing.expect_err("a refusal").to_string();
    assert_eq!(message, "the configuration is none: `service_account_id` is required");
    scene.end().await
}

#[tokio::test]
async fn keys_of_an_account_are_listed_and_a_federated_one_has_none() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let listed = |id: Value| object([("service_account_id", id)]);
    let keys = scene.session.read_data_source("wandb_api_keys", &listed(account.attribute("id").clone())).await?;
    let Value::List(keys) = keys.attribute("api_keys") else { anyhow::bail!("a list") };
    assert_eq!(keys.len(), 1);
    assert!(keys[0].attribute("key_id") == created.attribute("key_id"));

    let config = object([
        ("team", "research".into()),
        ("name", "release".into()),
        ("subject", "repo:acme/models:ref:refs/heads/main".into()),
    ]);
    let federated = scene.session.create("wandb_service_account", &config).await?;
    let keys = scene.session.read_data_source("wandb_api_keys", &listed(federated.attribute("id").clone())).await?;
    assert!(keys.attribute("api_keys") == &Value::List(Vec::new()));
    scene.end().await
}

/// The team's first admin is somebody else, and the caller administers the organization.
#[tokio::test]
async fn a_key_in_a_team_that_the_caller_is_not_in_is_found_again() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let team = object([
        ("name", "science".into()),
        ("initial_admin", "niklaus".into()),
        ("deletion_policy", "abandon".into()),
    ]);
    scene.session.create("wandb_team", &team).await?;
    let account = scene.create_account("science", "ci").await?;
    let created = scene.create_key(&account, "laptop").await?;
    scene.session.restart().await?;
    let seen = scene.session.refresh(&created).await?.context("it is there")?;
    scene.session.settled(&seen, &key(&account, "laptop")).await?;
    scene.session.destroy(seen).await?;
    assert!(scene.viewer(&created).is_err(), "it is revoked");
    scene.end().await
}

#[tokio::test]
async fn a_key_of_an_organization_s_account_that_left_a_team_stays() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = of_organization("research", "deploy");
    let account = scene.session.create("wandb_service_account", &config).await?;
    let created = scene.create_key(&account, "laptop").await?;
    scene.create_bucket_team("science").await?;
    let seen = scene.session.refresh(&created).await?.context("it is there")?;

    // Out of the team that was noted; it lives on in the other ones.
    scene.leave_team("research", &account)?;
    scene.session.restart().await?;
    let seen = scene.session.refresh(&seen).await?.context("it is there")?;
    assert_eq!(text(&seen, "key_id")?, text(&created, "key_id")?);
    assert!(!scene.viewer(&created)?.is_empty());
    scene.end().await
}
