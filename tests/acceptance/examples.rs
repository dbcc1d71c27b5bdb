//! The examples, which are also the documentation: each applies, leaves nothing to do, imports as it says and is destroyed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use test_support::target;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    every_example_has_a_case,
    quick_start,
    provider,
    resource_wandb_team,
    resource_wandb_service_account,
    resource_wandb_api_key,
    data_source_wandb_team,
];

/// The folders below `examples`, each with the case of the same place in the list.
const FOLDERS: [&str; 6] = [
    "quick-start",
    "provider",
    "resources/wandb_team",
    "resources/wandb_service_account",
    "resources/wandb_api_key",
    "data-sources/wandb_team",
];

/// What an import cannot know, of all types together.
const UNKNOWN_TO_IMPORT: [&str; 3] = ["key", "initial_admin", "deletion_policy"];

fn every_example_has_a_case(_: &mut Scene) -> Result<()> {
    let mut found = BTreeSet::new();
    let mut folders = vec![examples()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tf") {
                found.insert(folder.strip_prefix(examples())?.display().to_string());
            }
        }
    }
    assert_eq!(found, FOLDERS.iter().map(ToString::to_string).collect());
    Ok(())
}

fn quick_start(scene: &mut Scene) -> Result<()> {
    run(scene, "quick-start")
}

fn provider(scene: &mut Scene) -> Result<()> {
    // The guard asks a team of the caller's for its organization.
    scene.create_team("vision")?;
    run(scene, "provider")
}

fn resource_wandb_team(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_team")
}

fn resource_wandb_service_account(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_service_account")
}

fn resource_wandb_api_key(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_api_key")
}

fn data_source_wandb_team(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    run(scene, "data-sources/wandb_team")
}

fn examples() -> PathBuf {
    target::project().join("examples")
}

fn run(scene: &mut Scene, folder: &str) -> Result<()> {
    let folder = examples().join(folder);
    scene.workspace.copy_from(&folder)?;
    let requires_itself = fs::read_dir(&folder)?
        .map(|entry| Ok(fs::read_to_string(entry?.path())?.contains("required_providers")))
        .collect::<Result<Vec<_>>>()?
        .contains(&true);
    if requires_itself {
        scene.workspace.init()?;
        scene.workspace.apply()?;
        scene.workspace.expect_empty_plan()?;
    } else {
        scene.apply("")?;
    }
    import(scene, &folder.join("import.sh"))?;
    scene.workspace.run(&["fmt", "-check"])?.success()?;
    scene.workspace.destroy().map(drop)
}

/// Imports with the command of the file; the plan after it has nothing to replace.
fn import(scene: &Scene, file: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(file) else { return Ok(()) };
    let command = text.lines().find(|line| line.starts_with("terraform import ")).context("no import command")?;
    let [_, _, address, id] = command.split_whitespace().collect::<Vec<_>>()[..] else {
        anyhow::bail!("`{command}` is not `terraform import ADDRESS ID`");
    };
    let before = scene.object(address)?;
    scene.workspace.run(&["state", "rm", address])?.success()?;
    scene.workspace.import(address, id)?;
    let after = scene.object(address)?;
    let attributes = before.as_object().context("attributes are an object")?;
    for (name, value) in attributes.iter().filter(|(name, _)| !UNKNOWN_TO_IMPORT.contains(&name.as_str())) {
        ensure!(after[name] == *value, "`{name}` is {} after the import, instead of {value}", after[name]);
    }
    // What import cannot know is written down by an update in place.
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    ensure!(scene.object(address)?["id"] == before["id"], "`{address}` was replaced after the import");
    Ok(())
}
