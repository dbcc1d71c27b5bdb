//! The examples, in the registry's layout.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The folder of the examples.
pub(super) struct Examples(PathBuf);

impl Examples {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The text of an example, without the empty lines around it. One that is missing or empty is an error: a page
    /// without it would be of little use.
    pub(super) fn text(&self, name: &Path) -> Result<String> {
        let file = self.0.join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("there is no example `{}`", name.display()))?;
        let text = text.trim();
        ensure!(!text.is_empty(), "the example `{}` is empty", name.display());
        Ok(text.to_owned())
    }
}
