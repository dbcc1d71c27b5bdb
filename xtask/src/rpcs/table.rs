//! The table: a row for each call of the protocol.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::journal::Journal;

const PROTOCOL: &str = "proto/tfplugin6.proto";
/// Where a call is answered. The engine comes first: what is only translated has a file in the second.
const ANSWERED_IN: [&str; 2] = ["crates/tfplugin/src/engine", "crates/tfplugin/src/wire"];
/// Where a call is tried: the tests beside it, and those that speak to a process.
const TRIED_IN: [&str; 6] = [
    "crates/tfplugin/src/engine/tests",
    "crates/tfplugin/src/wire/tests",
    "crates/tfplugin/tests",
    "crates/tfplugin-testing/src/session",
    "crates/tfplugin-testing/tests",
    "tests/protocol",
];

/// What no host can ask of this SDK yet, as no schema of it offers such a thing. A line counts until there is an answer.
const LATER: [(&str, &str); 11] = [
    ("GenerateResourceConfig", "generated configuration"),
    ("ValidateListResourceConfig", "lists"),
    ("ListResource", "lists"),
    ("ValidateStateStoreConfig", "state stores"),
    ("ConfigureStateStore", "state stores"),
    ("ReadStateBytes", "state stores"),
    ("WriteStateBytes", "state stores"),
    ("LockState", "state stores"),
    ("UnlockState", "state stores"),
    ("GetStates", "state stores"),
    ("DeleteState", "state stores"),
];

const HEAD: &str = "\
# The calls of the protocol

Written by `cargo xtask rpcs`, which with `--record` first has real releases of Terraform work with the example provider
(`examples/keyvalue`): make, look at, change, adopt, interrupt and destroy, with all that each release knows. A release that called has a dot.

\"Answered by\" is the file below `src/`; in its place stands what a later version will bring. \"Tried by\" are files that make the call: those
of `session/` belong to the host of `tfplugin-testing`, with which the tests in `tests/keyvalue` do it.

";

/// The whole file. An error when a call is neither answered nor known to come later, or answered and not tried.
pub(super) fn write(journals: &[Journal], project: &Path) -> Result<String> {
    let calls = calls(&fs::read_to_string(project.join(PROTOCOL))?);
    ensure!(!calls.is_empty(), "`{PROTOCOL}` has no call");
    for journal in journals {
        let unknown = journal.calls.iter().find(|call| !calls.contains(call));
        ensure!(
            unknown.is_none(),
            "{} called `{}`, which the protocol has not",
            journal.version,
            unknown.map_or("", |call| call)
        );
    }
    let versions: Vec<_> = journals.iter().map(|journal| journal.version.to_string()).collect();
    let versions = versions.join(" | ");
    let rules = " :---: |".repeat(journals.len());
    let mut text = format!("{HEAD}| call | {versions} | answered by | tried by |\n| --- |{rules} --- | --- |\n");
    for call in &calls {
        text.extend([row(call, journals, project)?.as_str(), "\n"]);
    }
    Ok(text)
}

fn row(call: &str, journals: &[Journal], project: &Path) -> Result<String> {
    let called: String =
        journals.iter().map(|journal| if journal.calls.contains(call) { " • |" } else { "  |" }).collect();
    let file = snake_case(call);
    let answer = ANSWERED_IN.iter().find(|folder| project.join(folder).join(format!("{file}.rs")).is_file());
    if let Some(folder) = answer {
        let tests = tests(&file, project)?;
        ensure!(!tests.is_empty(), "no test makes the call `{call}`");
        let layer = folder.rsplit('/').next().unwrap_or_default();
        return Ok(format!("| {call} |{called} `{layer}/{file}.rs` | {} |", tests.join(", ")));
    }
    let later = LATER.iter().find(|(later, _)| *later == call);
    let (_, later) = later.with_context(|| format!("`{call}` is neither answered nor known to come later"))?;
    Ok(format!("| {call} |{called} later: {later} | |"))
}

/// The calls of a protocol file, in its order.
fn calls(proto: &str) -> Vec<String> {
    let lines = proto.lines().filter_map(|line| line.trim().strip_prefix("rpc "));
    lines.filter_map(|line| Some(line.split_once('(')?.0.trim().to_owned())).collect()
}

/// The name of the call's function.
fn snake_case(call: &str) -> String {
    let mut name = String::new();
    for c in call.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// The files that make the call.
fn tests(function: &str, project: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in TRIED_IN {
        search(&project.join(folder), function, &mut found)?;
    }
    let shown = found.iter().filter_map(|file| file.strip_prefix(project).ok());
    let mut shown: Vec<_> = shown.map(|file| format!("`{}`", short(&file.to_string_lossy()))).collect();
    shown.sort();
    Ok(shown)
}

fn search(folder: &Path, function: &str, found: &mut Vec<std::path::PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("could not read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            search(&path, function, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && fs::read_to_string(&path)?.contains(&format!(".{function}("))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// As much of a file's name as tells it apart.
fn short(file: &str) -> &str {
    ["crates/tfplugin/src/", "crates/tfplugin/", "crates/tfplugin-testing/src/", "crates/"]
        .iter()
        .find_map(|start| file.strip_prefix(start))
        .unwrap_or(file)
}

#[cfg(test)]
mod tests_of_the_table {
    use super::*;

    #[test]
    fn calls_are_read_from_the_protocol() {
        let proto = "service Provider {\n  // rpcs\n  rpc GetMetadata(A) returns (B);\n  rpc ListResource(A) returns (stream B);\n}";
        assert_eq!(calls(proto), ["GetMetadata", "ListResource"]);
        assert_eq!(snake_case("GetProviderSchema"), "get_provider_schema");
    }
}
