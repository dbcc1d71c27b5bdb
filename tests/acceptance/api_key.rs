//! `wandb_api_key`.

use anyhow::{Context, Result, bail, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    members_cannot_make_keys,
    lives_from_create_to_destroy,
    secret_is_printed_nowhere,
    change_of_the_name_makes_a_new_key,
    key_revoked_outside_is_made_again,
    follows_its_account_when_that_is_replaced,
    key_of_an_account_that_is_gone_is_gone,
    imported_key_has_no_secret_and_no_diff,
    missing_key_is_not_imported,
    bad_input_is_refused_at_plan,
];

pub(crate) const KEY: &str = "wandb_api_key.ci";

/// A service account of the team `research` with a key of this name.
fn key(name: &str) -> String {
    format!(
        r#"resource "wandb_service_account" "ci" {{
  name = "ci"
  team = "research"
}}

resource "wandb_api_key" "ci" {{
  service_account_id = wandb_service_account.ci.id
  name               = "{name}"
}}
"#
    )
}

pub(crate) fn secret(scene: &Scene) -> Result<SecretString> {
    let state = scene.object(KEY)?;
    Ok(state["key"].as_str().context("the state has no secret")?.to_owned().into())
}

pub(crate) fn expect_revoked(scene: &Scene, key: &SecretString) -> Result<()> {
    match scene.viewer(key) {
        Ok(name) => bail!("the key still authenticates `{name}`"),
        Err(error) => {
            ensure!(error.to_string().contains("401"), "{error}");
            Ok(())
        }
    }
}

fn lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    assert_eq!(scene.planned_actions(&key("laptop"), KEY)?, json!(["create"]));
    scene.apply(&key("laptop"))?;
    let account = scene.service_accounts("research")?.remove(0);
    let state = scene.object(KEY)?;
    assert_eq!(state["service_account_id"], account["id"]);
    assert_eq!(state["name"], "laptop");
    for known in ["id", "key_id", "created_at"] {
        ensure!(state[known].as_str().is_some_and(|value| !value.is_empty()), "`{known}` is not set");
    }
    let secret = secret(scene)?;
    assert_eq!(Some(scene.viewer(&secret)?.as_str()), account["username"].as_str());

    scene.workspace.destroy()?;
    expect_revoked(scene, &secret)?;
    assert_eq!(scene.workspace.resource(KEY)?, None);
    Ok(())
}

fn secret_is_printed_nowhere(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.workspace.set("TF_LOG", "TRACE");
    scene.configure(&key("laptop"))?;
    let mut printed = Vec::new();
    for command in [
        &["plan", "-no-color"][..],
        &["apply", "-auto-approve", "-no-color"],
        &["state", "show", "-no-color", KEY],
        &["state", "list"],
        &["show", "-no-color"],
        &["plan", "-no-color", "-replace=wandb_api_key.ci"],
    ] {
        printed.push(scene.workspace.run(command)?.success()?);
    }
    scene.workspace.unset("TF_LOG");
    let secret = secret(scene)?;
    let destroy = scene.workspace.run(&["destroy", "-auto-approve", "-no-color"])?.success()?;
    for output in printed.iter().chain([&destroy]) {
        // The host's own trace of the state's values is not the provider's; terraform does not print them.
        ensure!(!output.stdout.contains(secret.expose_secret()), "`{}` printed the secret", output.command);
        ensure!(!output.stderr.contains(secret.expose_secret()), "`{}` logged the secret", output.command);
    }
    Ok(())
}

fn change_of_the_name_makes_a_new_key(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    let before = secret(scene)?;
    assert_eq!(scene.planned_actions(&key("cluster"), KEY)?, json!(["delete", "create"]));
    scene.apply(&key("cluster"))?;
    expect_revoked(scene, &before)?;
    scene.viewer(&secret(scene)?)?;
    assert_eq!(scene.object(KEY)?["name"], "cluster");
    Ok(())
}

