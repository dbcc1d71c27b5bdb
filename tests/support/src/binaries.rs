//! The programs that are tried, built by cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::{self, Group};
use crate::target;

/// From an empty target folder on a slow machine.
const BUILD_TIMEOUT: Duration = Duration::from_mins(30);

/// A program of this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// The provider, `terraform-provider-wandb`.
    Provider,
    /// The W&B backend to test against, `wandb-emulator`.
    Emulator,
    /// Stands between a host and a provider and writes down what passes, `recorder`.
    Recorder,
    /// A provider that gives every value back, `echo-provider`.
    Echo,
    /// Prints what a provider offers, `describe-provider`.
    Describe,
    /// The SDK's example provider, `keyvalue`: to tests of the product a stand-in for a secret store.
    KeyValue,
}

impl Binary {
    /// The name of cargo's target.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provider => "terraform-provider-wandb",
            Self::Emulator => "wandb-emulator",
            Self::Recorder => "recorder",
            Self::Echo => "echo-provider",
            Self::Describe => "describe-provider",
            Self::KeyValue => "keyvalue",
        }
    }

    /// Its file below the folder that [`build`] answers.
    #[must_use]
    pub fn file(self) -> PathBuf {
        match self {
            Self::KeyValue => Path::new("examples").join(self.name()),
            _ => self.name().into(),
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::KeyValue => "--example",
            _ => "--bin",
        }
    }
}

/// Builds the binaries in the profile of the running executable and returns the folder that holds them. Takes a moment when they are fresh.
///
/// `on_line` gets what cargo says while it builds.
pub fn build(binaries: &[Binary], on_line: impl FnMut(&str)) -> Result<PathBuf> {
    let profile = running_profile(&target::directory()?)?;
    build_in(&profile, binaries, on_line)
}

/// Builds the binaries as they are released, whatever the running executable is, and returns the folder that holds them. Takes minutes.
pub fn build_optimised(binaries: &[Binary], on_line: impl FnMut(&str)) -> Result<PathBuf> {
    build_in("release", binaries, on_line)
}

fn build_in(profile: &str, binaries: &[Binary], on_line: impl FnMut(&str)) -> Result<PathBuf> {
    let target = target::directory()?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // With the whole workspace and a test (a small one) selected, cargo resolves features as for `cargo test`: nothing is compiled twice.
    cargo.current_dir(target::project()).args(["build", "--workspace", "--test", "hosts", "--target-dir"]).arg(&target);
    if profile == "release" {
        cargo.arg("--release");
    }
    for binary in binaries {
        cargo.args([binary.kind(), binary.name()]);
    }
    process::run(&mut cargo, "cargo build", Group::Callers, BUILD_TIMEOUT, on_line)?.success()?;
    Ok(target.join(profile))
}

/// The folder of the profile below the target folder.
fn running_profile(target: &Path) -> Result<String> {
    let executable = std::env::current_exe()?;
    let profile = executable.strip_prefix(target).ok().and_then(|inside| inside.iter().next());
    Ok(profile.context("the running executable is in no profile's folder")?.to_string_lossy().into_owned())
}
