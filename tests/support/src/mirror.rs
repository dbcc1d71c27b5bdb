//! A mirror of released providers in the file system, with the CLI configuration that points hosts at it and at nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::host::Product;
use crate::target;

/// The provider's address without the registry, which each product adds.
pub const SOURCE: &str = "wandb-community/wandb";
/// The version that the mirror offers.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The variable by which hosts find their CLI configuration.
pub const CLI_CONFIGURATION: &str = "TF_CLI_CONFIG_FILE";

/// A mirror that holds one version of the provider, under the registries of all products. Removed on drop.
///
/// It is laid out as hosts unpack a release, so that `init` selects, checks and locks the provider as it would a published one.
#[derive(Debug)]
pub struct Mirror {
    folder: TempDir,
}

impl Mirror {
    /// A mirror of this binary.
    pub fn of(provider: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mirror-").tempdir_in(target::temporary()?)?;
        put(folder.path(), SOURCE, provider)?;
        let mirror = Self { folder };
        fs::write(mirror.cli_configuration(), mirror.cli_configuration_text())?;
        Ok(mirror)
    }

    /// The CLI configuration file, for `TF_CLI_CONFIG_FILE`.
    #[must_use]
    pub fn cli_configuration(&self) -> PathBuf {
        self.folder.path().join("cli.tfrc")
    }

    /// No `direct` method: hosts never ask a registry over the network.
    fn cli_configuration_text(&self) -> String {
        let path = self.folder.path().display().to_string().replace('\\', "/");
        format!(
            "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{path}\"\n  }}\n}}\n"
        )
    }
}

/// Puts a provider's binary into a mirror, under the registries of all products.
pub(crate) fn put(mirror: &Path, source: &str, provider: &Path) -> Result<()> {
    let name = source.rsplit('/').next().unwrap_or(source);
    for product in [Product::Terraform, Product::OpenTofu] {
        let release = mirror.join(product.registry()).join(source).join(VERSION).join(platform());
        fs::create_dir_all(&release)?;
        place(provider, &release.join(format!("terraform-provider-{name}_v{VERSION}")))?;
    }
    Ok(())
}

/// A hard link where possible: debug binaries are large.
fn place(binary: &Path, name: &Path) -> Result<()> {
    if fs::hard_link(binary, name).is_err() {
        fs::copy(binary, name).with_context(|| format!("could not put `{}` into the mirror", binary.display()))?;
        fs::set_permissions(name, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The platform in the hosts' spelling: `linux_amd64`.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{system}_{architecture}")
}