fn key_revoked_outside_is_made_again(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    let before = secret(scene)?;
    revoke(scene, "laptop")?;
    expect_revoked(scene, &before)?;

    assert_eq!(scene.planned_actions(&key("laptop"), KEY)?, json!(["create"]));
    let plan = scene.workspace.plan()?;
    ensure!(plan.contains("Warning: API key is gone"), "the plan does not say why\n{plan}");
    scene.apply(&key("laptop"))?;
    scene.viewer(&secret(scene)?)?;
    Ok(())
}

fn follows_its_account_when_that_is_replaced(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    let before = secret(scene)?;
    let renamed = key("laptop").replace("name = \"ci\"", "name = \"deploy\"");
    assert_eq!(scene.planned_actions(&renamed, KEY)?, json!(["delete", "create"]));
    scene.apply(&renamed)?;
    expect_revoked(scene, &before)?;
    let account = scene.service_accounts("research")?.remove(0);
    assert_eq!(scene.object(KEY)?["service_account_id"], account["id"]);
    Ok(())
}

/// An error in the key's refresh would stand in the way of making the account anew.
fn key_of_an_account_that_is_gone_is_gone(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    let account = scene.object(KEY)?["service_account_id"].as_str().context("an id is a string")?.to_owned();
    scene.emulator.delete_account(&account)?;
    assert_eq!(scene.planned_actions(&key("laptop"), KEY)?, json!(["create"]));
    let plan = scene.workspace.plan()?;
    ensure!(plan.contains("Warning: Service account is gone"), "{plan}");
    scene.apply(&key("laptop"))?;
    scene.viewer(&secret(scene)?)?;
    Ok(())
}

fn imported_key_has_no_secret_and_no_diff(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    scene.expect_import(KEY, "research/ci/laptop", &["key"])
}

fn missing_key_is_not_imported(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&key("laptop"))?;
    scene.workspace.run(&["state", "rm", KEY])?.success()?;
    for (id, summary) in [
        ("research/ci/other", "API key not found"),
        ("research/other/laptop", "Service account not found"),
        ("nowhere/ci/laptop", "Team not found"),
        ("laptop", "Invalid import id"),
    ] {
        scene.expect_no_import(KEY, id, summary)?;
    }
    Ok(())
}

fn bad_input_is_refused_at_plan(scene: &mut Scene) -> Result<()> {
    for (name, attributes) in [
        ("api_key_name_is_empty", "service_account_id = \"VXNlcjoxMg==\"\n  name = \"\""),
        ("api_key_has_no_account", "name = \"laptop\""),
    ] {
        scene.configure(&format!("resource \"wandb_api_key\" \"ci\" {{\n  {attributes}\n}}\n"))?;
        scene.expect_messages(name, &["plan"])?;
    }
    Ok(())
}

/// Deletes the account's key of this name as a team's administrator would.
pub(crate) fn revoke(scene: &Scene, name: &str) -> Result<()> {
    let query = "query Keys { entity(name: \"research\") { members { accountType apiKeys { edges { node { id description } } } } } }";
    let team = scene.emulator.graphql(query, &json!({}))?;
    let members = team.pointer("/entity/members").and_then(Value::as_array).context("the team has members")?;
    let edges =
        members.iter().filter_map(|member| member.pointer("/apiKeys/edges")).filter_map(Value::as_array).flatten();
    let mut keys = edges.map(|edge| &edge["node"]);
    let found = keys.find(|key| key["description"].as_str().is_some_and(|text| text.starts_with(name)));
    let id = &found.with_context(|| format!("there is no key `{name}`"))?["id"];
    let mutation = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
    scene.emulator.graphql(mutation, &json!({ "id": id })).map(drop)
}

fn members_cannot_make_keys(scene: &mut Scene) -> Result<()> {
    crate::service_account::act_as_member(scene)?;
    let account = scene.service_accounts("research")?.remove(0);
    let id = account["id"].as_str().context("an id is a string")?;
    scene.configure(&format!(
        "resource \"wandb_api_key\" \"ci\" {{\n  service_account_id = \"{id}\"\n  name = \"laptop\"\n}}\n"
    ))?;
    scene.expect_messages("api_key_is_forbidden", &["plan"])
}
