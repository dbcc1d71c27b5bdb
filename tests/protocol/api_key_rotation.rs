//! `wandb_api_key` as time goes on: rotation, its terms, and keys that are gone. The clock is the emulator's.

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use tfplugin::value::Value;
use tfplugin_testing::{Action, Object};

use crate::api_key::{account_with_key, keys, revoke};
use crate::scene::{Scene, object, refusal, text};

const TYPE: &str = "wandb_api_key";

/// A key that rotates every 100 hours, with an overlap of 10, and in which `rotation` has more.
pub(crate) fn rotating<const N: usize>(account: &Object, more: [(&str, Value); N]) -> Value {
    let terms = [("interval", Value::from("100h")), ("overlap", Value::from("10h"))];
    let mut terms: std::collections::BTreeMap<&str, Value> = terms.into_iter().collect();
    terms.extend(more);
    with_rotation(account, Value::object(terms))
}

fn with_rotation(account: &Object, rotation: Value) -> Value {
    object([("service_account_id", account.attribute("id").clone()), ("name", "laptop".into()), ("rotation", rotation)])
}

async fn account_with_rotating_key(scene: &mut Scene) -> Result<(Object, Object)> {
    scene.create_team("research").await?;
    let account = scene.create_account("research", "ci").await?;
    let key = scene.session.create(TYPE, &rotating(&account, [])).await?;
    scene.keep_secret(&key)?;
    Ok((account, key))
}

fn version(key: &Object) -> Result<String> {
    match key.attribute("secret_version") {
        Value::Number(number) => Ok(number.to_string()),
        _ => anyhow::bail!("there is no version"),
    }
}

/// Refreshes and plans; the plan is applied with its own warnings told.
async fn plan(scene: &mut Scene, key: &Object, config: &Value) -> Result<(Object, tfplugin_testing::Plan)> {
    let key = scene.session.refresh(key).await?.context("the key is gone")?;
    let plan = scene.session.plan(TYPE, Some(&key), config).await?;
    Ok((key, plan))
}

fn said(plan: &tfplugin_testing::Plan) -> Vec<String> {
    plan.warnings().iter().map(|warning| warning.summary.clone()).collect()
}

#[tokio::test]
async fn rotates_without_a_gap_over_three_applies() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let config = rotating(&account, []);
    assert_eq!(version(&first)?, "1");

    scene.emulator.advance("99h")?;
    let (_, early) = plan(&mut scene, &first, &config).await?;
    assert_eq!(early.action(), Action::NoOp);

    scene.emulator.advance("2h")?;
    let (_, due) = plan(&mut scene, &first, &config).await?;
    assert_eq!(due.action(), Action::Update);
    for unknown in ["key", "key_id", "created_at", "rotates_at", "previous_key_expires_at"] {
        ensure!(due.planned().attribute(unknown).is_unknown(), "`{unknown}` is known");
    }
    assert_eq!(due.planned().attribute("previous_key_id"), first.attribute("key_id"));
    let second = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&second)?;
    assert_eq!(version(&second)?, "2");
    assert!(!scene.viewer(&first)?.is_empty(), "the previous key lives on");
    assert!(!scene.viewer(&second)?.is_empty());
    assert_eq!(second.identity(), first.identity());

    scene.emulator.advance("11h")?;
    let third = scene.session.update(second.clone(), &config).await?;
    assert!(scene.viewer(&first).is_err(), "the overlap is over");
    assert_eq!(third.attribute("key"), second.attribute("key"));
    assert!(third.attribute("previous_key_id").is_null());
    assert_eq!(keys(&scene)?.len(), 1);

    // Both fall due at once when nothing was applied for long.
    scene.emulator.advance("100h")?;
    let fourth = scene.session.update(third.clone(), &config).await?;
    scene.emulator.advance("500h")?;
    let fifth = scene.session.update(fourth.clone(), &config).await?;
    scene.keep_secret(&fourth)?;
    scene.keep_secret(&fifth)?;
    assert_eq!(version(&fifth)?, "4");
    assert!(scene.viewer(&third).is_err());
    assert!(!scene.viewer(&fourth)?.is_empty() && !scene.viewer(&fifth)?.is_empty());
    let names = keys(&scene)?;
    ensure!(names.len() == 2 && names.keys().all(|name| name.starts_with("laptop [")), "{:?}", names.keys());
    scene.session.destroy(fifth).await?;
    assert!(keys(&scene)?.is_empty(), "a destroy revokes both");
    scene.end().await
}

