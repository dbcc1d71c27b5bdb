//! The demo shows what it promises, and leaves nothing behind, also when it is interrupted.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use test_support::process::{self, Group};

/// With the build of the binaries, which the demo asks cargo for.
const TIMEOUT: Duration = Duration::from_mins(10);

fn demo() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("demo");
    command
}

#[test]
fn it_walks_from_init_to_destroy() -> Result<()> {
    let demo = process::run(&mut demo(), "cargo xtask demo", Group::Own, TIMEOUT, |_| ())?.success()?;
    let mut rest = demo.stdout.as_str();
    for expected in [
        "$ export WANDB_API_KEY=...",
        "$ terraform init",
        "Plan: 3 to add, 0 to change, 0 to destroy.",
        "Apply complete! Resources: 3 added, 0 changed, 0 destroyed.",
        "No changes.",
        "api_keys = <sensitive>",
        "(sensitive value)",
        "The key authenticates as `ci-training`.",
        "Plan: 2 to add, 0 to change, 2 to destroy.",
        "Apply complete! Resources: 2 added, 0 changed, 2 destroyed.",
        "No changes.",
        "The key of `evaluation` authenticates as `ci-evaluation`.",
        "The key of `training` is refused by W&B.",
        "Destroy complete! Resources: 3 destroyed.",
        "The key of `evaluation` is refused by W&B.",
        "No line above holds a secret.",
    ] {
        let (_, after) = rest.split_once(expected).with_context(|| format!("no `{expected}` in\n{rest}"))?;
        rest = after;
    }
    assert!(!demo.stdout.contains('\x1b'), "colours belong on a terminal");
    Ok(())
}

#[test]
fn an_interrupt_ends_it_and_what_it_started() -> Result<()> {
    let mut child = demo().process_group(0).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let outcome = interrupt_during_apply(&mut child);
    if outcome.is_err() {
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
    }
    let status = child.wait()?;
    let emulator = outcome?;
    assert_eq!(status.code(), Some(130));
    assert!(TcpStream::connect(&emulator).is_err(), "the emulator at {emulator} is still there");
    Ok(())
}

/// Presses ctrl-c while `apply` runs, reads to the end and returns the emulator's address.
fn interrupt_during_apply(child: &mut Child) -> Result<String> {
    let mut emulator = None;
    let mut interrupted = false;
    for line in BufReader::new(child.stdout.take().context("standard output is piped")?).lines() {
        let line = line?;
        if let Some((_, address)) = line.split_once("http://") {
            emulator.get_or_insert_with(|| address.trim().to_owned());
        }
        if line.starts_with("$ ") && line.contains(" apply ") && !interrupted {
            kill_process_group(Pid::from_child(child), Signal::INT)?;
            interrupted = true;
        }
    }
    anyhow::ensure!(interrupted, "the demo ended before its apply");
    emulator.context("the demo did not tell where its emulator is")
}
