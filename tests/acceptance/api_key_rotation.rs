//! `wandb_api_key` as the emulator's clock goes on, under real hosts.

use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::api_key::{KEY, expect_revoked, revoke, secret};
use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    rotates_over_three_applies,
    saved_plan_is_applied_after_the_deadline,
    refresh_alone_shows_only_what_fell_due,
    dependent_created_before_destroy_keeps_its_key,
    lower_overlap_ends_the_previous_key_early,
    triggers_rotate_also_when_they_are_not_known_at_plan,
    encrypted_key_is_for_its_recipients,
    imported_key_gets_its_secret_by_rotation,
    key_that_is_gone_is_made_anew_beside_its_predecessor,
    own_key_rotates_and_is_not_revoked,
    bad_terms_are_refused,
    account_that_is_federated_in_the_same_run_is_refused,
];

/// A key of a service account of the team `research`; `more` is in its block.
fn key(more: &str) -> String {
    format!(
        r#"resource "wandb_service_account" "ci" {{
  name = "ci"
  team = "research"
}}

resource "wandb_api_key" "ci" {{
  service_account_id = wandb_service_account.ci.id
  name               = "laptop"
{more}
}}
"#
    )
}

/// A key that rotates every 100 hours with an overlap of 10.
fn rotating() -> String {
    key("rotation = {\n interval = \"100h\"\n overlap = \"10h\"\n}")
}

/// Passes when a plan with these arguments has this exit code: 0 for nothing to do, 2 for something.
fn expect_code(scene: &Scene, arguments: &[&str], code: i32) -> Result<()> {
    let all = [&["plan", "-no-color", "-detailed-exitcode"], arguments].concat();
    let plan = scene.workspace.run(&all)?;
    ensure!(plan.code == Some(code), "the plan does not end with {code}: {}", plan.describe());
    Ok(())
}

fn rotates_over_three_applies(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    let first = secret(scene)?;
    scene.emulator.advance("101h")?;
    let plan = scene.workspace.plan_document()?;
    let changes = plan["resource_changes"].as_array().context("changes")?;
    let change = &changes.iter().find(|change| change["address"] == KEY).context("the key is planned")?["change"];
    assert_eq!(change["actions"], json!(["update"]));
    for unknown in ["key", "key_id", "created_at", "rotates_at", "previous_key_expires_at"] {
        assert_eq!(change["after_unknown"][unknown], json!(true), "{unknown}");
    }
    assert_eq!(change["after"]["secret_version"], json!(2));
    assert_eq!(change["after"]["previous_key_id"], change["before"]["key_id"]);
    scene.apply(&rotating())?;
    let second = secret(scene)?;
    ensure!(first.expose_secret() != second.expose_secret(), "the key is the same");
    scene.viewer(&first)?;
    scene.viewer(&second)?;

    scene.emulator.advance("9h")?;
    scene.workspace.expect_empty_plan()?;
    scene.emulator.advance("2h")?;
    assert_eq!(scene.planned_actions(&rotating(), KEY)?, json!(["update"]));
    scene.apply(&rotating())?;
    expect_revoked(scene, &first)?;
    scene.viewer(&second)?;
    assert_eq!(scene.object(KEY)?["previous_key_id"], Value::Null);
    scene.workspace.destroy()?;
    expect_revoked(scene, &second)
}

fn saved_plan_is_applied_after_the_deadline(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    let first = secret(scene)?;
    // Something to do, and the key is not due yet.
    let with_output = format!("{}output \"id\" {{\n  value = wandb_api_key.ci.key_id\n}}\n", rotating());
    scene.configure(&with_output)?;
    scene.workspace.run(&["plan", "-no-color", "-out=saved.tfplan"])?.success()?;
    scene.emulator.advance("300h")?;
    scene.workspace.run(&["apply", "-no-color", "saved.tfplan"])?.success()?;
    assert_eq!(secret(scene)?.expose_secret(), first.expose_secret(), "the plan did not say so");
    // A plan that rotates, applied long after.
    scene.workspace.run(&["plan", "-no-color", "-out=saved.tfplan"])?.success()?;
    scene.emulator.advance("300h")?;
    scene.workspace.run(&["apply", "-no-color", "saved.tfplan"])?.success()?;
    let second = secret(scene)?;
    scene.viewer(&first)?;
    scene.viewer(&second)?;
    scene.workspace.expect_empty_plan().context("the overlap counts from the real mint")
}