#[tokio::test]
async fn a_plan_that_is_applied_after_the_deadline_does_what_it_said() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let longer = rotating(&account, [("overlap", "20h".into())]);
    let (_, saved) = plan(&mut scene, &first, &longer).await?;
    assert_eq!(saved.action(), Action::Update);
    scene.emulator.advance("500h")?;
    let applied = scene.session.apply(saved).await?.into_result()?.context("a key")?;
    assert_eq!(applied.attribute("key"), first.attribute("key"), "what fell due since then is for the next plan");
    let (_, next) = plan(&mut scene, &applied, &longer).await?;
    ensure!(next.planned().attribute("key").is_unknown(), "the next plan rotates");

    // A plan that rotates counts the overlap from the real mint.
    scene.emulator.advance("50h")?;
    let rotated = scene.session.apply(next).await?.into_result()?.context("a key")?;
    scene.keep_secret(&rotated)?;
    scene.emulator.advance("19h")?;
    let (rotated, quiet) = plan(&mut scene, &rotated, &longer).await?;
    assert_eq!(quiet.action(), Action::NoOp);
    scene.emulator.advance("2h")?;
    assert_eq!(plan(&mut scene, &rotated, &longer).await?.1.action(), Action::Update);
    scene.end().await
}

/// Hosts call a change of the private bytes drift: without a deadline there is none, and after one it is told once.
#[tokio::test]
async fn reads_change_nothing_until_something_falls_due() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (_, first) = account_with_rotating_key(&mut scene).await?;
    for hours in ["30h", "60h"] {
        scene.emulator.advance(hours)?;
        let read = scene.session.refresh(&first).await?.context("a key")?;
        ensure!(read == first, "the read after {hours} is another state");
    }
    scene.emulator.advance("11h")?;
    let due = scene.session.refresh(&first).await?.context("a key")?;
    ensure!(due.private() != first.private() && due.value() == first.value(), "only the note is new");
    scene.emulator.advance("24h")?;
    let again = scene.session.refresh(&due).await?.context("a key")?;
    ensure!(again == due, "what was noted stays");
    scene.end().await
}

#[tokio::test]
async fn other_terms_move_the_times_and_no_key() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    scene.emulator.advance("101h")?;
    let second = scene.session.update(first.clone(), &rotating(&account, [])).await?;
    scene.keep_secret(&second)?;

    scene.emulator.advance("4h")?;
    let lower = rotating(&account, [("overlap", "3h".into()), ("interval", "50h".into())]);
    let (_, moved) = plan(&mut scene, &second, &lower).await?;
    assert_eq!(moved.action(), Action::Update);
    for known in ["rotates_at", "previous_key_expires_at"] {
        let (before, after) = (second.attribute(known), moved.planned().attribute(known));
        ensure!(!after.is_unknown() && before != after, "`{known}` is to move");
    }
    let moved = scene.session.apply(moved).await?.into_result()?.context("a key")?;
    assert!(!scene.viewer(&first)?.is_empty(), "nothing was due when it was planned");
    let ended = scene.session.update(moved, &lower).await?;
    assert!(scene.viewer(&first).is_err());
    assert_eq!(ended.attribute("key"), second.attribute("key"));
    scene.end().await
}

