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
    lower_count_is_refused,
    removed_block_with_destroy_is_refused needs RemovedBlock,
    replacement_by_a_trigger_is_refused,
    replacement_that_creates_first_is_refused,
    taint_is_refused,
    bucket_is_set_once,
    bucket_is_written_down_after_an_import,
    creation_needs_an_admin,
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
    let account = scene.create_service_account("research", "ci")?;
    let mutation =
        "mutation M($id: ID) { generateApiKey(input: { userId: $id, description: \"k\" }) { apiKey { id } } }";
    scene.emulator.graphql(mutation, &json!({ "id": account }))?;
    scene.emulator.invite("research", "new@elsewhere.example")?;
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

fn lower_count_is_refused(scene: &mut Scene) -> Result<()> {
    let counted = |count: usize, policy: &str| {
        team(&format!("count = {count}; name = \"research-${{count.index}}\"; deletion_policy = \"{policy}\""))
    };
    scene.apply(&counted(2, "prevent"))?;
    scene.configure(&counted(1, "prevent"))?;
    scene.expect_messages("team_lower_count_is_refused", &["plan"])?;
    scene.apply(&counted(2, "abandon"))?;
    scene.apply(&counted(1, "abandon"))?;
    assert!(scene.team("research-1")?.is_some());
    Ok(())
}

fn removed_block_with_destroy_is_refused(scene: &mut Scene) -> Result<()> {
    scene.apply(&team("name = \"research\""))?;
    scene.configure("removed {\n  from = wandb_team.research\n  lifecycle {\n    destroy = true\n  }\n}\n")?;
    scene.expect_messages("team_removal_is_refused", &["plan"])
}

/// Hosts do not ask about the destroy that is a part of these.
fn replacement_by_a_trigger_is_refused(scene: &mut Scene) -> Result<()> {
    let triggered = |input: u8| {
        format!(
            "resource \"terraform_data\" \"trigger\" {{\n  input = {input}\n}}\n\nresource \"wandb_team\" \"research\" {{\n  \
             name            = \"research\"\n  deletion_policy = \"abandon\"\n\n  lifecycle {{\n    replace_triggered_by = \
             [terraform_data.trigger]\n  }}\n}}\n"
        )
    };
    scene.apply(&triggered(1))?;
    scene.configure(&triggered(2))?;
    scene.expect_messages("team_replacement_is_refused", &["plan"])
}

fn replacement_that_creates_first_is_refused(scene: &mut Scene) -> Result<()> {
    let lifecycle = "\n  lifecycle {\n    create_before_destroy = true\n  }";
    scene.apply(&team(&format!("name = \"research\"; deletion_policy = \"abandon\"{lifecycle}")))?;
    scene.expect_messages("team_replacement_is_refused", &["plan", "-replace=wandb_team.research"])
}

fn taint_is_refused(scene: &mut Scene) -> Result<()> {
    let config = team("name = \"research\"; deletion_policy = \"abandon\"");
    scene.apply(&config)?;
    scene.workspace.run(&["taint", TEAM])?.success()?;
    scene.expect_messages("team_exists", &["plan"])?;
    scene.workspace.run(&["untaint", TEAM])?.success()?;
    scene.apply(&config).map(drop)
}

fn bucket(attributes: &str) -> String {
    team(&format!("name = \"research\"; deletion_policy = \"abandon\"; storage_bucket = {{ {attributes} }}"))
}

fn bucket_is_set_once(scene: &mut Scene) -> Result<()> {
    // Hosts show the line of a nested attribute or that of its resource: of those, the protocol's tests see to it.
    scene.configure(&bucket("name = \"runs\", provider = \"AZURE\", azure_tenant_id = \"1\""))?;
    scene.expect_messages("team_bucket_is_incomplete", &["plan"])?;
    let created = bucket("name = \"runs\", provider = \"GCP\", path = \"wandb\"");
    scene.apply(&created)?;
    let backend = scene.emulator.state()?;
    let teams = backend["teams"].as_array().context("the backend has teams")?;
    let made = teams.iter().find(|team| team["name"] == "research").context("the team was made")?;
    assert_eq!(made["storage_bucket"], json!({ "name": "runs", "provider": "GCP", "path": "wandb" }));
    let members = scene.team("research")?.context("the team is there")?["members"].take();
    assert_eq!(members.pointer("/0/admin"), Some(&json!(true)), "{members}");

    scene.configure(&bucket("name = \"other\", provider = \"GCP\""))?;
    scene.expect_messages("team_bucket_change_is_refused", &["plan"])?;
    scene.apply(&created)?;
    scene.workspace.destroy().map(drop)
}

fn bucket_is_written_down_after_an_import(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.configure(&bucket("name = \"runs\", provider = \"AWS\""))?;
    scene.workspace.import(TEAM, "research")?;
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    // Nobody knows it better, so it can be corrected.
    scene.apply(&bucket("name = \"wandb-runs\", provider = \"AWS\"")).map(drop)
}

fn creation_needs_an_admin(scene: &mut Scene) -> Result<()> {
    let key = "00000000000000000000000000000000000000a3";
    scene.seed(&format!(
        "organization: acme\npeople:\n- {{ username: ada, email: ada@acme.example, role: admin }}\n- {{ username: grace, \
         email: grace@acme.example, api_keys: [{{ key: \"{key}\" }}] }}\n"
    ))?;
    scene.act_as(&key.to_owned().into());
    scene.configure(&team("name = \"research\""))?;
    // The plan is not sure, and says so.
    scene.expect_messages("team_is_forbidden", &["apply", "-auto-approve"])?;
    scene.act_as(&scene.emulator.administrator().api_key.clone());
    scene.configure(&team("name = \"research\"; initial_admin = \"gracie\""))?;
    scene.expect_messages("team_admin_is_unknown", &["plan"])
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
