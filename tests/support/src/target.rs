//! The folder that cargo builds into, which is also where everything made for tests goes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Cargo's target folder, found from the running executable (so that `CARGO_TARGET_DIR`, `--target-dir` and configuration files all count).
pub fn directory() -> Result<PathBuf> {
    let executable = std::env::current_exe().context("could not tell where the running executable is")?;
    executable
        .ancestors()
        .find(|folder| is_target(folder))
        .map(Path::to_path_buf)
        .with_context(|| format!("`{}` is not inside a cargo target folder: run it by cargo", executable.display()))
}

/// The folder of throw-away files inside the target folder; made when it is not there.
pub fn temporary() -> Result<PathBuf> {
    let folder = directory()?.join("tmp");
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    Ok(folder)
}

/// The root folder of the project's sources.
#[must_use]
pub fn project() -> &'static Path {
    // Two levels above tests/support; the fallback is unreachable for a package inside the workspace.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest)
}

/// Cargo marks the root of each target folder with the tag of the cache directory convention.
fn is_target(folder: &Path) -> bool {
    folder.join("CACHEDIR.TAG").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_test_is_inside_the_target_folder() {
        let executable = std::env::current_exe().unwrap();
        assert!(executable.starts_with(directory().unwrap()));
    }

    #[test]
    fn the_project_is_the_folder_of_the_workspace() {
        assert!(std::fs::read_to_string(project().join("Cargo.toml")).unwrap().contains("[workspace]"));
    }
}
