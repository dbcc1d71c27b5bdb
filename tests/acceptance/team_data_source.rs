//! The data source `wandb_team`.

use anyhow::{Context, Result};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![reads_an_existing_team, unknown_team_is_an_error];

const READ: &str = "data \"wandb_team\" \"research\" {\n  name = \"research\"\n}\n\n\
                    output \"id\" {\n  value = data.wandb_team.research.id\n}\n";

fn reads_an_existing_team(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(READ)?;
    let backend = scene.team("research")?.context("the team is there")?;
    assert_eq!(scene.workspace.outputs()?["id"]["value"], backend["id"]);
    assert_eq!(scene.object("data.wandb_team.research")?["name"], "research");
    Ok(())
}

fn unknown_team_is_an_error(scene: &mut Scene) -> Result<()> {
    scene.configure(READ)?;
    scene.expect_messages("data_source_team_is_unknown", &["plan"])
}
