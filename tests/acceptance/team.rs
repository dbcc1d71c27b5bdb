//! `wandb_team`.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    lives_from_create_to_destroy,
    destroy_is_refused_unless_abandoned,
    removal_from_the_configuration_is_refused_unless_abandoned,
    removed_block_forgets needs RemovedBlock,
    replacement_is_refused,
    rename_is_refused,
    existing_team_is_an_error_on_create,
    existing_team_is_imported,
    missing_team_is_not_imported,
    initial_admin_is_an_admin_of_the_team,
    bad_input_is_refused_at_plan,
];

const TEAM: &str = "wandb_team.research";

fn team(attributes: &str) -> String {
    format!("resource \"wandb_team\" \"research\" {{\n  {}\n}}\n", attributes.replace("; ", "\n  "))
}

fn lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    let created = team("name = \"research\"; deletion_policy = \"abandon\"");
    assert_eq!(scene.planned_actions(&created, TEAM)?, json!(["create"]));
    scene.apply(&created)?;
    let backend = scene.team("research")?.context("the team was not made")?;
    let state = scene.object(TEAM)?;
    assert_eq!(state["name"], "research");
    assert_eq!(state["deletion_policy"], "abandon");
    assert_eq!(state["id"], backend["id"]);

    // A change of the policy touches nothing in W&B.
    let updated = team("name = \"research\"");
    assert_eq!(scene.planned_actions(&updated, TEAM)?, json!(["update"]));
    scene.apply(&updated)?;
    assert_eq!(scene.object(TEAM)?["deletion_policy"], "prevent");
    assert_eq!(scene.team("research")?, Some(backend.clone()));

    scene.apply(&created)?;
    scene.workspace.destroy()?;
    assert_eq!(scene.workspace.resource(TEAM)?, None);
    assert_eq!(scene.team("research")?, Some(backend));
    Ok(())
}

fn destroy_is_refused_unless_abandoned(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\""))?;
    scene.create_service_account("research", "ci")?;
    scene.expect_messages("team_destroy_is_refused", &["plan", "-destroy"])?;
    scene.expect_messages("team_destroy_is_refused", &["destroy", "-auto-approve"])?;
    assert_eq!(scene.object(TEAM)?["name"], "research");

    scene.apply(&team("name = \"research\"; deletion_policy = \"abandon\""))?;
    scene.workspace.destroy()?;
    assert!(scene.team("research")?.is_some());
    Ok(())
}

fn removal_from_the_configuration_is_refused_unless_abandoned(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\""))?;
    scene.configure("")?;
    scene.expect_messages("team_removal_is_refused", &["plan"])?;

    scene.apply(&team("name = \"research\"; deletion_policy = \"abandon\""))?;
    scene.apply("")?;
    assert_eq!(scene.workspace.resource(TEAM)?, None);
    assert!(scene.team("research")?.is_some());
    Ok(())
}

fn removed_block_forgets(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\""))?;
    scene.apply("removed {\n  from = wandb_team.research\n  lifecycle {\n    destroy = false\n  }\n}\n")?;
    assert_eq!(scene.workspace.resource(TEAM)?, None);
    assert!(scene.team("research")?.is_some());
    Ok(())
}

fn replacement_is_refused(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\"; deletion_policy = \"abandon\""))?;
    scene.expect_messages("team_replacement_is_refused", &["plan", "-replace=wandb_team.research"])?;
    scene.workspace.expect_empty_plan()
}

fn rename_is_refused(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\"; deletion_policy = \"abandon\""))?;
    scene.configure(&team("name = \"science\"; deletion_policy = \"abandon\""))?;
    scene.expect_messages("team_rename_is_refused", &["plan"])
}

fn existing_team_is_an_error_on_create(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.configure(&team("name = \"research\""))?;
    scene.expect_messages("team_exists", &["apply", "-auto-approve"])?;
    assert_eq!(scene.workspace.resource(TEAM)?, None);
    Ok(())
}

fn existing_team_is_imported(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.configure(&team("name = \"research\""))?;
    scene.workspace.import(TEAM, "research")?;
    scene.workspace.expect_empty_plan()?;
    assert_eq!(scene.object(TEAM)?["id"], scene.team("research")?.context("the team is there")?["id"]);
    scene.expect_import(TEAM, "research", &[])
}

fn missing_team_is_not_imported(scene: &mut Scene) -> Result<()> {
    scene.configure(&team("name = \"research\""))?;
    scene.expect_no_import(TEAM, "research", "Team not found")?;
    scene.expect_no_import(TEAM, "acme/research", "Invalid import id")
}

fn initial_admin_is_an_admin_of_the_team(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\"; initial_admin = \"ada\"; deletion_policy = \"abandon\""))?;
    let backend = scene.team("research")?.context("the team was not made")?;
    let members = backend["members"].as_array().context("a team has members")?;
    let admins: Vec<_> =
        members.iter().filter(|member| member["admin"] == true).map(|member| &member["username"]).collect();
    assert_eq!(admins, [&Value::from("ada")]);
    Ok(())
}

fn bad_input_is_refused_at_plan(scene: &mut Scene) -> Result<()> {
    for (name, attributes) in [
        ("team_name_is_empty", "name = \"\""),
        ("team_policy_is_unknown", "name = \"research\"; deletion_policy = \"delete\""),
    ] {
        scene.configure(&team(attributes))?;
        scene.expect_messages(name, &["plan"])?;
    }
    assert_eq!(scene.team("research")?, None);
    Ok(())
}
