//! What the compiler tells an author of the mistakes that are made most.
//!
//! Each file in `cases` is compiled against the SDK as it was built for this test, and what the compiler says of it is
//! a snapshot: messages, places and notes, without the pictures around them. `right.rs` is what the others differ from.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn authors_are_told_what_to_do() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_errors/cases");
    let library = library()?;
    let mut cases = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    cases.sort();
    let output = tempfile::tempdir()?;
    for case in cases {
        let name = case.file_stem().and_then(|name| name.to_str()).ok_or("a case has a name")?;
        let said = compile(&case, &library, output.path())?;
        assert_eq!(said.is_empty(), name == "right", "{name}: {said}");
        if !said.is_empty() {
            insta::assert_snapshot!(name, said);
        }
    }
    Ok(())
}

/// The library that this test was built with, or one of the same source with other features: the newest.
fn library() -> Result<PathBuf> {
    let executable = env::current_exe()?;
    let folder = executable.parent().ok_or("an executable is in a folder")?;
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_library = path.extension().is_some_and(|extension| extension == "rlib");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_library && name.starts_with("libtfplugin-") {
            newest = newest.max(Some((fs::metadata(&path)?.modified()?, path)));
        }
    }
    newest.map(|(_, path)| path).ok_or_else(|| format!("no library of the SDK is in {}", folder.display()).into())
}

/// What the compiler says of a case.
fn compile(case: &Path, library: &Path, output: &Path) -> Result<String> {
    let dependencies = library.parent().ok_or("a library is in a folder")?;
    let run = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--error-format", "json"])
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .arg("--extern")
        .arg(format!("tfplugin={}", library.display()))
        .arg("--out-dir")
        .arg(output)
        .arg(case)
        .output()?;
    let mut said = String::new();
    for line in String::from_utf8(run.stderr)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        // The last ones sum up.
        if message["spans"].as_array().is_some_and(|spans| !spans.is_empty()) {
            tell(&message, case, &mut said)?;
        }
    }
    Ok(said)
}

/// A message with its places in the case, and its notes. Places elsewhere move with the source of the SDK.
fn tell(message: &Value, case: &Path, said: &mut String) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    writeln!(said, "{}: {}", text(&message["level"]), text(&message["message"]))?;
    for span in message["spans"].as_array().into_iter().flatten() {
        if span["is_primary"] == true && Path::new(&text(&span["file_name"])) == case {
            let source = text(&span["text"][0]["text"]);
            let label = text(&span["label"]);
            writeln!(said, "  at `{}`{}{label}", source.trim(), if label.is_empty() { "" } else { ": " })?;
        }
    }
    for child in message["children"].as_array().into_iter().flatten() {
        let note = text(&child["message"]);
        // A list of some types, which is another with each type that comes.
        if note.starts_with("the following other types") {
            continue;
        }
        writeln!(said, "  {}: {}", text(&child["level"]), note.replace('\n', "\n    "))?;
    }
    writeln!(said)?;
    Ok(())
}
