//! What is in `docs/` is what the provider and its examples give.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use test_support::process::{self, Group};

/// With the build of the binaries, which the chore asks cargo for.
const TIMEOUT: Duration = Duration::from_mins(10);

#[test]
fn the_documentation_is_up_to_date() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["docs", "--check"]);
    process::run(&mut command, "cargo xtask docs --check", Group::Own, TIMEOUT, |_| ())?.success().map(drop)
}
