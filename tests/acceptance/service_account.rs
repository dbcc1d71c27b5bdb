//! `wandb_service_account`, built-in and of team scope.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    lives_from_create_to_destroy,
    change_of_the_name_replaces,
    moves_with_its_team,
    account_deleted_outside_is_made_again,
    account_removed_from_its_team_outside_is_made_again,
    existing_account_is_warned_of_on_create,
    existing_account_is_imported,
    missing_account_is_not_imported,
    unknown_team_is_an_error,
    bad_input_is_refused_at_plan,
];

const ACCOUNT: &str = "wandb_service_account.ci";

/// What an import cannot know of a built-in account.
const NOT_IMPORTED: &[&str] = &["authentication_method"];

fn account(attributes: &str) -> String {
    format!("resource \"wandb_service_account\" \"ci\" {{\n  {}\n}}\n", attributes.replace("; ", "\n  "))
}

fn names(accounts: &[Value]) -> Vec<&str> {
    accounts.iter().filter_map(|account| account["name"].as_str()).collect()
}

fn lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let ci = account("name = \"ci\"; team = \"research\"");
    assert_eq!(scene.planned_actions(&ci, ACCOUNT)?, json!(["create"]));
    scene.apply(&ci)?;
    let accounts = scene.service_accounts("research")?;
    assert_eq!(names(&accounts), ["ci"]);
    let state = scene.object(ACCOUNT)?;
    assert_eq!(state["id"], accounts[0]["id"]);

    scene.workspace.destroy()?;
    assert!(scene.service_accounts("research")?.is_empty());
    assert_eq!(scene.workspace.resource(ACCOUNT)?, None);
    Ok(())
}

fn change_of_the_name_replaces(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&account("name = \"ci\"; team = \"research\""))?;
    let before = scene.object(ACCOUNT)?["id"].clone();

    let renamed = account("name = \"deploy\"; team = \"research\"");
    assert_eq!(scene.planned_actions(&renamed, ACCOUNT)?, json!(["delete", "create"]));
    scene.apply(&renamed)?;
    assert_eq!(names(&scene.service_accounts("research")?), ["deploy"]);
    assert_ne!(scene.object(ACCOUNT)?["id"], before);
    Ok(())
}

fn moves_with_its_team(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.create_team("science")?;
    scene.apply(&account("name = \"ci\"; team = \"research\""))?;
    scene.apply(&account("name = \"ci\"; team = \"science\""))?;
    assert!(scene.service_accounts("research")?.is_empty());
    assert_eq!(names(&scene.service_accounts("science")?), ["ci"]);
    Ok(())
}

fn account_deleted_outside_is_made_again(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let ci = account("name = \"ci\"; team = \"research\"");
    scene.apply(&ci)?;
    let id = scene.object(ACCOUNT)?["id"].as_str().context("an id is a string")?.to_owned();
    scene.emulator.delete_account(&id)?;

    assert_eq!(scene.planned_actions(&ci, ACCOUNT)?, json!(["create"]));
    scene.apply(&ci)?;
    assert_eq!(names(&scene.service_accounts("research")?), ["ci"]);
    assert_ne!(scene.object(ACCOUNT)?["id"], id.as_str());
    Ok(())
}

fn account_removed_from_its_team_outside_is_made_again(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let ci = account("name = \"ci\"; team = \"research\"");
    scene.apply(&ci)?;
    let id = scene.object(ACCOUNT)?["id"].as_str().context("an id is a string")?.to_owned();
    scene.remove_from_team("research", &id)?;

    assert_eq!(scene.planned_actions(&ci, ACCOUNT)?, json!(["create"]));
    scene.apply(&ci)?;
    assert_eq!(names(&scene.service_accounts("research")?), ["ci"]);
    Ok(())
}

fn existing_account_is_warned_of_on_create(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.create_service_account("research", "ci")?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    scene.expect_warnings("service_account_exists", &["plan"])
}

fn existing_account_is_imported(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let id = scene.create_service_account("research", "ci")?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    scene.workspace.import(ACCOUNT, "research/ci")?;
    scene.workspace.expect_empty_plan()?;
    assert_eq!(scene.object(ACCOUNT)?["id"], id.as_str());
    scene.expect_import(ACCOUNT, "research/ci", NOT_IMPORTED)?;
    scene.expect_import(ACCOUNT, &format!("research/id:{id}"), NOT_IMPORTED)
}

fn missing_account_is_not_imported(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    for (id, summary) in [
        ("research/ci", "Service account not found"),
        ("research/id:VXNlcjoxMg==", "Service account not found"),
        ("nowhere/ci", "Team not found"),
        ("ci", "Invalid import id"),
        ("research/ci/more", "Invalid import id"),
    ] {
        scene.expect_no_import(ACCOUNT, id, summary)?;
    }
    Ok(())
}

fn unknown_team_is_an_error(scene: &mut Scene) -> Result<()> {
    scene.configure(&account("name = \"ci\"; team = \"nowhere\""))?;
    scene.expect_messages("service_account_team_is_unknown", &["apply", "-auto-approve"])?;
    assert_eq!(scene.workspace.resource(ACCOUNT)?, None);
    Ok(())
}

fn bad_input_is_refused_at_plan(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    for (name, attributes) in [
        ("service_account_name_is_empty", "name = \"\"; team = \"research\""),
        ("service_account_has_no_team", "name = \"ci\""),
    ] {
        scene.configure(&account(attributes))?;
        scene.expect_messages(name, &["plan"])?;
    }
    assert!(scene.service_accounts("research")?.is_empty());
    Ok(())
}