#[tokio::test]
async fn triggers_rotate_at_once_and_unknown_ones_leave_it_open() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let incident = |value: Value| rotating(&account, [("triggers", object([("incident", value)]))]);
    let (_, open) = plan(&mut scene, &first, &incident(Value::unknown())).await?;
    for unknown in ["key", "key_id", "secret_version", "previous_key_id", "rotates_at"] {
        ensure!(open.planned().attribute(unknown).is_unknown(), "`{unknown}` is known");
    }
    let open = open.with_config(&scene.session, &incident("1".into()))?;
    let second = scene.session.apply(open).await?.into_result()?.context("a key")?;
    scene.keep_secret(&second)?;
    assert_eq!(version(&second)?, "2");

    // The same value again turns out to change nothing.
    let (_, open) = plan(&mut scene, &second, &incident(Value::unknown())).await?;
    let open = open.with_config(&scene.session, &incident("1".into()))?;
    let same = scene.session.apply(open).await?.into_result()?.context("a key")?;
    assert_eq!(same.attribute("key"), second.attribute("key"));

    // Within the overlap: the oldest has to go, and the plan says so.
    let (_, early) = plan(&mut scene, &same, &incident("2".into())).await?;
    assert_eq!(said(&early), ["Previous API key is revoked early"]);
    let third = scene.session.apply(early).await?.into_result()?.context("a key")?;
    scene.keep_secret(&third)?;
    assert!(scene.viewer(&first).is_err());
    assert!(!scene.viewer(&second)?.is_empty() && !scene.viewer(&third)?.is_empty());
    assert_eq!(keys(&scene)?.len(), 2);
    scene.end().await
}

#[tokio::test]
async fn a_previous_key_that_is_used_is_kept() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let config = rotating(&account, [("revoke", "when_unused".into())]);
    scene.emulator.advance("101h")?;
    let second = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&second)?;
    scene.emulator.advance("8h")?;
    scene.viewer(&first)?;
    scene.emulator.advance("3h")?;
    let (_, kept) = plan(&mut scene, &second, &config).await?;
    assert_eq!(said(&kept), ["Previous API key is still in use"]);
    assert_eq!(kept.planned().attribute("previous_key_id"), first.attribute("key_id"));
    let kept = scene.session.apply(kept).await?.into_result()?.context("a key")?;
    scene.session.settled(&kept, &config).await?;
    scene.emulator.advance("8h")?;
    let ended = scene.session.update(kept, &config).await?;
    assert!(ended.attribute("previous_key_id").is_null());
    assert!(scene.viewer(&first).is_err(), "it was not used for an overlap");
    scene.end().await
}

#[tokio::test]
async fn waiting_for_disuse_needs_a_server_that_tells_of_use() -> Result<()> {
    let mut scene = Scene::set_with(&["--lacks", "ApiKey.lastUsedAt"]).await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let config = rotating(&account, [("revoke", "when_unused".into())]);
    let refused = ["rotation.revoke: Server does not tell when keys were used"];
    assert_eq!(refusal(scene.session.plan(TYPE, None, &config).await)?, refused);
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&first), &config).await)?, refused);
    // Such a server tells no creation either: then the time of the answer counts.
    scene.emulator.advance("101h")?;
    let second = scene.session.update(first, &rotating(&account, [])).await?;
    scene.keep_secret(&second)?;
    assert_eq!(version(&second)?, "2");
    scene.end().await
}

#[tokio::test]
async fn a_key_that_is_gone_is_made_anew_while_its_predecessor_lives() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, first) = account_with_rotating_key(&mut scene).await?;
    let config = rotating(&account, []);
    scene.emulator.advance("101h")?;
    let second = scene.session.update(first.clone(), &config).await?;
    scene.keep_secret(&second)?;
    revoke(&scene, text(&second, "key_id")?)?;
    // Whatever is due, the only key that works stays.
    scene.emulator.advance("50h")?;
    let (_, mended) = plan(&mut scene, &second, &config).await?;
    assert_eq!((mended.action(), said(&mended)), (Action::Update, vec!["API key was revoked outside".to_owned()]));
    let third = scene.session.apply(mended).await?.into_result()?.context("a key")?;
    scene.keep_secret(&third)?;
    assert_eq!(third.attribute("previous_key_id"), first.attribute("key_id"));
    assert_eq!(version(&third)?, "3");
    assert!(!scene.viewer(&first)?.is_empty() && !scene.viewer(&third)?.is_empty());
    let third = scene.session.settled(&third, &config).await?;
    scene.emulator.advance("11h")?;
    let fourth = scene.session.update(third, &config).await?;
    assert!(scene.viewer(&first).is_err());

    // Now the other way round.
    scene.emulator.advance("100h")?;
    let fifth = scene.session.update(fourth.clone(), &config).await?;
    scene.keep_secret(&fifth)?;
    revoke(&scene, text(&fourth, "key_id")?)?;
    let (read, quiet) = plan(&mut scene, &fifth, &config).await?;
    assert_eq!(quiet.action(), Action::NoOp);
    assert!(read.attribute("previous_key_id").is_null() && read.attribute("previous_key_expires_at").is_null());
    revoke(&scene, text(&fifth, "key_id")?)?;
    assert!(scene.session.refresh(&read).await?.is_none(), "both are gone");
    scene.end().await
}

