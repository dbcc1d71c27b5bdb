//! The provider's own credential: the first run uses a person's key, and every later one what the run before it stored.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use test_support::binaries::{self, Binary};
use test_support::mirror::SOURCE;
use test_support::target;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    renews_itself_from_run_to_run needs WriteOnlyAttributes,
    key_that_is_made_anew_reaches_its_store needs WriteOnlyAttributes,
];

/// In place of `store.tf` and what that requires: the SDK's example provider takes a secret by a write-only attribute and keeps it in a file.
const STORE: &str = r#"variable "store" {
  type = string
}

provider "keyvalue" {
  folder = var.store
}

resource "keyvalue_entry" "wandb" {
  key            = "terraform"
  secret         = ephemeral.wandb_decrypted_api_key.terraform.key
  secret_version = wandb_api_key.terraform.secret_version
}
"#;

const KEY: &str = "wandb_api_key.terraform";

fn renews_itself_from_run_to_run(scene: &mut Scene) -> Result<()> {
    let store = set(scene)?;
    let person = scene.emulator.administrator().clone();

    // The first run, by a person's key, which is deleted afterwards.
    scene.workspace.init()?;
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    let mut stored = secret(&store)?;
    assert_eq!(scene.object(KEY)?["secret_version"], 1);
    delete_all_keys_of_people(scene, &stored, &person.api_key)?;

    for version in 2..=6 {
        scene.emulator.advance("169h")?;
        scene.workspace.set("WANDB_API_KEY", stored.expose_secret());
        scene.workspace.apply().with_context(|| format!("the run that makes version {version}"))?;
        scene.workspace.expect_empty_plan()?;
        let key = scene.object(KEY)?;
        assert_eq!(key["secret_version"], version);
        ensure!(key["key"].is_null(), "the state holds the secret");
        let next = secret(&store)?;
        ensure!(next.expose_secret() != stored.expose_secret(), "the store was not written");
        let username = scene.viewer(&next)?;
        assert_eq!(scene.viewer(&stored)?, username, "the key of the run lives on for a while");
        stored = next;
    }

    // Within the overlap nothing changes; after it, the key before is revoked, by the one after it.
    let before = scene.object(KEY)?["previous_key_id"].as_str().map(str::to_owned).context("a previous key")?;
    scene.workspace.set("WANDB_API_KEY", stored.expose_secret());
    scene.workspace.expect_empty_plan()?;
    scene.emulator.advance("49h")?;
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    let keys = keys(scene)?;
    ensure!(!keys.iter().any(|(_, key_id)| *key_id == before), "the previous key was not revoked");
    assert_eq!(keys.len(), 1, "one key is left, and it is no person's");
    ensure!(stored.expose_secret().starts_with(&keys[0].1), "it is the one in the store");
    Ok(())
}

/// In each way that the guide names: a version that begins at 1 again does not write the store by itself.
fn key_that_is_made_anew_reaches_its_store(scene: &mut Scene) -> Result<()> {
    let store = set(scene)?;
    scene.workspace.init()?;
    scene.workspace.apply()?;
    let revoke = |scene: &Scene| -> Result<()> {
        let state = scene.emulator.state()?;
        let accounts = state["accounts"].as_array().context("accounts")?;
        let account = accounts.iter().find(|account| account["username"] == "terraform").context("the account")?;
        let mutation = "mutation M($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
        let id = &account["api_keys"][0]["id"];
        scene.emulator.graphql(mutation, &json!({ "id": id })).map(drop)
    };
    let works = |scene: &Scene| scene.viewer(&secret(&store)?).map(drop);

    revoke(scene)?;
    ensure!(works(scene).is_err(), "the key was not revoked");
    scene.workspace.run(&["apply", "-auto-approve", "-no-color", "-replace=keyvalue_entry.wandb"])?.success()?;
    works(scene).context("after the store was made anew")?;
    scene.workspace.expect_empty_plan()?;

    let following = STORE.replace(
        ".secret_version\n}",
        ".secret_version\n\n  lifecycle {\n    replace_triggered_by = [wandb_api_key.terraform.id]\n  }\n}",
    );
    scene.workspace.write("store.tf", &following)?;
    scene.workspace.apply()?;
    scene.workspace.run(&["apply", "-auto-approve", "-no-color", "-replace=wandb_api_key.terraform"])?.success()?;
    works(scene).context("after the key was replaced")?;

    let by_key_id = "parseint(substr(sha256(wandb_api_key.terraform.key_id), 0, 8), 16)";
    scene.workspace.write("store.tf", &STORE.replace("wandb_api_key.terraform.secret_version", by_key_id))?;
    scene.workspace.apply()?;
    revoke(scene)?;
    scene.workspace.apply()?;
    works(scene).context("after the key was gone")?;
    scene.workspace.expect_empty_plan()
}

/// Copies the example, with the stand-in for its store; the folder of that.
fn set(scene: &mut Scene) -> Result<PathBuf> {
    scene.workspace.copy_from(&target::project().join("examples/self-rotating-credential"))?;
    scene.workspace.write("store.tf", STORE)?;
    scene.workspace.write(
        "versions.tf",
        &format!(
            "terraform {{\n  required_providers {{\n    keyvalue = {{\n      source = \"example/keyvalue\"\n    }}\n    wandb = \
             {{\n      source = \"{SOURCE}\"\n    }}\n  }}\n}}\n"
        ),
    )?;
    let store = scene.workspace.home().join("store");
    fs::create_dir(&store)?;
    scene.workspace.set("TF_VAR_store", &store.display().to_string());

    let built = binaries::build(&[Binary::KeyValue], |_| ())?.join(Binary::KeyValue.file());
    scene.workspace.offer("example/keyvalue", &built)?;

    let identity = age::x25519::Identity::generate();
    scene.workspace.set("TF_VAR_age_recipient", &identity.to_public().to_string());
    scene.workspace.set("TF_VAR_age_identity", identity.to_string().expose_secret());
    Ok(store)
}

/// The secret in the store.
fn secret(store: &Path) -> Result<SecretString> {
    let files = fs::read_dir(store)?.collect::<std::io::Result<Vec<_>>>()?;
    let file = files.iter().map(fs::DirEntry::path).find(|file| file.extension().is_some_and(|end| end == "json"));
    let document: Value = serde_json::from_slice(&fs::read(file.context("the store is empty")?)?)?;
    Ok(document["secret"].as_str().context("the entry has no secret")?.to_owned().into())
}

/// Every key in the organization: its owner's user name, and its id.
fn keys(scene: &Scene) -> Result<Vec<(String, String)>> {
    let state = scene.emulator.state()?;
    let mut keys = Vec::new();
    for account in state["accounts"].as_array().context("the backend lists its accounts")? {
        for key in account["api_keys"].as_array().context("an account has keys")? {
            let text = |value: &Value| value.as_str().map(str::to_owned).context("a text");
            keys.push((text(&account["username"])?, text(&key["key_id"])?));
        }
    }
    Ok(keys)
}

fn delete_all_keys_of_people(scene: &Scene, account: &SecretString, person: &SecretString) -> Result<()> {
    let query = "query Keys { viewer { apiKeys { edges { node { id } } } } }";
    let viewer = scene.emulator.graphql_as(person, query, &json!({}))?;
    let edges = viewer.pointer("/viewer/apiKeys/edges").and_then(Value::as_array).context("a person has keys")?;
    for edge in edges {
        let mutation = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
        scene.emulator.graphql_as(account, mutation, &json!({ "id": edge["node"]["id"] }))?;
    }
    ensure!(scene.viewer(person).is_err(), "the person's key still works");
    Ok(())
}
