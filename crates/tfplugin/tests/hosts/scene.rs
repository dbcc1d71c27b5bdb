//! A host, a provider that it attaches to, and a folder for both.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use test_support::host::{Host, Release};
use test_support::process::{self, Finished, Group};
use tfplugin_testing::{Launch, Process};
use tokio::runtime::Runtime;

const COMMAND_TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) struct Scene {
    host: Host,
    folder: TempDir,
    attach: String,
    /// Lives as long as the scene; hosts come and go.
    _provider: Process,
    _runtime: Runtime,
}

impl Scene {
    pub(crate) fn set(release: Release) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (provider, attach) = runtime.block_on(debug())?;
        let scene = Self {
            host: Host::released(release)?,
            folder: tempfile::tempdir()?,
            attach,
            _provider: provider,
            _runtime: runtime,
        };
        fs::write(scene.path("cli.tfrc"), "disable_checkpoint = true\n")?;
        Ok(scene)
    }

    /// A configuration with the provider in it.
    pub(crate) fn write(&self, text: &str) -> Result<()> {
        let folder = self.folder.path().display();
        let provider = format!(
            "terraform {{\n  required_providers {{\n    bench = {{\n      source = \"example/bench\"\n    }}\n  }}\n}}\n\n\
             provider \"bench\" {{\n  folder = \"{folder}\"\n}}\n"
        );
        Ok(fs::write(self.path("main.tf"), format!("{provider}\n{text}"))?)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Finished> {
        let mut command = self.host.command();
        command.args(arguments).arg("-no-color").current_dir(self.folder.path());
        command.env("TF_REATTACH_PROVIDERS", &self.attach).env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"));
        command.env("HOME", self.folder.path()).env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
        process::run(&mut command, &arguments.join(" "), Group::Own, COMMAND_TIMEOUT, |_| ())
    }

    pub(crate) fn init(&self) -> Result<()> {
        self.run(&["init"])?.success().map(drop)
    }

    /// What the provider has written down since this was asked for last.
    pub(crate) fn journal(&self) -> Result<Vec<String>> {
        let path = self.path("journal");
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, "")?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The only object in the state, as it is stored: attributes, private bytes and all, but whether it is tainted.
    pub(crate) fn stored(&self) -> Result<serde_json::Value> {
        let state: serde_json::Value = serde_json::from_slice(&fs::read(self.path("terraform.tfstate"))?)?;
        let mut object = state["resources"][0]["instances"][0].clone();
        object.as_object_mut().context("there is no object")?.remove("status");
        Ok(object)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Starts this program as a provider, and answers what a host has to know of it.
async fn debug() -> Result<(Process, String)> {
    let mut provider = Launch::by_hand(std::env::current_exe()?).argument("--debug").start()?;
    while let Some(line) = provider.line().await? {
        if let Some(attach) = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='") {
            return Ok((provider, attach.trim_end_matches('\'').to_owned()));
        }
    }
    None.context("the provider did not say how to attach to it")
}
