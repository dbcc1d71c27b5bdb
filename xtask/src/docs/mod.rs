//! The registry's documentation: written from what the built provider says of itself, and from the examples.
//!
//! What a user reads is what the binary answers, so a page cannot promise an attribute that is not there. Guides in `docs/guides` are
//! written by hand and left alone.

mod catalog;
mod examples;
mod markdown;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_support::binaries::{self, Binary};
use test_support::process::{self, Group};
use test_support::target;

use self::catalog::Catalog;
use self::examples::Examples;
use self::page::{Kind, Pages};
use crate::screen::Screen;

/// The folder of the pages, below the project's.
const FOLDER: &str = "docs";
/// The page of the provider itself.
const INDEX: &str = "index.md";

/// To start a provider and ask it three questions.
const DESCRIBE_TIMEOUT: Duration = Duration::from_mins(1);

/// Writes the pages anew; with `check` only compares them, and an error lists those that differ.
pub(crate) fn run(check: bool, screen: &mut Screen) -> Result<()> {
    let binaries = binaries::build(&[Binary::Provider, Binary::Describe], |line| drop(screen.progress(line)))?;
    screen.end_progress()?;
    let project = target::project();
    let pages = page::all(&describe(&binaries)?, &Examples::in_folder(project.join("examples")))?;
    let folder = project.join(FOLDER);
    let changes = changes(&folder, &pages)?;
    if check {
        ensure!(
            changes.is_empty(),
            "these pages are not what the provider and its examples give; write them by `cargo xtask docs`:\n{}",
            changes.keys().map(|name| format!("  {FOLDER}/{}", name.display())).collect::<Vec<_>>().join("\n")
        );
        return screen.found(&format!("{FOLDER}: {} pages are up to date", pages.len()));
    }
    for (name, text) in &changes {
        put(&folder.join(name), *text)?;
        let done = if text.is_some() { "written" } else { "removed" };
        screen.found(&format!("{FOLDER}/{}: {done}", name.display()))?;
    }
    screen.found(&format!("{FOLDER}: {} pages, {} of them changed", pages.len(), changes.len()))
}

/// What the provider in this folder says of itself.
fn describe(binaries: &Path) -> Result<Catalog> {
    let mut command = Command::new(binaries.join(Binary::Describe.name()));
    command.arg(binaries.join(Binary::Provider.name()));
    let description =
        process::run(&mut command, Binary::Describe.name(), Group::Callers, DESCRIBE_TIMEOUT, |_| ())?.success()?;
    serde_json::from_str(&description.stdout).context("the provider's description is not what was expected")
}

/// The files that differ from the pages, each with what is to be in it, or `None` where no page belongs there.
fn changes<'a>(folder: &Path, pages: &'a Pages) -> Result<BTreeMap<PathBuf, Option<&'a str>>> {
    let mut changes = BTreeMap::new();
    for (name, text) in pages {
        if fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text) {
            changes.insert(name.clone(), Some(text.as_str()));
        }
    }
    for kind in Kind::ALL {
        let Ok(entries) = fs::read_dir(folder.join(kind.folder())) else { continue };
        for entry in entries {
            let name = Path::new(kind.folder()).join(entry?.file_name());
            if !pages.contains_key(&name) {
                changes.insert(name, None);
            }
        }
    }
    Ok(changes)
}

/// Writes the file, or removes it.
fn put(file: &Path, text: Option<&str>) -> Result<()> {
    let shown = || format!("could not change `{}`", file.display());
    match text {
        None => fs::remove_file(file).with_context(shown),
        Some(text) => {
            fs::create_dir_all(file.parent().context("a page is in a folder")?).with_context(shown)?;
            fs::write(file, text).with_context(shown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_missing_or_too_much_is_found() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("index.md", "same"), ("resources/old.md", "left over"), ("resources/b.md", "before"), ("guides/a.md", "")]
        {
            put(&folder.path().join(name), Some(text)).unwrap();
        }
        let pages = [("index.md", "same"), ("resources/b.md", "after"), ("data-sources/c.md", "new")]
            .map(|(name, text)| (PathBuf::from(name), text.to_owned()));
        let pages = Pages::from(pages);
        let found = changes(folder.path(), &pages).unwrap();
        let expected =
            [("data-sources/c.md", Some("new")), ("resources/b.md", Some("after")), ("resources/old.md", None)]
                .map(|(name, text)| (PathBuf::from(name), text));
        assert_eq!(found, BTreeMap::from(expected));

        for (name, text) in &found {
            put(&folder.path().join(name), *text).unwrap();
        }
        assert!(changes(folder.path(), &pages).unwrap().is_empty());
        assert!(folder.path().join("guides/a.md").exists());
    }
}
