//! What a failed change leaves of an object: all that it had.

use anyhow::{Result, ensure};

use crate::Case;
use crate::scene::Scene;

pub(crate) const CASES: &[Case] =
    &[Case { name: "failures::what_changed_nothing_leaves_everything", needs: None, play: unchanged }];

fn configuration(name: &str, note: &str) -> String {
    format!("resource \"bench_thing\" \"a\" {{\n  name = \"{name}\"\n  note = \"{note}\"\n}}\n")
}

/// The provider refuses each change in turn: a replacement's delete, which hosts give the private bytes of the plan for
/// the new object, then that of a tainted object, of which they tell nothing, a plain one, and an update.
fn unchanged(scene: &Scene) -> Result<()> {
    scene.write(&configuration("a", "stubborn"))?;
    scene.init()?;
    scene.run(&["apply", "-auto-approve"])?.success()?;
    scene.journal()?;
    let before = scene.stored()?;
    let mut seen = Vec::new();
    let mut refused = |arguments: &[&str]| -> Result<()> {
        let failed = scene.run(&[arguments, &["-auto-approve"]].concat())?.failure()?;
        ensure!(failed.stderr.contains("It does not budge."), "{}", failed.describe());
        seen.extend(scene.journal()?.pop());
        Ok(())
    };
    refused(&["apply", "-replace=bench_thing.a"])?;
    scene.write(&configuration("b", "stubborn"))?;
    refused(&["apply"])?;
    refused(&["destroy"])?;
    scene.write(&configuration("a", "other"))?;
    refused(&["apply"])?;
    ensure!(scene.stored()? == before, "{:?}", scene.stored()?);
    scene.run(&["taint", "bench_thing.a"])?.success()?;
    refused(&["apply"])?;
    ensure!(scene.stored()? == before, "{:?}", scene.stored()?);
    ensure!(seen == ["delete 7", "delete 7", "delete 7", "update 7", "delete 0"], "{seen:?}");
    Ok(())
}
