//! Which calls of the protocol there are, which hosts make them, and what answers and tries each: a table of the SDK.
//!
//! Real hosts work with the SDK's example provider, whose log at the level `trace` names every call that arrives. What each host called is
//! committed, so that the table can be checked without them.

mod journal;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_support::host::{Host, Release};
use test_support::process::{self, Group};
use test_support::target;

use self::journal::Journal;
use crate::screen::Screen;

/// What the hosts called, below the project's folder.
const JOURNALS: &str = "tests/fixtures/rpcs";
const TABLE: &str = "crates/tfplugin/RPCS.md";
const BUILD_TIMEOUT: Duration = Duration::from_mins(30);

/// Writes the table from the committed journals and the sources; with `record` makes the journals anew, with `check` only compares.
pub(crate) fn run(record: bool, check: bool, screen: &mut Screen) -> Result<()> {
    let (journals, table) = (target::project().join(JOURNALS), target::project().join(TABLE));
    if record {
        fs::create_dir_all(&journals)?;
        record_all(screen)?;
    }
    let text = table::write(&Journal::all(&journals)?, target::project())?;
    if check {
        ensure!(fs::read_to_string(&table)? == text, "`{TABLE}` is out of date: `cargo xtask rpcs` writes it anew");
    } else {
        fs::write(&table, text)?;
        screen.found(TABLE)?;
    }
    Ok(())
}

/// One host of each generation, oldest first.
fn record_all(screen: &mut Screen) -> Result<()> {
    let example = build(screen)?;
    let released = [Release::V1_6, Release::V1_8, Release::V1_10, Release::V1_12, Release::V1_14, Release::V1_15];
    let mut hosts = released.into_iter().map(Host::released).collect::<Result<Vec<_>>>()?;
    hosts.push(Host::preferred()?);
    for host in hosts {
        let journal = journal::record(&host, &example).with_context(|| format!("under {host}"))?;
        let name = format!("{}-{}.txt", host.product().program(), host.version());
        fs::write(target::project().join(JOURNALS).join(&name), journal.to_text())?;
        screen.found(&format!("{JOURNALS}/{name}: {} calls", journal.len()))?;
    }
    Ok(())
}

fn build(screen: &mut Screen) -> Result<PathBuf> {
    let folder = target::directory()?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(target::project())
        .args(["build", "--workspace", "--example", "keyvalue", "--target-dir"])
        .arg(&folder);
    let built =
        process::run(&mut cargo, "cargo build", Group::Callers, BUILD_TIMEOUT, |line| drop(screen.progress(line)));
    screen.end_progress()?;
    built?.success()?;
    Ok(folder.join("debug/examples/keyvalue"))
}
