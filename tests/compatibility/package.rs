//! The `wandb` package, installed from PyPI.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use test_support::process::{self, Group};
use test_support::target;

const PYTHON: &str = "python3";
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// Some 40 MB of wheels.
const INSTALL_TIMEOUT: Duration = Duration::from_mins(10);

/// A folder with the package and what it needs, for `PYTHONPATH`.
pub(crate) struct Package(PathBuf);

impl Package {
    /// Installs it first where it is not yet there, in these versions. It appears under its final name only when it is complete.
    pub(crate) fn installed() -> Result<Self> {
        let folder = target::directory()?.join("wandb");
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join(".lock"))?;
        lock.lock().context("could not wait for another installation")?;
        let (packages, versions) = (folder.join("packages"), folder.join("versions.txt"));
        if fs::read_to_string(&versions).ok().as_deref() != Some(REQUIREMENTS) {
            let _ = fs::remove_dir_all(&packages);
            install(&packages).context("could not install W&B's SDK from PyPI")?;
            fs::write(&versions, REQUIREMENTS)?;
        }
        Ok(Self(packages))
    }

    /// Runs a script of this folder with a document as its input; answers what it printed.
    pub(crate) fn run(&self, script: &str, input: &Value) -> Result<String> {
        let script = target::project().join("tests/compatibility").join(script);
        let mut child = Command::new(PYTHON)
            .arg(&script)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("PYTHONPATH", &self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        child.stdin.take().context("standard input is not piped")?.write_all(input.to_string().as_bytes())?;
        let finished = child.wait_with_output()?;
        let told = String::from_utf8_lossy(&finished.stderr);
        ensure!(finished.status.success(), "`{}` failed\n{told}", script.display());
        Ok(String::from_utf8(finished.stdout)?)
    }
}

fn install(folder: &Path) -> Result<()> {
    let mut pip = Command::new(PYTHON);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"])
        .args(["--only-binary=:all:", "--target"])
        .arg(folder)
        .arg("--requirement")
        .arg(target::project().join("tests/compatibility/requirements.txt"));
    process::run(&mut pip, "pip install wandb", Group::Callers, INSTALL_TIMEOUT, |_| ())?.success().map(drop)
}