fn refresh_alone_shows_only_what_fell_due(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    // From 1.10 to 1.14 Terraform takes every refresh of an object with a sensitive attribute for a change.
    let version = scene.workspace.host().version();
    let tells = (version.major, version.minor) < (1, 10) || (version.major, version.minor) > (1, 14);
    let refresh = |code| expect_code(scene, &["-refresh-only"], if tells { code } else { 2 });
    let noted = || -> Result<bool> {
        scene.workspace.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"])?.success()?;
        let state = std::fs::read_to_string(scene.workspace.folder().join("terraform.tfstate"))?;
        let state: Value = serde_json::from_str(&state)?;
        let objects = state["resources"].as_array().context("resources")?;
        let key = objects.iter().find(|object| object["type"] == "wandb_api_key").context("the key")?;
        let notes = key["instances"][0]["private"].as_str().context("private bytes")?;
        Ok(String::from_utf8(BASE64_STANDARD.decode(notes)?)?.contains("observed_at"))
    };
    refresh(0)?;
    scene.emulator.advance("50h")?;
    refresh(0)?;
    ensure!(!noted()?, "nothing fell due");
    scene.emulator.advance("51h")?;
    expect_code(scene, &["-refresh=false"], 0).context("without a refresh nothing is found")?;
    refresh(2).context("something fell due")?;
    expect_code(scene, &[], 2)?;
    ensure!(noted()?, "something fell due");
    refresh(0).context("it is noted")?;
    expect_code(scene, &["-refresh=false"], 2).context("what was noted counts")?;
    scene.workspace.apply()?;
    refresh(0)?;
    ensure!(!noted()?, "it is done");
    Ok(())
}

/// It forces the key to be created before its destruction too, where it is replaced; a rotation is in place.
fn dependent_created_before_destroy_keeps_its_key(scene: &mut Scene) -> Result<()> {
    let dependent = "resource \"terraform_data\" \"sink\" {\n  input            = wandb_api_key.ci.key_id\n  \
                     triggers_replace = wandb_api_key.ci.secret_version\n  lifecycle {\n    create_before_destroy = \
                     true\n  }\n}\n";
    let with = |key: &str| format!("{key}{dependent}");
    scene.create_team("research")?;
    scene.apply(&with(&rotating()))?;
    let first = secret(scene)?;
    scene.emulator.advance("101h")?;
    scene.apply(&with(&rotating()))?;
    let second = secret(scene)?;
    scene.viewer(&first)?;
    assert_eq!(scene.object("terraform_data.sink")?["input"], scene.object(KEY)?["key_id"]);

    // A new name replaces the key: the new one is there before both old ones go.
    let renamed = with(&rotating().replace("laptop", "cluster"));
    assert_eq!(scene.planned_actions(&renamed, KEY)?, json!(["create", "delete"]));
    scene.apply(&renamed)?;
    scene.viewer(&secret(scene)?)?;
    expect_revoked(scene, &first)?;
    expect_revoked(scene, &second)?;
    assert_eq!(scene.object(KEY)?["secret_version"], json!(1));
    Ok(())
}

fn lower_overlap_ends_the_previous_key_early(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    let first = secret(scene)?;
    scene.emulator.advance("101h")?;
    scene.apply(&rotating())?;
    let second = secret(scene)?;
    scene.emulator.advance("5h")?;
    let lower = rotating().replace("\"10h\"", "\"1h\"");
    scene.configure(&lower)?;
    scene.workspace.apply()?;
    scene.viewer(&first)?;
    scene.workspace.apply()?;
    expect_revoked(scene, &first)?;
    assert_eq!(secret(scene)?.expose_secret(), second.expose_secret());
    scene.workspace.expect_empty_plan()
}

fn triggers_rotate_also_when_they_are_not_known_at_plan(scene: &mut Scene) -> Result<()> {
    let triggered = |incident: &str| {
        let rotation = "rotation = {\n triggers = { incident = terraform_data.incident.output }\n}";
        format!("{}resource \"terraform_data\" \"incident\" {{\n  input = \"{incident}\"\n}}\n", key(rotation))
    };
    scene.create_team("research")?;
    scene.apply(&triggered("1"))?;
    let first = secret(scene)?;
    scene.configure(&triggered("2"))?;
    let plan = scene.workspace.plan_document()?;
    let changes = plan["resource_changes"].as_array().context("changes")?;
    let change = &changes.iter().find(|change| change["address"] == KEY).context("the key is planned")?["change"];
    for unknown in ["key", "key_id", "secret_version"] {
        assert_eq!(change["after_unknown"][unknown], json!(true), "{unknown}");
    }
    scene.apply(&triggered("2"))?;
    let second = secret(scene)?;
    scene.viewer(&first)?;
    let early = scene.configure(&triggered("3")).and_then(|()| scene.workspace.apply())?;
    ensure!(early.contains("Warning: Previous API key is revoked early"), "{early}");
    expect_revoked(scene, &first)?;
    scene.viewer(&second)?;
    scene.viewer(&secret(scene)?).map(drop)
}

