//! The steps of the demo, in order.

use anyhow::{Context, Result, bail, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use test_support::emulator::Emulator;
use test_support::process::Finished;
use test_support::workspace::Workspace;

use crate::interrupt::Interrupt;
use crate::screen::Screen;

/// A walk through a workspace; every step is shown as it happens.
pub(super) struct Tour<'a> {
    screen: &'a mut Screen,
    interrupt: &'a Interrupt,
    workspace: Workspace,
    emulator: &'a Emulator,
}

impl<'a> Tour<'a> {
    pub(super) fn new(
        screen: &'a mut Screen,
        interrupt: &'a Interrupt,
        workspace: Workspace,
        emulator: &'a Emulator,
    ) -> Self {
        Self { screen, interrupt, workspace, emulator }
    }

    /// All steps. An error when any of them does not do what it is there to show.
    pub(super) fn walk(mut self) -> Result<()> {
        self.screen.title("Install")?;
        self.log_in()?;
        self.run("Install the provider. A folder stands in for the registry; selection and lock file are as after a release.", &["init"])?;

        self.screen.title("Create")?;
        self.run(
            "See what would be made, and keep the plan. Nothing is changed yet.",
            &["plan", "-out=create.tfplan"],
        )?;
        self.run("Make exactly that.", &["apply", "create.tfplan"])?;
        self.expect_nothing_to_do()?;

        self.screen.title("Use the key")?;
        self.run("What other tools need is in the outputs, and the keys themselves are hidden.", &["output"])?;
        self.run("In the state listing as well.", &["state", "show", "wandb_api_key.pipeline[\"training\"]"])?;
        let training = self.secret("training")?;
        self.screen.explain(
            "A program may have it: `terraform output -json` gives it to a pipeline. Here it asks W&B who it is.",
        )?;
        let name = self.viewer(&training)?;
        self.screen.found(&format!("The key authenticates as `{name}`."))?;

        self.screen.title("Change")?;
        self.change_pipelines()?;
        self.run(
            "See what that means: the account and the key of `training` go, those of `evaluation` come.",
            &["plan", "-out=change.tfplan"],
        )?;
        self.run("Make it so.", &["apply", "change.tfplan"])?;
        self.expect_nothing_to_do()?;
        let evaluation = self.secret("evaluation")?;
        let name = self.viewer(&evaluation)?;
        self.screen.found(&format!("The key of `evaluation` authenticates as `{name}`."))?;
        self.expect_revoked("training", &training)?;

        self.screen.title("Destroy")?;
        self.run(
            "Revoke the key, delete the account. The team is only forgotten, as its `deletion_policy` says.",
            &["destroy", "-auto-approve"],
        )?;
        self.expect_revoked("evaluation", &evaluation)?;
        self.expect_hidden(&[training, evaluation])
    }

    /// The two variables that a user would set.
    fn log_in(&mut self) -> Result<()> {
        let administrator = self.emulator.administrator();
        self.screen.explain("Tell the provider which W&B, and by whose key.")?;
        self.screen.command(&format!("export WANDB_BASE_URL={}", self.emulator.base_url()))?;
        self.screen
            .command(&format!("export WANDB_API_KEY=...   # of {}, an administrator", administrator.username))?;
        self.workspace.set("WANDB_BASE_URL", self.emulator.base_url());
        self.workspace.set("WANDB_API_KEY", administrator.api_key.expose_secret());
        Ok(())
    }

    fn run(&mut self, why: &str, arguments: &[&str]) -> Result<Finished> {
        self.screen.explain(why)?;
        self.screen.command(&self.workspace.shown(arguments))?;
        let mut shown = Ok(());
        let finished = self.workspace.stream(arguments, |line| {
            let answered = self.screen.answer(line);
            if shown.is_ok() {
                shown = answered;
            }
        });
        // An interrupt reaches the host too, so its failure is no news then.
        self.interrupt.check()?;
        shown?;
        let finished = finished?;
        ensure!(finished.code == Some(0), "`{}` ended with code {:?}", finished.command, finished.code);
        Ok(finished)
    }

    fn expect_nothing_to_do(&mut self) -> Result<()> {
        let why = "Plan again. Exit code 0 of -detailed-exitcode means that there is nothing to do.";
        self.run(why, &["plan", "-detailed-exitcode"]).map(drop)
    }

    fn change_pipelines(&mut self) -> Result<()> {
        self.screen.explain("Somebody replaces the pipeline `training` by `evaluation`.")?;
        self.screen.command("echo 'pipelines = [\"evaluation\"]' > terraform.tfvars")?;
        self.workspace.write("terraform.tfvars", "pipelines = [\"evaluation\"]\n")
    }

    /// The pipeline's key, from the outputs as a program would read them.
    fn secret(&self, pipeline: &str) -> Result<SecretString> {
        let outputs = self.workspace.outputs()?;
        let key = outputs.pointer(&format!("/api_keys/value/{pipeline}")).and_then(Value::as_str);
        Ok(key.with_context(|| format!("there is no key of `{pipeline}` in the outputs"))?.to_owned().into())
    }

    /// Whom W&B takes the key's owner for.
    fn viewer(&self, api_key: &SecretString) -> Result<String> {
        let answer = self.emulator.graphql_as(api_key, "query GetViewer { viewer { username name } }", &json!({}))?;
        let name = answer.pointer("/viewer/name").and_then(Value::as_str);
        name.map(str::to_owned).context("the key authenticates nobody")
    }

    fn expect_revoked(&mut self, pipeline: &str, api_key: &SecretString) -> Result<()> {
        if let Ok(name) = self.viewer(api_key) {
            bail!("the key of `{pipeline}` still authenticates as `{name}`");
        }
        self.screen.found(&format!("The key of `{pipeline}` is refused by W&B."))
    }

    fn expect_hidden(&mut self, secrets: &[SecretString]) -> Result<()> {
        let hidden = secrets.iter().all(|secret| !self.screen.has_shown(secret.expose_secret()));
        ensure!(hidden, "a secret was printed above");
        self.screen.found("No line above holds a secret.")
    }
}
