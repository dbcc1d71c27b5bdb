//! The codecs read and write what real hosts send: `cargo xtask record` captured it, with the host's version in each file's name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use serde_json::value::RawValue;
use tfplugin::value::{Reading, Type, Value};

/// What one host sent.
#[derive(Deserialize)]
struct Recording {
    types: BTreeMap<String, Box<RawValue>>,
    values: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    /// Whose type it has.
    of: String,
    /// The calls and fields, for messages.
    sent_as: Vec<String>,
    msgpack: Option<String>,
    json: Option<String>,
}

impl Recording {
    fn value_type(&self, entry: &Entry) -> Result<Type> {
        let constraint = self.types.get(&entry.of).with_context(|| format!("there is no type of `{}`", entry.of))?;
        Type::from_json(constraint.get().as_bytes()).context("not a type constraint")
    }
}

/// Calls back with every recorded value of one form; an error where there is no recording at all.
fn each(form: fn(&Entry) -> Option<&String>, check: impl Fn(&[u8], &Type) -> Result<()>) -> Result<()> {
    let files = files()?;
    ensure!(!files.is_empty(), "there is no recording");
    for file in files {
        let recording: Recording = serde_json::from_slice(&fs::read(&file)?)?;
        let mut checked = 0;
        for entry in &recording.values {
            let Some(bytes) = form(entry) else { continue };
            let place = || format!("{}: {} of {}: {bytes}", file.display(), entry.sent_as.join(", "), entry.of);
            check(&BASE64_STANDARD.decode(bytes)?, &recording.value_type(entry)?).with_context(place)?;
            checked += 1;
        }
        ensure!(checked > 0, "`{}` has no value of this form", file.display());
    }
    Ok(())
}

fn files() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire");
    let entries = fs::read_dir(&folder).with_context(|| format!("could not read `{}`", folder.display()))?;
    Ok(entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?)
}

#[test]
fn msgpack_is_read_and_written_as_hosts_write_it() -> Result<()> {
    each(
        |entry| entry.msgpack.as_ref(),
        |bytes, ty| {
            let value = Value::from_msgpack(bytes, ty)?;
            let written = value.to_msgpack(ty)?;
            let same =
                if has_one_form(&value) { written == bytes } else { Value::from_msgpack(&written, ty)? == value };
            ensure!(same, "written differently: {}", BASE64_STANDARD.encode(written));
            Ok(())
        },
    )
}

#[test]
fn states_are_read_from_json_without_loss() -> Result<()> {
    each(
        |entry| entry.json.as_ref(),
        |bytes, ty| {
            let value = Value::from_json(bytes, ty, Reading::State)?;
            let again = Value::from_json(&value.to_json(ty)?, ty, Reading::State)?;
            ensure!(again == value, "another value after writing it: {}", String::from_utf8_lossy(&value.to_json(ty)?));
            Ok(())
        },
    )
}

/// Whether there is only one way to write the value: hosts order the elements of a set by a hash of their own, and write large integers
/// as text where ours are binary.
fn has_one_form(value: &Value) -> bool {
    match value {
        Value::Set(elements) => elements.as_slice().len() <= 1 && elements.as_slice().iter().all(has_one_form),
        Value::List(elements) => elements.iter().all(has_one_form),
        Value::Map(elements) => elements.values().all(has_one_form),
        Value::Dynamic(typed) => has_one_form(&typed.1),
        Value::Number(number) => number.to_i64().is_some() || !number.is_integer(),
        Value::Null | Value::Unknown(_) | Value::Bool(_) | Value::String(_) => true,
    }
}
