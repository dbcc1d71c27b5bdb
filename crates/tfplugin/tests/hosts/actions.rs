//! Actions, as a configuration and as a person invoke them.

use anyhow::{Result, ensure};
use test_support::host::Feature;

use crate::Case;
use crate::scene::Scene;

pub(crate) const CASES: &[Case] = &[
    Case { name: "actions::a_change_and_a_person_invoke_them", needs: Some(Feature::Actions), play: invoked },
    Case { name: "actions::what_fails_says_so", needs: Some(Feature::Actions), play: failing },
];

fn configuration(text: &str) -> String {
    format!(
        r#"
action "bench_note" "hello" {{
  config {{
    text = "{text}"
  }}
}}

action "bench_note" "later" {{
  config {{
    text = bench_thing.a.id
    loud = false
  }}
}}

resource "bench_thing" "a" {{
  name = "a"

  lifecycle {{
    action_trigger {{
      events  = [after_create]
      actions = [action.bench_note.hello, action.bench_note.later]
    }}
  }}
}}
"#
    )
}

fn invoked(scene: &Scene) -> Result<()> {
    scene.write(&configuration("hello"))?;
    scene.init()?;
    // The second action's text is known only once the thing is there.
    let applied = scene.run(&["apply", "-auto-approve"])?.success()?;
    ensure!(applied.stdout.contains("writing 5 characters"), "{}", applied.describe());
    let journal = scene.journal()?;
    ensure!(journal == ["plan create", "plan create", "create", "HELLO", "1"], "{journal:?}");

    let again = scene.run(&["apply", "-auto-approve", "-invoke=action.bench_note.hello"])?.success()?;
    ensure!(again.stdout.contains("opening the journal"), "{}", again.describe());
    ensure!(scene.journal()? == ["HELLO"]);
    Ok(())
}

fn failing(scene: &Scene) -> Result<()> {
    for (text, command, message) in [
        ("forbidden", "plan", "Text not allowed"),
        ("fail", "apply", "The pen is empty."),
        ("panic", "apply", "ended in a panic"),
    ] {
        scene.write(&configuration(text))?;
        scene.init()?;
        let arguments = ["-invoke=action.bench_note.hello", "-auto-approve"];
        let count = if command == "plan" { 1 } else { 2 };
        if command == "apply" {
            scene.write(&configuration("good"))?;
            scene.run(&["apply", "-auto-approve"])?.success()?;
            scene.write(&configuration(text))?;
        }
        let failed = scene.run(&[&[command], &arguments[..count]].concat())?.failure()?;
        let said = format!("{}{}", failed.stdout, failed.stderr).replace("\n│ ", " ");
        ensure!(said.contains(message) && !said.contains("hunter2"), "{}", failed.describe());
    }
    Ok(())
}