#[tokio::test]
async fn an_imported_key_gets_its_secret_by_its_first_rotation() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (account, created) = account_with_key(&mut scene).await?;
    let imported = scene.session.import(TYPE, "research/ci/laptop").await?;
    let config = rotating(&account, []);
    let recorded = scene.session.update(imported, &config).await?;
    assert!(recorded.attribute("key").is_null(), "writing `rotation` down makes no key");
    scene.emulator.advance("101h")?;
    let rotated = scene.session.update(recorded, &config).await?;
    scene.keep_secret(&rotated)?;
    assert!(!scene.viewer(&rotated)?.is_empty() && !scene.viewer(&created)?.is_empty());
    assert_eq!(version(&rotated)?, "2");

    let several = refusal(scene.session.import(TYPE, "research/ci/laptop").await)?;
    assert_eq!(several, ["Several API keys of this name"]);
    let by_id = format!("research/ci/id:{}", text(&rotated, "key_id")?);
    let imported = scene.session.import(TYPE, by_id.as_str()).await?;
    assert_eq!((version(&imported)?.as_str(), text(&imported, "name")?), ("2", "laptop"));
    scene.end().await
}

#[tokio::test]
async fn an_encrypted_key_is_in_the_state_for_its_recipients_alone() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let account = scene.create_account("research", "ci").await?;
    let identities = [age::x25519::Identity::generate(), age::x25519::Identity::generate()];
    let encrypted = |recipients: &[&age::x25519::Identity]| {
        let recipients = recipients.iter().map(|identity| Value::from(identity.to_public().to_string()));
        object([
            ("service_account_id", account.attribute("id").clone()),
            ("name", "laptop".into()),
            ("encryption", object([("age_recipients", Value::set(recipients))])),
        ])
    };
    let decrypted = |key: &Object, identity: &age::x25519::Identity| -> Result<secrecy::SecretString> {
        let secret = age::decrypt(identity, text(key, "encrypted_key")?.as_bytes())?;
        Ok(String::from_utf8(secret)?.into())
    };
    let config = encrypted(&[&identities[0]]);
    let first = scene.session.create(TYPE, &config).await?;
    assert!(first.attribute("key").is_null());
    let secret = decrypted(&first, &identities[0])?;
    scene.emulator.graphql_as(&secret, "query Viewer { viewer { username } }", &serde_json::json!({}))?;
    let stored = String::from_utf8(first.value().to_json(scene.session.schemas().resource(TYPE)?.object_type())?)?;
    ensure!(!stored.contains(&secret.expose_secret()[21..]), "the state holds the secret");

    let both = encrypted(&[&identities[1], &identities[0]]);
    let (_, rotates) = plan(&mut scene, &first, &both).await?;
    ensure!(rotates.planned().attribute("encrypted_key").is_unknown(), "it has to be encrypted anew");
    ensure!(rotates.planned().attribute("key").is_null(), "`key` stays null");
    let second = scene.session.update(first, &both).await?;
    for identity in &identities {
        let secret = decrypted(&second, identity)?;
        scene.emulator.graphql_as(&secret, "query Viewer { viewer { username } }", &serde_json::json!({}))?;
    }
    let plain = crate::scene::key(&account, "laptop");
    let third = scene.session.update(second, &plain).await?;
    scene.keep_secret(&third)?;
    assert!(third.attribute("encrypted_key").is_null() && !scene.viewer(&third)?.is_empty());
    assert_eq!(version(&third)?, "3");
    scene.end().await
}
