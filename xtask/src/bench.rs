//! What a plan costs: a thousand of the provider's resources beside a thousand with nothing behind them.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use serde_json::json;
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::host::Host;
use test_support::mirror::Mirror;
use test_support::workspace::Workspace;
use test_support::{organization, target};

use crate::screen::Screen;

/// Service accounts with a key each, in so many teams.
const RESOURCES: &str = "tests/fixtures/thousand";
const TEAMS: usize = 10;
const ACCOUNTS: usize = 500;
/// As many resources of the host's own, of the same shape.
const PLAIN: &str = "tests/fixtures/thousand_plain";
/// Of each, by turns, so that what else the machine does strikes both.
const RUNS: usize = 5;
/// How long the server takes for each answer, beyond its own time.
const LATENCIES: [Duration; 2] = [Duration::ZERO, Duration::from_millis(50)];

/// Builds optimised binaries, and measures.
pub(crate) fn run(screen: &mut Screen) -> Result<()> {
    screen.progress("Building the provider and the emulator, optimised")?;
    let binaries =
        binaries::build_optimised(&[Binary::Provider, Binary::Emulator], |line| drop(screen.progress(line)))?;
    screen.end_progress()?;
    let host = Host::preferred()?;
    screen.title(&format!("plan under {host}: {} resources in {TEAMS} teams, {RUNS} runs each", 2 * ACCOUNTS))?;

    let mirror = Arc::new(Mirror::of(&binaries.join(Binary::Provider.name()))?);
    let seed = organization::seed(TEAMS, ACCOUNTS);
    let emulator = Emulator::start_seeded(&binaries.join(Binary::Emulator.name()), &seed, &[])?;
    let wandb = managed(&host, &mirror, &emulator)?;
    let plain = Workspace::new(&host, &mirror)?;
    apply(&plain, PLAIN)?;

    for latency in LATENCIES {
        if !latency.is_zero() {
            let delay = json!({ "kind": "delay", "milliseconds": latency.as_millis() });
            emulator.add_fault(&json!({ "effect": delay }))?;
        }
        emulator.reset_journal()?;
        let (mut of_wandb, mut of_plain) = (Vec::new(), Vec::new());
        for run in 1..=RUNS {
            screen.progress(&format!("latency {} ms, run {run} of {RUNS}", latency.as_millis()))?;
            of_plain.push(time_of_plan(&plain)?);
            of_wandb.push(time_of_plan(&wandb)?);
        }
        screen.end_progress()?;
        let journal = emulator.journal()?;
        let requests = journal["entries"].as_array().context("a journal has entries")?.len() / RUNS;
        let (of_wandb, of_plain) = (median(of_wandb), median(of_plain));
        screen.found(&format!(
            "latency {:>2} ms: wandb {:.2} s, terraform_data {:.2} s, ratio {:.2}; {requests} requests a plan",
            latency.as_millis(),
            of_wandb.as_secs_f64(),
            of_plain.as_secs_f64(),
            of_wandb.as_secs_f64() / of_plain.as_secs_f64(),
        ))?;
    }
    Ok(())
}

/// A workspace that manages what the emulator began with.
fn managed(host: &Host, mirror: &Arc<Mirror>, emulator: &Emulator) -> Result<Workspace> {
    let mut workspace = Workspace::new(host, mirror)?;
    workspace.set("WANDB_BASE_URL", emulator.base_url());
    workspace.set("WANDB_API_KEY", emulator.administrator().api_key.expose_secret());
    apply(&workspace, RESOURCES)?;
    fs::remove_file(workspace.folder().join("imports.tf"))?;
    Ok(workspace)
}

fn apply(workspace: &Workspace, configuration: &str) -> Result<()> {
    workspace.copy_from(&target::project().join(Path::new(configuration)))?;
    workspace.init()?;
    workspace.apply().map(drop)
}

fn time_of_plan(workspace: &Workspace) -> Result<Duration> {
    let started = Instant::now();
    workspace.expect_empty_plan()?;
    Ok(started.elapsed())
}

/// The middle one of an odd number.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
