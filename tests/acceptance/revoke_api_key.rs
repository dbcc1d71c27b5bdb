//! The action `wandb_revoke_api_key`.

use anyhow::{Context, Result, ensure};
use secrecy::SecretString;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    revokes_a_key_that_is_then_made_again needs Actions,
    key_that_is_gone_is_a_warning needs Actions,
    key_of_the_run_is_refused needs Actions,
];

const KEY: &str = "wandb_api_key.ci";
const INVOKE: [&str; 4] = ["apply", "-auto-approve", "-no-color", "-invoke=action.wandb_revoke_api_key.leaked"];

fn configuration(key_id: &str) -> String {
    format!(
        r#"resource "wandb_service_account" "ci" {{
  name = "ci"
  team = "research"
}}

resource "wandb_api_key" "ci" {{
  service_account_id = wandb_service_account.ci.id
  name               = "laptop"
}}

action "wandb_revoke_api_key" "leaked" {{
  config {{
    service_account_id = wandb_service_account.ci.id
    key_id             = {key_id}
  }}
}}
"#
    )
}

const OF_THE_STATE: &str = "wandb_api_key.ci.key_id";

fn secret(scene: &Scene) -> Result<SecretString> {
    Ok(scene.object(KEY)?["key"].as_str().context("the state has no secret")?.to_owned().into())
}

fn revokes_a_key_that_is_then_made_again(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&configuration(OF_THE_STATE))?;
    let leaked = secret(scene)?;
    let invoked = scene.workspace.run(&INVOKE)?.success()?;
    ensure!(invoked.stdout.contains("revoked the API key "), "{}", invoked.describe());
    ensure!(scene.viewer(&leaked).is_err(), "the key still works");
    scene.apply(&configuration(OF_THE_STATE))?;
    scene.viewer(&secret(scene)?).map(drop)
}

fn key_that_is_gone_is_a_warning(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let configuration = configuration("\"0123456789abcdef0123\"");
    scene.apply(&configuration)?;
    let invoked = scene.workspace.run(&INVOKE)?.success()?;
    ensure!(invoked.stdout.contains("Warning: API key not found"), "{}", invoked.describe());
    scene.workspace.expect_empty_plan()
}

fn key_of_the_run_is_refused(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&configuration(OF_THE_STATE))?;
    let own = secret(scene)?;
    scene.workspace.set("WANDB_API_KEY", secrecy::ExposeSecret::expose_secret(&own));
    scene.expect_messages("revoke_api_key_of_the_run", &["plan", "-invoke=action.wandb_revoke_api_key.leaked"])?;
    scene.viewer(&own).map(drop)
}
