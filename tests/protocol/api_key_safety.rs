//! `wandb_api_key` when something goes wrong: answers that are lost, runs that are killed, keys that must not be revoked.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use serde_json::json;
use tfplugin::value::{Refinement, Value};
use tfplugin_testing::{Action, Object};

use crate::api_key::{account_with_key, keys, revoke};
use crate::api_key_rotation::rotating;
use crate::scene::{Scene, key, object, refusal, secret, text};

const TYPE: &str = "wandb_api_key";

fn lost_answers(times: u32) -> serde_json::Value {
    json!({ "operation": "generateApiKey", "effect": { "kind": "reset", "when": "after" }, "times": times })
}

async fn account(scene: &mut Scene) -> Result<Object> {
    scene.create_team("research").await?;
    scene.create_account("research", "ci").await
}

/// How often something was asked for.
fn asked(scene: &Scene, operation: &str) -> Result<u64> {
    Ok(scene.emulator.counters()?[operation].as_u64().unwrap_or(0))
}

#[tokio::test]
async fn a_key_whose_answer_is_lost_is_revoked_and_made_again() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    scene.emulator.add_fault(&lost_answers(2))?;
    let created = scene.create_key(&account, "laptop").await?;
    assert!(!scene.viewer(&created)?.is_empty());
    assert_eq!(keys(&scene)?.len(), 1, "those whose secret was lost are revoked");

    scene.emulator.add_fault(&lost_answers(1))?;
    let config = rotating(&account, [("triggers", object([("a", "1".into())]))]);
    let rotated = scene.session.update(created.clone(), &config).await?;
    scene.keep_secret(&rotated)?;
    assert!(!scene.viewer(&created)?.is_empty() && !scene.viewer(&rotated)?.is_empty());
    assert_eq!(keys(&scene)?.len(), 2);
    scene.end().await
}

#[tokio::test]
async fn a_key_that_is_never_answered_leaves_none() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    scene.emulator.add_fault(&lost_answers(9))?;
    assert_eq!(refusal(scene.session.create(TYPE, &key(&account, "laptop")).await)?, ["Server not reached"]);
    assert!(keys(&scene)?.is_empty());
    scene.end().await
}

#[tokio::test]
async fn a_key_that_is_perhaps_there_is_told_by_the_next_plan() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let config = key(&account, "laptop");
    // The answer is lost, and so is the one to the search.
    let plan = scene.session.plan(TYPE, None, &config).await?;
    scene.emulator.add_fault(&lost_answers(1))?;
    let blind = json!({ "operation": "deleteApiKey", "effect": { "kind": "status", "status": 403 }, "times": 1 });
    scene.emulator.add_fault(&blind)?;
    let failed = scene.session.apply(plan).await?;
    ensure!(failed.object.is_none(), "there is no key to store");
    assert_eq!(refusal(failed.into_result())?, ["API key perhaps created"]);

    let lost = keys(&scene)?;
    let (name, lost) = lost.first_key_value().context("the lost key")?;
    let again = scene.session.plan(TYPE, None, &config).await?;
    let warning = again.warnings().iter().next().context("a warning")?;
    assert_eq!(warning.summary, "Other API keys of this name");
    let key_id = lost["name"].as_str().context("a key id")?;
    ensure!(warning.detail.contains(key_id) && warning.detail.contains(name), "{}", warning.detail);

    let replacing = object([
        ("service_account_id", account.attribute("id").clone()),
        ("name", "laptop".into()),
        ("replace_existing_key_id", key_id.into()),
    ]);
    let plan = scene.session.plan(TYPE, None, &replacing).await?;
    ensure!(plan.warnings().is_empty(), "what is replaced is no news");
    let created = scene.session.apply(plan).await?.into_result()?.context("a key")?;
    scene.keep_secret(&created)?;
    let left = keys(&scene)?;
    ensure!(left.len() == 1 && !left.contains_key(name), "just that key is revoked");
    scene.session.settled(&created, &replacing).await?;
    scene.end().await
}

