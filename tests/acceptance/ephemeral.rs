//! The ephemeral resources: what exists only while a command runs.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    key_lives_for_one_command needs EphemeralResources,
    key_is_revoked_when_something_fails needs EphemeralResources,
    only_expired_leftovers_of_the_same_name_are_revoked needs EphemeralResources,
    key_of_a_killed_run_is_revoked_later needs EphemeralResources,
    bad_input_of_a_key_is_refused needs EphemeralResources,
    access_token_is_exchanged_once needs EphemeralResources,
    bad_identity_tokens_are_refused needs EphemeralResources,
];

/// A key of the account, used by a second provider that reads this team.
fn uses_a_key(account: &str, team: &str) -> String {
    format!(
        r#"ephemeral "wandb_api_key" "run" {{
  service_account_id = "{account}"
  name               = "check"
}}

provider "wandb" {{
  alias   = "run"
  api_key = ephemeral.wandb_api_key.run.key
}}

data "wandb_team" "team" {{
  provider = wandb.run
  name     = "{team}"
}}
"#
    )
}

fn account(scene: &Scene) -> Result<String> {
    scene.create_team("research")?;
    scene.create_service_account("research", "ci")
}

/// The names of all keys of the team's accounts, but those of people.
fn keys(scene: &Scene) -> Result<Vec<String>> {
    let query = "query Keys { entity(name: \"research\") { members { accountType apiKeys { edges { node { description } } } } } }";
    let team = scene.emulator.graphql(query, &json!({}))?;
    let members = team.pointer("/entity/members").and_then(Value::as_array).context("the team has members")?;
    let services = members.iter().filter(|member| member["accountType"] == "SERVICE");
    let edges = services.filter_map(|member| member.pointer("/apiKeys/edges")?.as_array()).flatten();
    Ok(edges.filter_map(|edge| edge["node"]["description"].as_str().map(str::to_owned)).collect())
}

fn create_key(scene: &Scene, account: &str, name: &str) -> Result<()> {
    let mutation = "mutation GenerateApiKey($account: ID!, $name: String!) { \
                    generateApiKey(input: { userId: $account, description: $name }) { apiKey { id } } }";
    scene.emulator.graphql(mutation, &json!({ "account": account, "name": name })).map(drop)
}

/// How often a key was made and deleted, whoever did it.
fn made_and_deleted(scene: &Scene) -> Result<(u64, u64)> {
    let counters = scene.emulator.counters()?;
    let count = |name: &str| counters[name].as_u64().unwrap_or(0);
    Ok((count("generateApiKey"), count("deleteApiKey")))
}

fn key_lives_for_one_command(scene: &mut Scene) -> Result<()> {
    let account = account(scene)?;
    let (before, _) = made_and_deleted(scene)?;
    scene.apply(&uses_a_key(&account, "research"))?;
    let (made, deleted) = made_and_deleted(scene)?;
    ensure!(made > before && made - before == deleted, "{} were made, {deleted} revoked", made - before);
    assert_eq!(keys(scene)?, Vec::<String>::new());
    assert_eq!(scene.object("data.wandb_team.team")?["name"], "research");
    scene.workspace.destroy()?;
    assert_eq!(keys(scene)?, Vec::<String>::new());
    Ok(())
}

/// Hosts do not close what something that failed depends on; the provider does when it ends.
fn key_is_revoked_when_something_fails(scene: &mut Scene) -> Result<()> {
    let account = account(scene)?;
    scene.configure(&uses_a_key(&account, "nowhere"))?;
    let plan = scene.workspace.run(&["plan", "-no-color"])?.failure()?;
    ensure!(plan.stderr.contains("Error: Team not found"), "{}", plan.describe());
    assert_eq!(keys(scene)?, Vec::<String>::new());
    Ok(())
}

