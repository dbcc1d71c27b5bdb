//! Records what real hosts send to a provider, as fixtures of the codec tests.
//!
//! A recorder stands between the host and one of two providers: one that gives every value back and has an attribute of every type, and
//! the project's own.

mod recording;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::host::{Host, Release};
use test_support::mirror::Mirror;
use test_support::target;
use test_support::workspace::Workspace;

use self::recording::Recording;
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
        let recording = record(&host, &binaries).with_context(|| format!("under {host}"))?;
        let name = format!("{}-{}.json", host.product().program(), host.version());
        let file = target::project().join(FIXTURES).join(&name);
        fs::create_dir_all(target::project().join(FIXTURES))?;
        fs::write(&file, recording.to_json())?;
        screen.found(&format!("{FIXTURES}/{name}: {} values", recording.len()))?;
    }
    Ok(())
}

/// What this host sends for both configurations.
fn record(host: &Host, binaries: &Path) -> Result<Recording> {
    let mirror = Arc::new(Mirror::of(&binaries.join(Binary::Recorder.name()))?);
    let emulator = Emulator::start(&binaries.join(Binary::Emulator.name()))?;
    let mut recording = Recording::default();
    for (name, configuration, provider) in [("echo", ECHO, Binary::Echo), ("wandb", WANDB, Binary::Provider)] {
        let mut workspace = Workspace::new(host, &mirror)?;
        let file = workspace.home().join("record");
        workspace.set("TFPLUGIN_RECORDER_PROVIDER", &binaries.join(provider.name()).display().to_string());
        workspace.set("TFPLUGIN_RECORDER_FILE", &file.display().to_string());
        workspace.set("WANDB_BASE_URL", emulator.base_url());
        workspace.set("WANDB_API_KEY", emulator.administrator().api_key.expose_secret());
        workspace.write("main.tf", configuration)?;
        walk(&workspace)?;
        recording.add(name, &fs::read_to_string(&file).context("the recorder wrote nothing")?)?;
    }
    Ok(recording)
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
