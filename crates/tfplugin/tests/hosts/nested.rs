//! Nested objects whose elements come, go and are not known yet.

use anyhow::{Result, ensure};

use crate::Case;
use crate::scene::Scene;

pub(crate) const CASES: &[Case] = &[
    Case { name: "nested::elements_are_unknown_as_a_whole", needs: None, play: unknown },
    Case { name: "nested::elements_that_change_places_have_what_is_computed_of_them", needs: None, play: moved },
    Case { name: "nested::elements_that_come_are_replaced_for", needs: None, play: replaced },
];

fn configuration(parts: &str) -> String {
    format!(
        "resource \"terraform_data\" \"a\" {{\n  input = {{ name = \"one\" }}\n}}\n\n\
         resource \"bench_thing\" \"a\" {{\n  name = \"a\"\n  parts = {parts}\n}}\n"
    )
}

fn apply(scene: &Scene, parts: &str) -> Result<Vec<String>> {
    scene.write(&configuration(parts))?;
    scene.run(&["apply", "-auto-approve"])?.success()?;
    let journal = scene.journal()?;
    scene.run(&["plan", "-detailed-exitcode"])?.success()?;
    scene.journal()?;
    Ok(journal)
}

fn ids(scene: &Scene) -> Result<Vec<String>> {
    let parts = scene.stored()?["attributes"]["parts"].clone();
    let ids = parts.as_array().into_iter().flatten().map(|part| part["id"].as_str().unwrap_or_default().to_owned());
    Ok(ids.collect())
}

/// Nor do hosts mind elements that are null, but Terraform 1.6 crashes by itself over one in a configuration.
fn unknown(scene: &Scene) -> Result<()> {
    scene.write("")?;
    scene.init()?;
    apply(scene, "[terraform_data.a.output, { name = \"two\" }]")?;
    ensure!(ids(scene)? == ["one!", "two!"], "{:?}", ids(scene)?);
    Ok(())
}

fn moved(scene: &Scene) -> Result<()> {
    scene.write("")?;
    scene.init()?;
    apply(scene, r#"[{ name = "one" }, { name = "two" }]"#)?;
    apply(scene, r#"[{ name = "two" }]"#)?;
    ensure!(ids(scene)? == ["two!"], "{:?}", ids(scene)?);
    Ok(())
}

fn replaced(scene: &Scene) -> Result<()> {
    scene.write("")?;
    scene.init()?;
    apply(scene, "null")?;
    let journal = apply(scene, r#"[{ name = "one" }]"#)?;
    ensure!(journal == ["plan update", "plan update", "update 7"], "{journal:?}");
    let journal = apply(scene, r#"[{ name = "one" }, { name = "two", kind = "k" }]"#)?;
    ensure!(journal == ["plan recreate", "delete 8", "plan create", "create"], "{journal:?}");
    let journal = apply(scene, r#"[{ name = "one" }]"#)?;
    ensure!(journal == ["plan recreate", "delete 7", "plan create", "create"], "{journal:?}");
    Ok(())
}