fn only_expired_leftovers_of_the_same_name_are_revoked(scene: &mut Scene) -> Result<()> {
    let account = account(scene)?;
    let stay = [
        "check",
        "check (ephemeral 1, expires 2199-01-01T00:00:00Z, 00000000000000ff)",
        "other (ephemeral 1, expires 2020-01-01T00:00:00Z, 00000000000000ff)",
    ];
    for name in stay.into_iter().chain(["check (ephemeral 1, expires 2020-01-01T00:00:00Z, 00000000000000ff)"]) {
        create_key(scene, &account, name)?;
    }
    scene.configure(&uses_a_key(&account, "research"))?;
    scene.workspace.plan()?;
    assert_eq!(keys(scene)?, stay);
    Ok(())
}

fn key_of_a_killed_run_is_revoked_later(scene: &mut Scene) -> Result<()> {
    let account = account(scene)?;
    scene.configure(&uses_a_key(&account, "research"))?;
    // Whoever is killed revokes nothing; nor does one whom the server does not hear.
    scene.emulator.add_fault(&json!({ "operation": "deleteApiKey", "effect": { "kind": "status", "status": 403 } }))?;
    let plan = scene.workspace.run(&["plan", "-no-color"])?.failure()?;
    ensure!(plan.stderr.contains("Could not revoke the ephemeral API key \"check (ephemeral 1"), "{}", plan.describe());
    scene.emulator.clear_faults()?;
    let left = keys(scene)?;
    ensure!(!left.is_empty() && left.iter().all(|name| name.starts_with("check (ephemeral 1, expires ")), "{left:?}");

    scene.workspace.plan()?;
    assert_eq!(keys(scene)?, left, "it may still be in use");
    scene.emulator.advance("7h")?;
    scene.workspace.plan()?;
    assert_eq!(keys(scene)?, Vec::<String>::new());
    Ok(())
}

fn bad_input_of_a_key_is_refused(scene: &mut Scene) -> Result<()> {
    for (name, attributes) in [
        ("ephemeral_api_key_expiry_is_short", "service_account_id = \"VXNlcjoxMg==\"\n  expiry = \"5m\""),
        ("ephemeral_api_key_account_is_unknown", "service_account_id = \"VXNlcjo5OTk=\""),
    ] {
        scene.configure(&format!("ephemeral \"wandb_api_key\" \"run\" {{\n  {attributes}\n}}\n"))?;
        scene.expect_messages(name, &["plan"])?;
    }
    Ok(())
}

/// A plan and an apply open it several times, in processes of their own, and the server takes a token once.
fn access_token_is_exchanged_once(scene: &mut Scene) -> Result<()> {
    let file = scene.identity_token_file("ada@acme.example")?;
    scene.apply(&format!(
        r#"ephemeral "wandb_access_token" "job" {{
  identity_token_file = "{file}"
}}

resource "wandb_team" "vision" {{
  name            = "vision"
  deletion_policy = "abandon"
  lifecycle {{
    precondition {{
      condition     = timecmp(ephemeral.wandb_access_token.job.expires_at, timestamp()) > 0
      error_message = "The access token has ended."
    }}
  }}
}}
"#
    ))?;
    let counters = scene.emulator.counters()?;
    assert_eq!(counters["POST /oidc/token"], 1, "{counters}");
    Ok(())
}

fn bad_identity_tokens_are_refused(scene: &mut Scene) -> Result<()> {
    for (name, attributes) in [
        ("access_token_has_no_identity_token", ""),
        ("access_token_has_two_identity_tokens", "identity_token = \"a.b.c\"\n  identity_token_file = \"token\""),
        ("access_token_is_no_jwt", "identity_token = \"hunter2\""),
        ("access_token_is_refused", "identity_token = \"aa.bb.cc\""),
        ("access_token_file_is_missing", "identity_token_file = \"/nowhere/token\""),
    ] {
        scene.configure(&format!("ephemeral \"wandb_access_token\" \"job\" {{\n  {attributes}\n}}\n"))?;
        scene.expect_messages(name, &["plan"])?;
    }
    Ok(())
}
