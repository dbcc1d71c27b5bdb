//! A real host.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;
use tempfile::TempDir;
use test_support::binaries::{self, Binary};
use test_support::host::Host;
use test_support::mirror::Mirror;
use test_support::workspace::Workspace;

use crate::runs::{Entry, Player};
use crate::witness::{EXAMPLE, NOTES};

const PROVIDER: &str = r#"
terraform {
  required_providers {
    keyvalue = { source = "example/keyvalue" }
  }
}
variable "folder" {
  type = string
}
provider "keyvalue" {
  folder = var.folder
}
"#;

pub(crate) struct Terraform {
    workspace: Workspace,
    folder: TempDir,
    ready: bool,
}

impl Terraform {
    pub(crate) fn new(host: &Host) -> Result<Self> {
        let example = binaries::build(&[Binary::KeyValue], |_| ())?.join(Binary::KeyValue.file());
        let this = std::env::current_exe()?;
        let mut workspace = Workspace::new(host, &Arc::new(Mirror::of(&this)?))?;
        workspace.offer("example/keyvalue", &this)?;
        let folder = tempfile::tempdir()?;
        workspace.set(EXAMPLE, &example.display().to_string());
        workspace.set(NOTES, &folder.path().display().to_string());
        workspace.set("TF_VAR_folder", &folder.path().display().to_string());
        Ok(Self { workspace, folder, ready: false })
    }

    fn run(&self, command: &str) -> Result<bool> {
        Ok(self.workspace.run(&[command, "-auto-approve", "-no-color"])?.code == Some(0))
    }
}

impl Player for Terraform {
    fn notes(&self) -> &Path {
        self.folder.path()
    }

    fn apply(&mut self, entry: Entry) -> Result<bool> {
        let Entry { key, content, on_destroy, create_first } = entry;
        let resource = format!(
            r#"
resource "keyvalue_entry" "this" {{
  key        = "{key}"
  content    = "{content}"
  on_destroy = "{on_destroy}"

  lifecycle {{
    create_before_destroy = {create_first}
  }}
}}
"#
        );
        self.workspace.write("main.tf", &format!("{PROVIDER}{resource}"))?;
        if !self.ready {
            self.workspace.init()?;
            self.ready = true;
        }
        self.run("apply")
    }

    fn destroy(&mut self) -> Result<bool> {
        self.run("destroy")
    }

    fn stored(&self) -> Result<Vec<String>> {
        let state = fs::read_to_string(self.workspace.folder().join("terraform.tfstate"))?;
        let state: Value = serde_json::from_str(&state)?;
        let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let instances = all(&state["resources"]).into_iter().flat_map(|resource| all(&resource["instances"]));
        let describe = |instance: Value| {
            let key = instance["attributes"]["key"].as_str().unwrap_or("?").to_owned();
            let deposed = if instance["deposed"].is_string() { " deposed" } else { "" };
            let tainted = if instance["status"] == "tainted" { " tainted" } else { "" };
            format!("{key}{deposed}{tainted}")
        };
        Ok(instances.map(describe).collect())
    }
}