fn encrypted_key_is_for_its_recipients(scene: &mut Scene) -> Result<()> {
    let identity = age::x25519::Identity::generate();
    let encrypted = |recipient: &str| key(&format!("encryption = {{\n age_recipients = [\"{recipient}\"]\n}}"));
    scene.create_team("research")?;
    scene.apply(&encrypted(&identity.to_public().to_string()))?;
    let decrypt = |scene: &Scene, identity: &age::x25519::Identity| -> Result<SecretString> {
        let state = scene.object(KEY)?;
        assert_eq!(state["key"], Value::Null);
        let text = state["encrypted_key"].as_str().context("there is no ciphertext")?;
        Ok(String::from_utf8(age::decrypt(identity, text.as_bytes())?)?.into())
    };
    let first = decrypt(scene, &identity)?;
    scene.viewer(&first)?;
    let state = std::fs::read_to_string(scene.workspace.folder().join("terraform.tfstate"))?;
    ensure!(!state.contains(&first.expose_secret()[21..]), "the state holds the secret");
    scene.workspace.run(&["apply", "-refresh-only", "-auto-approve", "-no-color"])?.success()?;
    assert_eq!(decrypt(scene, &identity)?.expose_secret(), first.expose_secret());

    let other = age::x25519::Identity::generate();
    let changed = encrypted(&other.to_public().to_string());
    assert_eq!(scene.planned_actions(&changed, KEY)?, json!(["update"]));
    scene.apply(&changed)?;
    let second = decrypt(scene, &other)?;
    scene.viewer(&second)?;
    scene.viewer(&first).map(drop)
}

fn imported_key_gets_its_secret_by_rotation(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key(""))?;
    let first = secret(scene)?;
    scene.expect_import(KEY, "research/ci/laptop", &["key"])?;
    scene.apply(&rotating())?;
    assert_eq!(scene.object(KEY)?["key"], Value::Null);
    scene.emulator.advance("101h")?;
    scene.apply(&rotating())?;
    scene.viewer(&secret(scene)?)?;
    scene.viewer(&first)?;
    scene.workspace.run(&["state", "rm", KEY])?.success()?;
    scene.expect_no_import(KEY, "research/ci/laptop", "Several API keys of this name")
}

fn key_that_is_gone_is_made_anew_beside_its_predecessor(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    let first = secret(scene)?;
    scene.emulator.advance("101h")?;
    scene.apply(&rotating())?;
    let second = secret(scene)?;
    revoke(scene, "laptop [2-")?;
    expect_revoked(scene, &second)?;
    assert_eq!(scene.planned_actions(&rotating(), KEY)?, json!(["update"]));
    let plan = scene.workspace.plan()?;
    ensure!(plan.contains("Warning: API key was revoked outside"), "{plan}");
    scene.apply(&rotating())?;
    scene.viewer(&first)?;
    scene.viewer(&secret(scene)?).map(drop)
}

fn own_key_rotates_and_is_not_revoked(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&rotating())?;
    let first = secret(scene)?;
    scene.workspace.set("WANDB_API_KEY", first.expose_secret());
    let refused = scene.workspace.run(&["plan", "-destroy", "-no-color", "-target", KEY])?.failure()?;
    ensure!(refused.stderr.contains("Error: API key in use by this run"), "{}", refused.describe());
    scene.emulator.advance("101h")?;
    scene.apply(&rotating())?;
    scene.viewer(&first)?;
    scene.workspace.set("WANDB_API_KEY", secret(scene)?.expose_secret());
    scene.emulator.advance("11h")?;
    scene.apply(&rotating())?;
    expect_revoked(scene, &first)
}

fn bad_terms_are_refused(scene: &mut Scene) -> Result<()> {
    for (name, more) in [
        ("api_key_rotation_has_no_reason", "rotation = {\n overlap = \"24h\"\n}"),
        ("api_key_name_has_a_tag", ""),
        ("api_key_account_is_federated", ""),
    ] {
        let mut text = key(more);
        if name == "api_key_name_has_a_tag" {
            text = text.replace("laptop", "laptop [1-abcdef]");
        }
        if name == "api_key_account_is_federated" {
            text = text.replace("wandb_service_account.ci.id", "\"federated:VXNlcjoxMg==\"");
        }
        scene.configure(&text)?;
        scene.expect_messages(name, &["plan"])?;
    }
    // Which line a message about a nested attribute points at depends on the host; its wording is tried elsewhere.
    for (more, summary) in [
        ("rotation = {\n interval = \"24h\"\n overlap = \"24h\"\n}", "Overlap too long"),
        ("encryption = {\n age_recipients = [\"age1abc\"]\n}", "Invalid age recipient"),
    ] {
        scene.configure(&key(more))?;
        let refused = scene.workspace.run(&["plan", "-no-color"])?.failure()?;
        ensure!(refused.stderr.contains(&format!("Error: {summary}\n")), "{}", refused.describe());
    }
    Ok(())
}

/// The account does not exist yet, so its id is not known; that it will own no keys is.
fn account_that_is_federated_in_the_same_run_is_refused(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let federated = key("").replace("  team = ", "  subject = \"repo:acme/vision:ref:refs/heads/main\"\n  team = ");
    scene.configure(&federated)?;
    scene.expect_messages("api_key_account_is_planned_federated", &["plan"])?;
    ensure!(scene.service_accounts("research")?.is_empty(), "an account was made");
    Ok(())
}
