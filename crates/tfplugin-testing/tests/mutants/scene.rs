//! What a walk needs under either host: the same entries, and a folder for them.

use std::fs;
use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;
use tfplugin::value::{Type, Value};

use crate::catalogue::Walk;

/// The configuration of a walk for real hosts: what [`entry`] says, in their language.
pub(crate) fn text(walk: Walk) -> String {
    let import = |target: &str| format!("{ENTRY}\nimport {{\n  to = keyvalue_entry.this\n  {target}\n}}\n");
    let body = match walk {
        Walk::Create | Walk::Update | Walk::Replace | Walk::Refresh | Walk::Destroy => ENTRY.to_owned(),
        Walk::Import => import("id = \"g:greeting\""),
        Walk::ImportByIdentity => import("identity = { key = \"greeting\" }"),
        Walk::Data => "data \"keyvalue_entries\" \"this\" {\n  prefix = \"g\"\n}\n".to_owned(),
        Walk::Function => "output \"sum\" {\n  value = provider::keyvalue::checksum(\"Hello!\")\n}\n".to_owned(),
        Walk::Ephemeral => "ephemeral \"keyvalue_lock\" \"this\" {\n  entry = \"g:greeting\"\n}\n".to_owned(),
    };
    format!("{PROVIDER}\n{body}")
}

const PROVIDER: &str = r#"
terraform {
  required_providers {
    keyvalue = { source = "example/keyvalue" }
  }
}
variable "folder" {
  type = string
}
variable "round" {
  type    = number
  default = 1
}
provider "keyvalue" {
  folder = var.folder
}
"#;

const ENTRY: &str = r#"
resource "keyvalue_entry" "this" {
  key      = var.round == 3 ? "welcome" : "greeting"
  content  = var.round == 2 ? "Hi!" : "Hello!"
  extra    = 42
  comments = [{ text = "first" }, { text = "second" }]
  links    = [{ to = "a" }, { to = "b" }]
}
"#;

/// The entry as it is made, changed in the second round and made anew in the third.
pub(crate) fn entry(round: u8) -> Value {
    let named = |name: &str, values: [&str; 2]| values.map(|value| Value::object([(name, Value::from(value))]));
    Value::object([
        ("key", Value::from(if round == 3 { "welcome" } else { "greeting" })),
        ("content", Value::from(if round == 2 { "Hi!" } else { "Hello!" })),
        ("extra", Value::Dynamic(Box::new((Type::Number, 42.into())))),
        ("comments", Value::List(named("text", ["first", "second"]).into())),
        ("links", Value::set(named("to", ["a", "b"]))),
    ])
}

/// The round at the end of a walk.
pub(crate) fn round(walk: Walk) -> u8 {
    match walk {
        Walk::Update => 2,
        Walk::Replace => 3,
        _ => 1,
    }
}

/// The folder for a walk: with the entry in this one where the walk begins with one.
pub(crate) fn folder(walk: Walk, made: &Path) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    if walk != Walk::Create {
        for file in fs::read_dir(made)? {
            let file = file?;
            fs::copy(file.path(), folder.path().join(file.file_name()))?;
        }
    }
    Ok(folder)
}
