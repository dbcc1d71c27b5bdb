//! `wandb_api_key` when something goes wrong: answers that are lost, runs that are killed, keys that must not be revoked.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use serde_json::json;
use tfplugin::value::{Refinement, Value};
use tfplugin_testing::{Action, Object};

use crate::api_key::{account_with_key, keys, revoke};
use crate::api_key_rotation::rotating;
use crate::scene::{LINUS, Scene, key, object, refusal, secret, text, warnings};

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

/// Most of W&B's refusals come as a success, with words alone. So does a key that was made and could not be shown.
#[tokio::test]
async fn a_refusal_in_words_is_told_after_a_look_for_the_key() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let answer = |message: &str, when: &str, times: u32| {
        let body = json!({ "data": { "result": null }, "errors": [{ "message": message, "path": ["result"] }] });
        let effect = json!({ "kind": "status", "status": 200, "body": body.to_string(), "when": when });
        json!({ "operation": "generateApiKey", "effect": effect, "times": times })
    };
    scene.emulator.add_fault(&answer("permission denied", "before", 9))?;
    let before = asked(&scene, "generateApiKey")?;
    let refused = scene.session.create(TYPE, &key(&account, "laptop")).await.err().context("a refusal")?;
    let refused = refused.diagnostics().and_then(|all| all.iter().next()).context("a diagnostic")?;
    assert_eq!(refused.summary, "Request failed");
    ensure!(refused.detail.contains("the server refused the request: permission denied"), "{}", refused.detail);
    ensure!(!refused.detail.contains("not known"), "{}", refused.detail);
    assert_eq!(asked(&scene, "generateApiKey")? - before, 1, "asking again would not change a refusal");
    scene.emulator.clear_faults()?;

    scene.emulator.add_fault(&answer("context deadline exceeded", "after", 1))?;
    scene.create_key(&account, "laptop").await?;
    assert_eq!(keys(&scene)?.len(), 1, "the one whose secret was not told is revoked");
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
    assert!(scene.viewer(&lost).is_err(), "it is revoked once there is another");
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
    // Not in the way of what else there is to do: of a secret store, say, that takes the new key at last.
    let plan = scene.session.plan(TYPE, Some(&refreshed), &config).await?;
    assert_eq!(plan.action(), Action::NoOp);
    assert_eq!(warnings(plan.warnings()), ["Previous API key is in use by this run"]);
    assert!(!scene.viewer(&first)?.is_empty());
    // It is used all along, and that is no change of the state.
    scene.emulator.advance("1h")?;
    let again = scene.session.refresh(&refreshed).await?.context("a key")?;
    ensure!(again.private() == refreshed.private() && again.value() == refreshed.value(), "each refresh is a change");
    let at_once = rotating(&account, [("triggers", object([("a", "1".into())]))]);
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&refreshed), &at_once).await)?, own, "that would end it");

    scene.act_as(secret(&second)?.expose_secret()).await?;
    scene.session.update(second, &config).await?;
    assert!(scene.viewer(&first).is_err());
    scene.end().await
}

/// The new key went into the secret store, and the state that has it was not saved. From then on runs use it.
#[tokio::test]
async fn a_successor_that_the_run_itself_uses_is_not_lost() -> Result<()> {
    let mut scene = Scene::set().await?;
    let account = account(&mut scene).await?;
    let config = rotating(&account, []);
    let first = scene.session.create(TYPE, &config).await?;
    scene.keep_secret(&first)?;
    scene.emulator.advance("101h")?;
    let unsaved = scene.session.update(first.clone(), &config).await?;
    scene.act_as(secret(&unsaved)?.expose_secret()).await?;
    let refreshed = scene.session.refresh(&first).await?.context("a key")?;
    assert_eq!(refusal(scene.session.plan_destroy(&refreshed).await)?, ["API key in use by this run"]);
    let plan = scene.session.plan(TYPE, Some(&refreshed), &config).await?;
    assert_eq!(warnings(plan.warnings()), ["API key left behind"]);
    let third = scene.session.apply(plan).await?.into_result()?.context("a key")?;
    scene.keep_secret(&third)?;
    for alive in [&first, &unsaved, &third] {
        assert!(!scene.viewer(alive)?.is_empty());
    }
    // It is named by every plan from then on, and neither forgotten by a rotation nor by a destroy.
    let seen = scene.session.refresh(&third).await?.context("a key")?;
    let plan = scene.session.plan(TYPE, Some(&seen), &config).await?;
    assert_eq!(plan.action(), Action::NoOp);
    let told = plan.warnings().iter().next().context("a warning")?;
    ensure!(told.detail.contains(text(&unsaved, "key_id")?), "{}", told.detail);
    let other_name = key(&account, "cluster");
    let refused = refusal(scene.session.plan(TYPE, Some(&seen), &other_name).await)?;
    assert_eq!(refused, ["API key in use by this run"]);
    scene.act_as(secret(&third)?.expose_secret()).await?;
    scene.emulator.advance("11h")?;
    let fourth = scene.session.update(seen, &config).await?;
    scene.emulator.advance("100h")?;
    let fourth = scene.session.update(fourth, &config).await?;
    scene.keep_secret(&fourth)?;
    assert!(scene.viewer(&unsaved).is_err(), "the next rotation revokes it");
    assert!(!scene.viewer(&fourth)?.is_empty());
    scene.end().await
}

