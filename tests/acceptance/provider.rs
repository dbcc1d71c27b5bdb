//! The provider's configuration: where its credentials come from, and what it says when they are missing or wrong.

use std::fs;
use std::thread;

use anyhow::{Context, Result, anyhow};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    two_credentials_are_refused,
    no_credentials,
    wrong_key,
    wrong_key_in_the_block,
    wrong_key_in_netrc,
    spent_identity_token,
    two_runs_exchange_one_token_once,
    malformed_key,
    key_in_the_block_wins_over_the_environment,
    key_from_netrc,
    key_of_the_environment_goes_to_its_own_host_only,
    wrong_organization,
    malformed_base_url,
    unreachable_server,
    init_locks_the_release,
    variable_that_is_only_known_at_apply,
];

/// Any use of the provider.
const TEAM: &str =
    "resource \"wandb_team\" \"research\" {\n  name            = \"research\"\n  deletion_policy = \"abandon\"\n}\n";
/// Of the right form, and nobody's.
const NOBODYS_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

fn with_block(attributes: &str) -> String {
    format!("provider \"wandb\" {{\n  {attributes}\n}}\n\n{TEAM}")
}

fn no_credentials(scene: &mut Scene) -> Result<()> {
    scene.workspace.unset("WANDB_API_KEY");
    scene.configure(&with_block(""))?;
    scene.expect_messages("provider_no_credentials", &["plan"])
}

fn wrong_key(scene: &mut Scene) -> Result<()> {
    scene.workspace.set("WANDB_API_KEY", NOBODYS_KEY);
    scene.configure(&with_block(""))?;
    scene.expect_messages("provider_wrong_key", &["plan"])
}

fn wrong_key_in_the_block(scene: &mut Scene) -> Result<()> {
    scene.configure(&with_block(&format!("api_key = \"{NOBODYS_KEY}\"")))?;
    scene.expect_messages("provider_wrong_key_in_the_block", &["plan"])?;
    scene.configure(&with_block("api_key = \"hunter2\""))?;
    scene.expect_messages("provider_malformed_key_in_the_block", &["plan"])
}

fn wrong_key_in_netrc(scene: &mut Scene) -> Result<()> {
    scene.workspace.unset("WANDB_API_KEY");
    let entry = format!("machine 127.0.0.1\n  login user\n  password {NOBODYS_KEY}\n");
    fs::write(scene.workspace.home().join(".netrc"), entry)?;
    scene.configure(&with_block(""))?;
    scene.expect_messages("provider_wrong_key_in_netrc", &["plan"])
}

fn spent_identity_token(scene: &mut Scene) -> Result<()> {
    scene.workspace.unset("WANDB_API_KEY");
    let file = scene.identity_token_file("ada@acme.example")?;
    scene.workspace.set("WANDB_IDENTITY_TOKEN_FILE", &file);
    scene.configure(&with_block(""))?;
    scene.workspace.plan()?;
    // As in a later job on a fresh machine: what the token was exchanged for is gone.
    fs::remove_dir_all(scene.workspace.home().join(".config"))?;
    scene.expect_messages("provider_spent_identity_token", &["plan"])
}

/// A pipeline that plans two configurations at the same time, with the one token that its job has.
fn two_runs_exchange_one_token_once(scene: &mut Scene) -> Result<()> {
    scene.workspace.unset("WANDB_API_KEY");
    let file = scene.identity_token_file("ada@acme.example")?;
    scene.workspace.set("WANDB_IDENTITY_TOKEN_FILE", &file);
    scene.configure(&with_block(""))?;
    let other = scene.workspace.beside()?;
    // So slow that the second run surely comes while the first one is at it.
    let slow = json!({ "kind": "delay", "milliseconds": 2000 });
    scene.emulator.add_fault(&json!({ "operation": "POST /oidc/token", "effect": slow }))?;
    let (first, second) = thread::scope(|scope| {
        let second = scope.spawn(|| other.plan());
        (scene.workspace.plan(), second.join())
    });
    first?;
    second.map_err(|_| anyhow!("the second run panicked"))??;
    let counters = scene.emulator.counters()?;
    assert_eq!(counters["POST /oidc/token"], 1, "{counters}");
    Ok(())
}

