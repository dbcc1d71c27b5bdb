//! What a real host says of a provider.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use test_support::diagnostics;
use test_support::host::Host;
use test_support::mirror::Mirror;
use test_support::workspace::Workspace;

use crate::agreement::Verdict;
use crate::catalogue::{Mutant, Walk};
use crate::provider::{EXAMPLE, MUTANT, NOTES};
use crate::scene;

const STATE: &str = "terraform.tfstate";

/// The title under which the SDK refuses what a host hands back to it: that is not the host's own word.
const OF_THE_SDK: &str = "Bug in the provider";

/// A real host, with the state of an entry that an unbroken provider has made.
pub(crate) struct Terraform {
    workspace: Workspace,
    folder: TempDir,
    state: String,
}

impl Terraform {
    pub(crate) fn new(host: &Host, example: &Path) -> Result<Self> {
        let this = std::env::current_exe()?;
        let mut workspace = Workspace::new(host, &Arc::new(Mirror::of(&this)?))?;
        workspace.offer("example/keyvalue", &this)?;
        let folder = tempfile::tempdir()?;
        workspace.set(EXAMPLE, &example.display().to_string());
        workspace.set("TF_VAR_folder", &folder.path().display().to_string());
        workspace.write("main.tf", &scene::text(Walk::Create))?;
        workspace.init()?;
        workspace.apply()?;
        let state = fs::read_to_string(workspace.folder().join(STATE))?;
        Ok(Self { workspace, folder, state })
    }

    /// Goes a walk with a mutant, or with the provider behind an unbroken relay.
    pub(crate) fn judge(&mut self, walk: Walk, mutant: Option<&Mutant>) -> Result<Verdict> {
        let needed = mutant.map_or(walk.needs(), Mutant::needed);
        if needed.is_some_and(|feature| !self.workspace.host().feature(feature)) {
            return Ok(Verdict::NotAsked);
        }
        let notes = tempfile::tempdir()?;
        let folder = scene::folder(walk, self.folder.path())?;
        self.workspace.set(MUTANT, mutant.map_or("", |mutant| mutant.name));
        self.workspace.set(NOTES, &notes.path().display().to_string());
        self.workspace.set("TF_VAR_folder", &folder.path().display().to_string());
        self.workspace.set("TF_VAR_round", &scene::round(walk).to_string());
        self.workspace.write("main.tf", &scene::text(walk))?;
        let state = self.workspace.folder().join(STATE);
        match walk {
            Walk::Update | Walk::Replace | Walk::Refresh | Walk::Destroy => fs::write(state, &self.state)?,
            _ if state.exists() => fs::remove_file(state)?,
            _ => {}
        }
        let arguments: &[&str] = match walk {
            Walk::Refresh => &["plan", "-json"],
            Walk::Destroy => &["destroy", "-auto-approve", "-json"],
            _ => &["apply", "-auto-approve", "-json"],
        };
        let finished = self.workspace.run(arguments)?;
        if finished.code == Some(0) {
            return Ok(Verdict::Accepted);
        }
        let said = diagnostics::parse(&finished.stdout)?.into_iter();
        let mut titles: Vec<_> = said.filter(|said| said.severity == "error").map(|said| said.summary).collect();
        ensure!(!titles.is_empty(), "an error without a title\n{}", finished.describe());
        titles.retain(|title| title != OF_THE_SDK);
        titles.dedup();
        Ok(if titles.is_empty() { Verdict::HandedBack } else { Verdict::Refused(titles.join("; ")) })
    }
}
