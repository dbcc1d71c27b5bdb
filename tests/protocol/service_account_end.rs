//! The end of a `wandb_service_account`, alone and as half of a replacement: whose keys end with it, and what is left of it.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tfplugin::value::Value;
use tfplugin_testing::Object;

use crate::scene::{GRACE, PLATFORM, Scene, account, object, of_organization, refusal, text, warnings};

const TYPE: &str = "wandb_service_account";
const SUBJECT: &str = "repo:acme/ml:pull_request";

fn federated(name: &str) -> Value {
    object([("team", "research".into()), ("name", name.into()), ("subject", SUBJECT.into())])
}

/// Makes a key behind the provider's back.
fn strange_key(scene: &Scene, account: &Object, name: &str) -> Result<()> {
    let mutation = "mutation M($id: ID!, $name: String) { \
                    generateApiKey(input: { userId: $id, description: $name }) { apiKey { id } } }";
    scene.emulator.graphql(mutation, &json!({ "id": text(account, "id")?, "name": name })).map(drop)
}

/// How many accounts a name has, in teams or in none.
fn alive(scene: &Scene, name: &str) -> Result<usize> {
    let state = scene.emulator.state()?;
    let accounts = state["accounts"].as_array().context("there are accounts")?;
    Ok(accounts.iter().filter(|account| account["name"] == name || account["username"] == name).count())
}

#[tokio::test]
async fn keys_that_terraform_has_not_made_are_named_by_the_plan() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.create_account("research", "deploy").await?;
    scene.create_key(&created, "managed").await?;
    let plan = scene.session.plan_destroy(&created).await?;
    assert!(plan.warnings().is_empty(), "a key that is made here may be destroyed by the same plan");
    strange_key(&scene, &created, "laptop")?;
    scene.session.restart().await?;
    let plan = scene.session.plan_destroy(&created).await?;
    assert_eq!(warnings(plan.warnings()), ["Service account owns other API keys"]);
    // Hosts show no warnings of a replacement.
    let replaced = scene.session.plan(TYPE, Some(&created), &account("research", "renamed")).await;
    assert_eq!(refusal(replaced)?, ["Service account owns other API keys"]);
    let forced = object([("team", "research".into()), ("name", "deploy".into()), ("force_destroy", Value::from(true))]);
    let created = scene.session.update(created, &forced).await?;
    scene.session.plan(TYPE, Some(&created), &account("research", "renamed")).await?;
    scene.end().await
}

#[tokio::test]
async fn keys_of_an_account_outside_of_its_default_team_are_in_the_way_too() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &of_organization("research", "deploy")).await?;
    let laptop = scene.create_key(&created, "laptop").await?;
    scene.create_bucket_team("science").await?;
    scene.leave_team("research", &created)?;
    scene.session.restart().await?;
    let plan = scene.session.plan_destroy(&created).await?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(refusal(applied.into_result())?, ["Service account owns other API keys"]);
    scene.viewer(&laptop).context("the key still works")?;
    scene.end().await
}

/// As where a server shows the keys of others to nobody.
#[tokio::test]
async fn keys_that_are_hidden_are_in_the_way_unless_it_is_forced() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.create_account("research", "deploy").await?;
    let laptop = scene.create_key(&created, "laptop").await?;
    let forced = object([("team", "research".into()), ("name", "deploy".into()), ("force_destroy", Value::from(true))]);
    // The answer to all questions about the team.
    let member = json!({ "id": text(&created, "id")?, "username": "deploy", "name": "deploy", "email": null,
        "admin": false, "pending": false, "accountType": "SERVICE", "role": "member", "apiKeys": null });
    let entity = json!({ "id": "RW50aXR5OjE=", "name": "research", "isTeam": true, "members": [member] });
    let body = json!({ "data": { "entity": entity } }).to_string();
    let effect = json!({ "kind": "status", "status": 200, "body": body });
    scene.emulator.add_fault(&json!({ "operation": "entity", "effect": effect }))?;
    scene.session.restart().await?;
    let plan = scene.session.plan_destroy(&created).await?;
    assert_eq!(refusal(scene.session.apply(plan).await?.into_result())?, ["API keys not visible"]);
    scene.viewer(&laptop).context("the key still works")?;

    let created = scene.session.update(created, &forced).await?;
    scene.session.destroy(created).await?;
    ensure!(scene.viewer(&laptop).is_err(), "the key ends with its account");
    assert_eq!(alive(&scene, "deploy")?, 0);
    scene.end().await
}

#[tokio::test]
async fn an_account_that_scim_does_not_know_leaves_its_team() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.create_account("research", "deploy").await?;
    let fault = json!({ "operation": "DELETE /scim/Users/{id}", "effect": { "kind": "status", "status": 404, "body":
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "not found", "status": "404" })
            .to_string() } });
    scene.emulator.add_fault(&fault)?;
    let plan = scene.session.plan_destroy(&created).await?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(warnings(&applied.diagnostics), ["Service account removed from its team only"]);
    assert!(applied.into_result()?.is_none());
    scene.session.restart().await?;
    assert!(scene.session.refresh(&created).await?.is_none(), "the team does not show it any more");
    scene.end().await
}

/// It would lose its subject to nobody: without SCIM it only leaves its team.
#[tokio::test]
async fn without_scim_a_federated_account_is_not_replaced_by_one_of_the_same_subject() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &federated("deploy")).await?;
    scene.act_as(GRACE).await?;
    let replaced = scene.session.plan(TYPE, Some(&created), &federated("renamed")).await;
    assert_eq!(refusal(replaced)?, ["subject: Federated account cannot be replaced"]);
    let other = object([("team", "research".into()), ("name", "renamed".into()), ("subject", "other".into())]);
    scene.session.plan(TYPE, Some(&created), &other).await?;
    scene.end().await
}

#[tokio::test]
async fn the_account_of_the_run_is_not_replaced() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let own = scene.session.import(TYPE, "organization/research/platform").await?;
    scene.act_as(PLATFORM).await?;
    let renamed = of_organization("research", "renamed");
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&own), &renamed).await)?, ["Own service account"]);
    scene.end().await
}