/// The answer came, and then the run was killed: nothing of it is in the state.
#[tokio::test]
async fn a_rotation_that_was_killed_is_taken_up_without_a_trace() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let first = scene.session.create(TYPE, &rotating(&account, [])).await?;
    scene.keep_secret(&first)?;
    scene.emulator.advance("101h")?;
    let config = rotating(&account, []);
    let lost = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&lost)?;
    let refreshed = scene.session.refresh(&first).await?.context("a key")?;
    let plan = scene.session.plan(TYPE, Some(&refreshed), &config).await?;
    let said: Vec<_> = plan.warnings().iter().map(|warning| warning.summary.as_str()).collect();
    assert_eq!(said, ["API key left behind"]);
    let second = scene.session.apply(plan).await?.into_result()?.context("a key")?;
    scene.keep_secret(&second)?;
    assert!(scene.viewer(&lost).is_err(), "nobody has its secret");
    assert!(!scene.viewer(&first)?.is_empty() && !scene.viewer(&second)?.is_empty());
    assert_eq!(keys(&scene)?.len(), 2);
    let second = scene.session.settled(&second, &config).await?;

    // Killed once more, and then all of it is destroyed.
    scene.emulator.advance("101h")?;
    let lost = scene.session.update(second.clone(), &config).await?;
    scene.keep_secret(&lost)?;
    scene.session.destroy(second).await?;
    assert!(keys(&scene)?.is_empty(), "a destroy leaves nothing behind");
    scene.end().await
}

#[tokio::test]
async fn a_rotation_that_cannot_free_its_slot_changes_nothing() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let config = rotating(&account, []);
    let first = scene.session.create(TYPE, &config).await?;
    scene.emulator.advance("101h")?;
    let second = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&first)?;
    scene.keep_secret(&second)?;
    scene.emulator.advance("101h")?;
    let refreshed = scene.session.refresh(&second).await?.context("a key")?;
    let plan = scene.session.plan(TYPE, Some(&refreshed), &config).await?;
    let refuse = json!({ "operation": "deleteApiKey", "effect": { "kind": "status", "status": 403 }, "times": 1 });
    scene.emulator.add_fault(&refuse)?;
    let failed = scene.session.apply(plan).await?;
    let kept = failed.object.clone().context("the state stays")?;
    assert_eq!(refusal(failed.into_result())?, ["Permission denied"]);
    ensure!(kept.value() == refreshed.value(), "the state is as before");
    assert_eq!(keys(&scene)?.len(), 2, "the new key gave way");
    let third = scene.session.update(kept, &config).await?;
    scene.keep_secret(&third)?;
    assert!(scene.viewer(&first).is_err() && !scene.viewer(&second)?.is_empty());
    scene.end().await
}

#[tokio::test]
async fn a_run_rotates_its_own_key_and_does_not_revoke_it() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let config = rotating(&account, []);
    let first = scene.session.create(TYPE, &config).await?;
    scene.keep_secret(&first)?;
    // From here on the account of the key itself acts.
    scene.act_as(secret(&first)?.expose_secret()).await?;
    let own = ["API key in use by this run"];
    assert_eq!(refusal(scene.session.plan_destroy(&first).await)?, own);
    let other_name = key(&account, "cluster");
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&first), &other_name).await)?, own);
    let tainted = first.clone().taint();
    let tainted = scene.session.plan(TYPE, Some(&tainted), &config).await;
    if let Ok(plan) = tainted {
        // No host shows the provider what a tainted object was, so that is found when it is to be destroyed.
        assert_eq!(refusal(scene.session.apply(plan).await?.into_result())?, own);
    }

    scene.emulator.advance("101h")?;
    let second = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&second)?;
    scene.emulator.advance("11h")?;
    let refreshed = scene.session.refresh(&second).await?.context("a key")?;
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&refreshed), &config).await)?, own, "the old one is its own");

    scene.act_as(secret(&second)?.expose_secret()).await?;
    scene.session.update(second, &config).await?;
    assert!(scene.viewer(&first).is_err());
    scene.end().await
}

