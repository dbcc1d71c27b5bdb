//! What a host calls in the life of a configuration that touches everything the host knows.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use semver::Version;
use test_support::host::{Feature, Host};
use test_support::mirror::{CLI_CONFIGURATION, Mirror};
use test_support::workspace::Workspace;

const BASE: &str = include_str!("base.tf");
/// What a configuration gains with what the host knows.
const MORE: [(Feature, &str, &str); 5] = [
    (Feature::ProviderFunctions, "functions.tf", include_str!("functions.tf")),
    (Feature::EphemeralResources, "ephemeral.tf", include_str!("ephemeral.tf")),
    (Feature::WriteOnlyAttributes, "write_only.tf", include_str!("write_only.tf")),
    (Feature::Identity, "identity.tf", include_str!("identity.tf")),
    (Feature::Actions, "actions.tf", include_str!("actions.tf")),
];
/// An entry that a second apply adopts, one of which the name alone is known, and one whose making the user interrupts.
const IMPORT: &str = include_str!("import.tf");
const IDENTITY_IMPORT: &str = include_str!("identity_import.tf");
const INTERRUPT: &str = include_str!("interrupt.tf");

/// What the provider's log says of each call.
const ARRIVED: &str = "call arrived";
const CALL: &str = "tf_rpc=";

/// The calls of one host.
pub(super) struct Journal {
    pub(super) version: Version,
    pub(super) calls: BTreeSet<String>,
}

impl Journal {
    /// The committed ones, oldest host first.
    pub(super) fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut journals = Vec::new();
        for file in fs::read_dir(folder).with_context(|| format!("could not read `{}`", folder.display()))? {
            let file = file?.path();
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let version = name.split_once('-').and_then(|(_, version)| Version::parse(version).ok());
            let version = version.with_context(|| format!("`{name}` is no host's journal"))?;
            journals.push(Self { version, calls: fs::read_to_string(&file)?.lines().map(str::to_owned).collect() });
        }
        journals.sort_by(|left, right| left.version.cmp(&right.version));
        ensure!(!journals.is_empty(), "no host was recorded");
        Ok(journals)
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// One call a line, so that a diff shows what changed.
    pub(super) fn to_text(&self) -> String {
        self.calls.iter().flat_map(|call| [call, "\n"]).collect()
    }
}

/// Has the host make, look at, change, adopt, interrupt and destroy.
pub(super) fn record(host: &Host, example: &Path) -> Result<Journal> {
    let mut workspace = Workspace::new(host, &Arc::new(Mirror::of(example)?))?;
    let log = workspace.home().join("log");
    settle(&mut workspace, example, &log)?;
    workspace.write("main.tf", BASE)?;
    for (_, name, text) in MORE.into_iter().filter(|(feature, ..)| host.feature(*feature)) {
        workspace.write(name, text)?;
    }
    workspace.run(&["validate", "-no-color"])?.success()?;
    workspace.apply()?;
    workspace.expect_empty_plan()?;
    workspace.run(&["apply", "-auto-approve", "-no-color", "-var=content=two"])?.success()?;
    workspace.run(&["state", "rm", "keyvalue_entry.greeting"])?.success()?;
    workspace.write("import.tf", IMPORT)?;
    if host.feature(Feature::Identity) {
        workspace.run(&["state", "rm", "keyvalue_entry.named"])?.success()?;
        workspace.write("identity_import.tf", IDENTITY_IMPORT)?;
    }
    workspace.apply()?;
    workspace.write("interrupt.tf", INTERRUPT)?;
    workspace.run(&["apply", "-auto-approve", "-no-color"])?.failure()?;
    workspace.destroy()?;
    let log = fs::read_to_string(&log).context("the host wrote no log")?;
    Ok(Journal { version: host.version().clone(), calls: calls(&log) })
}

/// Points the host at the example in place of any release of it, and has it write down what the provider logs.
fn settle(workspace: &mut Workspace, example: &Path, log: &Path) -> Result<()> {
    let (folder, binaries) = (workspace.home().join("entries"), workspace.home().join("binaries"));
    fs::create_dir(&folder)?;
    fs::create_dir(&binaries)?;
    symlink(example, binaries.join("terraform-provider-keyvalue"))?;
    let configuration = workspace.home().join("cli.tfrc");
    let overrides = format!("dev_overrides {{ \"example/keyvalue\" = \"{}\" }}", binaries.display());
    fs::write(&configuration, format!("disable_checkpoint = true\nprovider_installation {{\n  {overrides}\n}}\n"))?;
    workspace.set(CLI_CONFIGURATION, &configuration.display().to_string());
    workspace.set("TF_LOG_PROVIDER", "TRACE");
    workspace.set("TF_LOG_PATH", &log.display().to_string());
    workspace.set("TF_VAR_folder", &folder.display().to_string());
    Ok(())
}

/// The calls that a host's log tells of.
fn calls(log: &str) -> BTreeSet<String> {
    let arrived = log.lines().filter(|line| line.contains(ARRIVED));
    let name = |line: &str| {
        let call = line.split_once(CALL)?.1;
        Some(call.split(|c: char| !c.is_ascii_alphanumeric()).next()?.to_owned())
    };
    arrived.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_each_call_once() {
        let line = |call: &str| {
            format!(
                "2026-01-01T00:00:00.000Z [TRACE] provider.keyvalue: call arrived: tf_rpc={call} @module=tfplugin.serve"
            )
        };
        let other = "2026-01-01T00:00:00.000Z [TRACE] GRPCProvider.v6: ApplyResourceChange".to_owned();
        let log = [line("ReadResource"), line("GetProviderSchema"), other, line("ReadResource")].join("\n");
        assert_eq!(calls(&log).into_iter().collect::<Vec<_>>(), ["GetProviderSchema", "ReadResource"]);
    }
}