/// What an import does not know is written down, and the key lives.
#[tokio::test]
async fn an_imported_key_is_not_rotated_by_what_is_written_down() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let imported = scene.session.import(TYPE, "research/ci/laptop").await?;
    let wanted = |trigger: &str| {
        let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        object([
            ("service_account_id", account.attribute("id").clone()),
            ("name", "laptop".into()),
            ("rotation", object([("triggers", object([("a", trigger.into())]))])),
            ("encryption", object([("age_recipients", Value::set([recipient.into()]))])),
        ])
    };
    let plan = scene.session.plan(TYPE, Some(&imported), &wanted("1")).await?;
    assert_eq!(plan.action(), Action::Update);
    let told = ["rotation.triggers: Triggers are only recorded", "encryption: Nothing to encrypt yet"];
    assert_eq!(warnings(plan.warnings()), told);
    let recorded = scene.session.apply(plan).await?.into_result()?.context("a key")?;
    assert_eq!(recorded.attribute("key_id"), created.attribute("key_id"));
    assert!(!scene.viewer(&created)?.is_empty());
    let recorded = scene.session.settled(&recorded, &wanted("1")).await?;
    let rotated = scene.session.update(recorded, &wanted("2")).await?;
    assert_ne!(rotated.attribute("key_id"), created.attribute("key_id"));
    ensure!(rotated.attribute("key").is_null() && !rotated.attribute("encrypted_key").is_null(), "it is not encrypted");
    scene.end().await
}

#[tokio::test]
async fn a_whole_key_in_place_of_its_id_is_refused_and_not_repeated() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let whole = secret(&created)?.expose_secret().to_owned();
    let with_key = object([
        ("service_account_id", account.attribute("id").clone()),
        ("name", "other".into()),
        ("replace_existing_key_id", whole.as_str().into()),
    ]);
    let action = object([("service_account_id", account.attribute("id").clone()), ("key_id", whole.as_str().into())]);
    let errors = [
        scene.session.validate(TYPE, &with_key).await.err(),
        scene.session.plan_action("wandb_revoke_api_key", &action).await.err(),
        scene.session.import(TYPE, format!("research/ci/id:{whole}").as_str()).await.err(),
    ];
    for error in errors {
        let error = error.context("it is refused")?;
        let told = error.diagnostics().and_then(|told| told.iter().next()).context("a diagnostic")?;
        assert_eq!(told.summary, "Whole API key given as a key id");
        ensure!(told.path.is_none() && !told.detail.contains(&whole[20..]), "hosts would show it");
    }
    scene.end().await
}

#[tokio::test]
async fn a_server_that_makes_keys_for_the_caller_alone_is_told_of_by_the_plan() -> Result<()> {
    let mut scene = Scene::set_with(&["--lacks", "GenerateApiKeyInput.userId"]).await?;
    let account = account(&mut scene).await?;
    let refused = ["service_account_id: Not offered by this server"];
    assert_eq!(refusal(scene.session.plan(TYPE, None, &key(&account, "laptop")).await)?, refused);
    scene.end().await
}

#[tokio::test]
async fn an_account_that_is_not_there_is_told_by_the_plan() -> Result<()> {
    let scene = Scene::set_organization().await?;
    for owner in ["ci", "research/ci", "VXNlcjo5OTk="] {
        let config = object([("service_account_id", owner.into()), ("name", "laptop".into())]);
        let refused = refusal(scene.session.plan(TYPE, None, &config).await)?;
        assert_eq!(refused, ["service_account_id: Service account not found"], "{owner}");
    }
    scene.end().await
}

#[tokio::test]
async fn who_may_not_revoke_keys_plans_no_revocation() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let account = scene.create_account("research", "deploy").await?;
    let created = scene.create_key(&account, "laptop").await?;
    scene.act_as(LINUS).await?;
    let action = object([
        ("service_account_id", account.attribute("id").clone()),
        ("key_id", created.attribute("key_id").clone()),
    ]);
    let refused = refusal(scene.session.plan_action("wandb_revoke_api_key", &action).await)?;
    assert_eq!(refused, ["service_account_id: Permission denied"]);
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
