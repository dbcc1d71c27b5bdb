//! The bindings of `proto/`, which are committed. The package itself can regenerate and compare them; this runs its test.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use test_support::target;

/// Writes the bindings anew; with `check` only compares them, and an error tells that they differ.
pub(crate) fn run(check: bool) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--package", "tfplugin-proto"]).current_dir(target::project());
    if !check {
        cargo.env("UPDATE_BINDINGS", "1");
    }
    let status = cargo.status().context("could not start cargo")?;
    ensure!(status.success(), "the bindings are not what proto/ gives");
    Ok(())
}
