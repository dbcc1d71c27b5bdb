//! How the process of a provider starts, whom it lets in and how it ends: the real thing, driven as a host would.

#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "a failed helper fails its test")]

mod calls;
mod debug;
mod end;
mod person;
mod start;
mod trust;

use std::path::Path;

use tempfile::TempDir;
use tfplugin_testing::Launch;

const BARE: &str = env!("CARGO_BIN_EXE_bare-provider");

/// The bare provider as a host starts it.
fn bare() -> Launch {
    Launch::new(BARE)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn is_empty(folder: &Path) -> bool {
    folder.read_dir().expect("a listing").next().is_none()
}
