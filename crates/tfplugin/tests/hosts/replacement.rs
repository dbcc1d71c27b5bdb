//! Where a resource can tell that it takes another one's place.

use anyhow::{Result, ensure};

use crate::Case;
use crate::scene::Scene;

pub(crate) const CASES: &[Case] =
    &[Case { name: "replacement::told_apart_from_a_create_where_hosts_let_it", needs: None, play: told_apart }];

/// In a plan a replacement shows, but not that of a tainted object. When the plan is applied it is planned again, and then
/// no release up to 1.15 lets a resource tell, although with `create_before_destroy` the old object still lives.
const EXPECTED: [&str; 6] = [
    "create: plan create, plan create, create",
    "-replace: plan recreate, delete 7, plan create, create",
    "changed: plan recreate, delete 7, plan create, create",
    "-replace, create first: plan recreate, plan create, create, plan destroy, delete 7",
    "changed, create first: plan recreate, plan create, create, plan destroy, delete 7",
    "tainted, create first: plan create, plan create, create, plan destroy, delete 7",
];

fn configuration(name: &str, create_before_destroy: bool) -> String {
    format!(
        r#"
resource "bench_thing" "a" {{
  name = "{name}"

  lifecycle {{
    create_before_destroy = {create_before_destroy}
  }}
}}
"#
    )
}

fn told_apart(scene: &Scene) -> Result<()> {
    scene.write(&configuration("a", false))?;
    scene.init()?;
    let mut seen = Vec::new();
    let mut step = |what: &str, arguments: &[&str]| -> Result<()> {
        scene.run(&[&["apply", "-auto-approve"], arguments].concat())?.success()?;
        seen.push(format!("{what}: {}", scene.journal()?.join(", ")));
        Ok(())
    };
    step("create", &[])?;
    step("-replace", &["-replace=bench_thing.a"])?;
    scene.write(&configuration("b", false))?;
    step("changed", &[])?;
    scene.write(&configuration("b", true))?;
    step("-replace, create first", &["-replace=bench_thing.a"])?;
    scene.write(&configuration("c", true))?;
    step("changed, create first", &[])?;
    scene.run(&["taint", "bench_thing.a"])?.success()?;
    step("tainted, create first", &[])?;
    ensure!(seen == EXPECTED, "{seen:#?}");
    Ok(())
}
