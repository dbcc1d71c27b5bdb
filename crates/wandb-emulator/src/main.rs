//! `wandb-emulator`: a Weights & Biases backend to test and try against.

mod arguments;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use wandb_emulator::Emulator;

use arguments::{Arguments, RunError};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Says why it ended, with all causes, in one line.
fn report(error: &RunError) {
    let mut output = std::io::stderr().lock();
    let _ = write!(output, "wandb-emulator: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = write!(output, ": {error}");
        cause = error.source();
    }
    let _ = writeln!(output);
}

fn run(arguments: Arguments) -> Result<(), RunError> {
    let exit_with_parent = arguments.exit_with_parent;
    let seed = arguments.seed.clone();
    let options = arguments.into_options()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(RunError::Runtime)?;
    runtime.block_on(async {
        let told_to_end = told_to_end().map_err(RunError::Signals)?;
        let emulator = Emulator::start(options).await?;
        if let (Some(seed), None) = (seed, emulator.administrator()) {
            warn_of_unused(&seed);
        }
        announce(&emulator).map_err(RunError::Announce)?;
        tokio::select! {
            () = told_to_end => {}
            () = parent_gone(), if exit_with_parent => {}
        }
        emulator.stop().await;
        Ok(())
    })
}

/// Says that a seed file made no difference. No error: who starts the same command again wants the data as it is.
fn warn_of_unused(seed: &Path) {
    let mut output = std::io::stderr().lock();
    let _ = writeln!(
        output,
        "wandb-emulator: the seed file `{}` was not used: the data file has an organization already",
        seed.display()
    );
}

/// Says in one line where everything is.
fn announce(emulator: &Emulator) -> std::io::Result<()> {
    let admin = emulator
        .administrator()
        .and_then(|admin| admin.api_key().map(|key| json!({ "username": admin.username(), "api_key": key })));
    let line = json!({ "base_url": emulator.base_url(), "admin_url": emulator.admin_url(), "admin": admin });
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

/// Waits for an interrupt or a request to terminate; from now on neither ends the process by itself.
#[cfg(unix)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Waits for an interrupt; from now on it does not end the process by itself.
#[cfg(windows)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}

/// Returns when standard input is closed, as it is when the process at its other end is gone.
async fn parent_gone() {
    let mut input = tokio::io::stdin();
    let mut ignored = [0; 256];
    while !matches!(input.read(&mut ignored).await, Ok(0) | Err(_)) {}
}