fn malformed_key(scene: &mut Scene) -> Result<()> {
    scene.workspace.set("WANDB_API_KEY", "hunter2");
    scene.configure(&with_block(""))?;
    scene.expect_messages("provider_malformed_key", &["plan"])
}

fn key_in_the_block_wins_over_the_environment(scene: &mut Scene) -> Result<()> {
    let key = scene.emulator.administrator().api_key.clone();
    scene.workspace.set("WANDB_API_KEY", NOBODYS_KEY);
    scene.workspace.set("TF_VAR_key", key.expose_secret());
    let variable = "variable \"key\" {\n  type      = string\n  sensitive = true\n}\n\n";
    scene.apply(&format!("{variable}{}", with_block("api_key = var.key")))?;
    Ok(())
}

fn key_from_netrc(scene: &mut Scene) -> Result<()> {
    let key = scene.emulator.administrator().api_key.clone();
    let host = scene.emulator.base_url().trim_start_matches("http://");
    let host = host.split_once(':').context("the emulator's address has a port")?.0;
    let entry = format!("machine {host}\n  login user\n  password {}\n", key.expose_secret());
    fs::write(scene.workspace.home().join(".netrc"), entry)?;
    scene.workspace.unset("WANDB_API_KEY");
    scene.apply(TEAM)?;
    Ok(())
}

fn key_of_the_environment_goes_to_its_own_host_only(scene: &mut Scene) -> Result<()> {
    let base_url = scene.emulator.base_url().to_owned();
    scene.workspace.set("WANDB_BASE_URL", "https://wandb.elsewhere.example");
    scene.configure(&with_block(&format!("base_url = \"{base_url}\"")))?;
    scene.expect_messages("provider_key_of_another_host", &["plan"])
}

fn wrong_organization(scene: &mut Scene) -> Result<()> {
    scene.create_team("science")?;
    scene.configure(&with_block("organization = \"umbrella\""))?;
    scene.expect_messages("provider_wrong_organization", &["plan"])?;
    scene.apply(&with_block("organization = \"acme\""))?;
    Ok(())
}

fn malformed_base_url(scene: &mut Scene) -> Result<()> {
    scene.workspace.unset("WANDB_BASE_URL");
    scene.configure(&with_block("base_url = \"wandb.example\""))?;
    scene.expect_messages("provider_malformed_base_url", &["plan"])
}

fn unreachable_server(scene: &mut Scene) -> Result<()> {
    // Port 1 is reserved and nothing listens there: refused at once.
    scene.workspace.set("WANDB_BASE_URL", "http://127.0.0.1:1");
    scene.configure(&with_block("max_retries = 0"))?;
    scene.expect_messages("provider_unreachable_server", &["plan"])
}

fn init_locks_the_release(scene: &mut Scene) -> Result<()> {
    scene.configure(TEAM)?;
    let lock = fs::read_to_string(scene.workspace.folder().join(".terraform.lock.hcl"))?;
    let registry = scene.workspace.host().product().registry();
    assert!(lock.contains(&format!("provider \"{registry}/{}\"", test_support::mirror::SOURCE)), "{lock}");
    assert!(lock.contains(&format!("version = \"{}\"", test_support::mirror::VERSION)), "{lock}");
    assert!(lock.contains("\"h1:"), "{lock}");
    Ok(())
}

fn variable_that_is_only_known_at_apply(scene: &mut Scene) -> Result<()> {
    let key = scene.emulator.administrator().api_key.clone();
    scene.workspace.unset("WANDB_API_KEY");
    scene.workspace.set("TF_VAR_key", key.expose_secret());
    let later = "variable \"key\" {\n  type      = string\n  sensitive = true\n}\n\n\
                 resource \"terraform_data\" \"later\" {\n  input = var.key\n}\n\n";
    scene.apply(&format!("{later}{}", with_block("api_key = terraform_data.later.output")))?;
    assert!(scene.team("research")?.is_some());
    Ok(())
}

fn two_credentials_are_refused(scene: &mut Scene) -> Result<()> {
    scene.configure(
        "provider \"wandb\" {\n  api_key             = \"0123456789abcdef0123456789abcdef01234567\"\n  identity_token_file = \
         \"token.jwt\"\n}\n\ndata \"wandb_viewer\" \"me\" {}\n",
    )?;
    scene.expect_messages("provider_two_credentials", &["plan"])
}
