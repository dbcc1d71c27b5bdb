//! Every call of the protocol has a row in the SDK's table, and the row says what the sources and the recorded hosts say.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use test_support::process::{self, Group};

const TIMEOUT: Duration = Duration::from_mins(1);

#[test]
fn the_table_of_calls_is_up_to_date() -> Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["rpcs", "--check"]);
    process::run(&mut command, "cargo xtask rpcs --check", Group::Own, TIMEOUT, |_| ())?.success().map(drop)
}
