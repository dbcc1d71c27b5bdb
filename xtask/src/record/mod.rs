//! Records what real hosts send to a provider, as fixtures of the codec tests.
//!
//! A recorder stands between the host and one of two providers: one that gives every value back and has an attribute of every type, and
//! the project's own. The fixture of a host is a JSON list, each entry with the call, the field, the type by which it is to be read
//! and the bytes in base64.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use serde_json::Value;
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::host::{Host, Release};
use test_support::mirror::Mirror;
use test_support::target;
use test_support::workspace::Workspace;

use crate::screen::Screen;

/// Where the fixtures are, below the project's folder.
const FIXTURES: &str = "tests/fixtures/wire";

const ECHO: &str = include_str!("echo.tf");
const WANDB: &str = include_str!("wandb.tf");

/// Records under the preferred host, and the oldest and the newest release.
pub(crate) fn run(screen: &mut Screen) -> Result<()> {
    let needed = [Binary::Provider, Binary::Emulator, Binary::Recorder, Binary::Echo];
    let binaries = binaries::build(&needed, |line| drop(screen.progress(line)))?;
    screen.end_progress()?;
    for host in [Host::preferred()?, Host::released(Release::OLDEST)?, Host::released(Release::NEWEST)?] {
        let values = record(&host, &binaries).with_context(|| format!("under {host}"))?;
        let name = format!("{}-{}.json", host.product().program(), host.version());
        let file = target::project().join(FIXTURES).join(&name);
        fs::create_dir_all(target::project().join(FIXTURES))?;
        fs::write(&file, in_lines(&values)?)?;
        screen.found(&format!("{FIXTURES}/{name}: {} values", values.len()))?;
    }
    Ok(())
}

/// All values that this host sends for both configurations, each once, in an order that does not depend on the host's.
fn record(host: &Host, binaries: &Path) -> Result<BTreeSet<String>> {
    let mirror = Arc::new(Mirror::of(&binaries.join(Binary::Recorder.name()))?);
    let emulator = Emulator::start(&binaries.join(Binary::Emulator.name()), None)?;
    let mut values = BTreeSet::new();
    for (configuration, provider) in [(ECHO, Binary::Echo), (WANDB, Binary::Provider)] {
        let mut workspace = Workspace::new(host, &mirror)?;
        let file = workspace.home().join("record");
        workspace.set("TFPLUGIN_RECORDER_PROVIDER", &binaries.join(provider.name()).display().to_string());
        workspace.set("TFPLUGIN_RECORDER_FILE", &file.display().to_string());
        workspace.set("WANDB_BASE_URL", emulator.base_url());
        workspace.set("WANDB_API_KEY", emulator.administrator().api_key.expose_secret());
        workspace.write("main.tf", configuration)?;
        walk(&workspace)?;
        values.extend(read(&file)?);
    }
    Ok(values)
}

/// Create, refresh, update and destroy: between them, every call that carries values.
fn walk(workspace: &Workspace) -> Result<()> {
    workspace.init()?;
    workspace.apply()?;
    workspace.expect_empty_plan()?;
    workspace.run(&["apply", "-auto-approve", "-no-color", "-var=round=2"])?.success()?;
    workspace.run(&["destroy", "-auto-approve", "-no-color", "-var=round=2"])?.success()?;
    Ok(())
}

fn read(file: &PathBuf) -> Result<Vec<String>> {
    let text = fs::read_to_string(file).context("the recorder wrote nothing")?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// A JSON list with one entry on each line, so that a diff shows what changed.
fn in_lines(values: &BTreeSet<String>) -> Result<String> {
    for value in values {
        serde_json::from_str::<Value>(value).context("the recorder wrote something else than JSON")?;
    }
    Ok(format!("[\n{}\n]\n", values.iter().map(String::as_str).collect::<Vec<_>>().join(",\n")))
}
