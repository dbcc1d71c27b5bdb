//! Objects of another provider that become ours.

use anyhow::{Result, ensure};
use test_support::host::Feature;

use crate::Case;
use crate::scene::Scene;

pub(crate) const CASES: &[Case] = &[Case {
    name: "moves::an_object_of_another_provider_is_taken_over",
    needs: Some(Feature::MovedAcrossTypes),
    play: taken_over,
}];

const MOVED: &str = r#"
resource "bench_thing" "a" {
  name = "a"
}

moved {
  from = terraform_data.a
  to   = bench_thing.a
}
"#;

fn taken_over(scene: &Scene) -> Result<()> {
    scene.write("resource \"terraform_data\" \"a\" {}\n")?;
    scene.init()?;
    scene.run(&["apply", "-auto-approve"])?.success()?;
    scene.write(MOVED)?;
    let applied = scene.run(&["apply", "-auto-approve"])?.success()?;
    ensure!(applied.stdout.contains("0 added, 0 changed, 0 destroyed"), "{}", applied.describe());
    ensure!(scene.journal()?.is_empty(), "nothing was made or ended");
    // Nothing is left to do.
    scene.run(&["plan", "-detailed-exitcode"])?.success().map(drop)
}