#[tokio::test]
async fn a_federated_account_is_refused_before_anything_is_asked() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = |owner: Value| object([("service_account_id", owner), ("name", "laptop".into())]);
    let refused = ["service_account_id: Federated account cannot own API keys"];
    for owner in ["federated:VXNlcjoxMg==".into(), Value::refined(Refinement::prefix("federated:"))] {
        assert_eq!(refusal(scene.session.plan(TYPE, None, &config(owner)).await)?, refused);
    }
    // What was not known at plan is refused in the apply, which plans again.
    let plan = scene.session.plan(TYPE, None, &config(Value::unknown())).await?;
    let plan = plan.with_config(&scene.session, &config("federated:VXNlcjoxMg==".into()))?;
    assert_eq!(refusal(scene.session.apply(plan).await)?, refused);
    assert_eq!(asked(&scene, "generateApiKey")?, 0);
    scene.end().await
}

#[tokio::test]
async fn a_key_of_others_is_revoked_when_it_is_named_later() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, ours) = account_with_key(&mut scene).await?;
    let other = scene.create_key(&account, "other").await?;
    let replacing = |key_id: &str| {
        object([
            ("service_account_id", account.attribute("id").clone()),
            ("name", "laptop".into()),
            ("replace_existing_key_id", key_id.into()),
        ])
    };
    let itself = scene.session.plan(TYPE, Some(&ours), &replacing(text(&ours, "key_id")?)).await;
    assert_eq!(refusal(itself)?, ["replace_existing_key_id: API key cannot replace itself"]);
    let updated = scene.session.update(ours.clone(), &replacing(text(&other, "key_id")?)).await?;
    assert!(scene.viewer(&other).is_err() && !scene.viewer(&updated)?.is_empty());
    assert_eq!(updated.attribute("key"), ours.attribute("key"));

    let plan = scene.session.plan(TYPE, Some(&updated), &replacing("0123456789abcdef0123")).await?;
    let applied = scene.session.apply(plan).await?;
    let said: Vec<_> = applied.diagnostics.iter().map(|warning| warning.summary.as_str()).collect();
    assert_eq!(said, ["No API key to replace"]);
    scene.end().await
}

#[tokio::test]
async fn a_state_from_before_rotation_keeps_its_secret_and_is_no_diff() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let old = ["id", "service_account_id", "name", "key", "key_id", "created_at"];
    let old: BTreeMap<&str, &str> =
        old.into_iter().map(|name| Ok((name, text(&created, name)?))).collect::<Result<_>>()?;
    let upgraded = scene.session.upgrade(TYPE, 0, &serde_json::to_vec(&old)?).await?;
    ensure!(upgraded == *created.value(), "the upgraded state is what a create makes");
    let fixture = include_bytes!("../fixtures/state/api_key_v0.json");
    let upgraded = scene.session.upgrade(TYPE, 0, fixture).await?;
    assert_eq!(upgraded.attribute("secret_version"), &1.into());
    ensure!(upgraded.attribute("key").as_str().is_some_and(|key| key.starts_with("0123456789")), "the secret is lost");
    scene.session.settled(&created, &key(&account, "laptop")).await?;
    scene.end().await
}

#[tokio::test]
async fn a_planned_change_says_nothing_where_nothing_is_wrong() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let other = scene.create_key(&account, "other").await?;
    revoke(&scene, text(&other, "key_id")?)?;
    let plan = scene.session.plan(TYPE, Some(&created), &rotating(&account, [])).await?;
    assert_eq!(plan.action(), Action::Update);
    ensure!(plan.warnings().is_empty(), "it warns");
    assert!(plan.requires_replace().is_empty());
    scene.end().await
}
