//! `wandb_service_account`: of a team and of the organization, built-in and federated.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    members_cannot_make_accounts,
    account_of_the_organization_needs_scim,
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
    doubtful_subjects_are_warned_of,
    federated_account_lives_from_create_to_destroy,
    subject_is_recorded_after_an_import,
    subject_of_another_account_is_taken,
    organization_account_lives_from_create_to_destroy,
    organization_account_is_imported,
    account_is_found_after_a_rename_outside,
    other_keys_refuse_a_destroy_unless_it_is_forced,
    keys_of_the_same_configuration_go_first,
    replacements_of_each_kind_meet_the_old_name,
    creation_disabled_by_a_setting,
    several_accounts_of_a_name_are_told_apart,
    state_of_an_older_schema_has_nothing_to_do,
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
    scene.expect_warnings("service_account_left_its_team", &["plan"])?;
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
        ("service_account_has_two_teams", "name = \"ci\"; team = \"research\"; default_team = \"research\""),
        ("service_account_scope_is_unknown", "name = \"ci\"; team = \"research\"; scope = \"global\""),
        ("service_account_of_organization_has_team", "name = \"ci\"; scope = \"organization\"; team = \"research\""),
        (
            "service_account_of_organization_has_subject",
            "name = \"ci\"; scope = \"organization\"; default_team = \"research\"; subject = \"a\"",
        ),
        (
            "service_account_has_no_subject",
            "name = \"ci\"; team = \"research\"; authentication_method = \"federated_identity\"",
        ),
        (
            "service_account_method_contradicts",
            "name = \"ci\"; team = \"research\"; subject = \"a\"; authentication_method = \"api_key\"",
        ),
        ("service_account_subject_is_a_pattern", "name = \"ci\"; team = \"research\"; subject = \"repo:acme/*\""),
        ("service_account_subject_has_a_line_break", "name = \"ci\"; team = \"research\"; subject = \"a\\n\""),
    ] {
        scene.configure(&account(attributes))?;
        scene.expect_messages(name, &["plan"])?;
    }
    assert!(scene.service_accounts("research")?.is_empty());
    Ok(())
}

const SUBJECT: &str = "repo:acme/training:ref:refs/heads/main";

fn federated(name: &str) -> String {
    account(&format!("name = \"{name}\"; team = \"research\"; subject = \"{SUBJECT}\""))
}

fn of_organization() -> String {
    account("name = \"platform\"; scope = \"organization\"; default_team = \"research\"")
}

fn with_key(account: &str) -> String {
    format!(
        "{account}\nresource \"wandb_api_key\" \"ci\" {{\n  service_account_id = {ACCOUNT}.id\n  name               = \"laptop\"\n}}\n"
    )
}

fn doubtful_subjects_are_warned_of(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let subject = "Repo:acme/training:ref:refs/heads/main";
    scene.configure(&account(&format!("name = \"ci\"; team = \"research\"; subject = \"{subject}\"")))?;
    scene.expect_warnings("service_account_subject_is_doubtful", &["plan"])
}

fn federated_account_lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&federated("ci"))?;
    let state = scene.object(ACCOUNT)?;
    let id = scene.service_accounts("research")?[0]["id"].as_str().context("an id is a string")?.to_owned();
    assert_eq!(state["id"], format!("federated:{id}"));
    assert_eq!(state["authentication_method"], "federated_identity");
    let other = federated("ci").replace("heads/main", "heads/next");
    assert_eq!(scene.planned_actions(&other, ACCOUNT)?, json!(["delete", "create"]));
    scene.apply(&other)?;
    scene.workspace.destroy()?;
    assert!(scene.service_accounts("research")?.is_empty());
    Ok(())
}

fn subject_is_recorded_after_an_import(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&federated("ci"))?;
    let before = scene.object(ACCOUNT)?;
    scene.workspace.run(&["state", "rm", ACCOUNT])?.success()?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    scene.workspace.import(ACCOUNT, "research/ci")?;
    scene.workspace.expect_empty_plan()?;
    assert_eq!(scene.planned_actions(&federated("ci"), ACCOUNT)?, json!(["update"]));
    scene.expect_warnings("service_account_subject_is_recorded", &["plan"])?;
    scene.apply(&federated("ci"))?;
    assert_eq!(scene.object(ACCOUNT)?, before);
    Ok(())
}

fn subject_of_another_account_is_taken(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let other =
        federated("release").replace("\"wandb_service_account\" \"ci\"", "\"wandb_service_account\" \"release\"");
    scene.apply(&other)?;
    scene.configure(&format!("{other}\n{}", federated("ci")))?;
    scene.expect_messages("service_account_subject_is_taken", &["apply", "-auto-approve"])?;
    assert_eq!(names(&scene.service_accounts("research")?), ["release"]);
    Ok(())
}

fn organization_account_lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.create_team("science")?;
    scene.apply(&with_key(&of_organization()))?;
    assert_eq!(names(&scene.service_accounts("research")?), ["platform"]);
    let moved = with_key(&of_organization()).replace("research", "science");
    assert_eq!(scene.planned_actions(&moved, ACCOUNT)?, json!(["delete", "create"]));
    scene.apply(&moved)?;
    assert!(scene.service_accounts("research")?.is_empty());
    scene.workspace.destroy()?;
    assert!(scene.service_accounts("science")?.is_empty());
    Ok(())
}

fn organization_account_is_imported(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&of_organization())?;
    let before = scene.object(ACCOUNT)?;
    scene.expect_import(ACCOUNT, "organization/research/platform", &[])?;
    // The form of a team's account does not tell the scope: that is recorded.
    scene.workspace.run(&["state", "rm", ACCOUNT])?.success()?;
    scene.workspace.import(ACCOUNT, "research/platform")?;
    assert_eq!(scene.planned_actions(&of_organization(), ACCOUNT)?, json!(["update"]));
    scene.apply(&of_organization())?;
    assert_eq!(scene.object(ACCOUNT)?, before);
    Ok(())
}

/// Changes the stored state, as W&B offers no way to rename an account.
fn change_state(scene: &Scene, change: impl FnOnce(&mut Value)) -> Result<()> {
    let pulled = scene.workspace.run(&["state", "pull"])?.success()?;
    let mut state: Value = serde_json::from_str(&pulled.stdout)?;
    change(&mut state);
    state["serial"] = json!(state["serial"].as_u64().context("a state has a serial")? + 1);
    scene.workspace.write("changed.tfstate", &state.to_string())?;
    scene.workspace.run(&["state", "push", "changed.tfstate"])?.success()?;
    Ok(())
}

fn account_is_found_after_a_rename_outside(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&account("name = \"ci\"; team = \"research\""))?;
    let id = scene.object(ACCOUNT)?["id"].clone();
    change_state(scene, |state| state["resources"][0]["instances"][0]["attributes"]["name"] = json!("old"))?;
    scene.workspace.run(&["apply", "-refresh-only", "-auto-approve"])?.success()?;
    assert_eq!(scene.object(ACCOUNT)?["name"], "ci");
    assert_eq!(scene.object(ACCOUNT)?["id"], id);
    scene.workspace.expect_empty_plan()?;
    let renamed = account("name = \"new\"; team = \"research\"");
    assert_eq!(scene.planned_actions(&renamed, ACCOUNT)?, json!(["delete", "create"]));
    Ok(())
}

fn other_keys_refuse_a_destroy_unless_it_is_forced(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let ci = account("name = \"ci\"; team = \"research\"");
    scene.apply(&ci)?;
    let id = scene.object(ACCOUNT)?["id"].clone();
    let mutation =
        "mutation M($id: ID) { generateApiKey(input: { userId: $id, description: \"laptop\" }) { apiKey { id } } }";
    scene.emulator.stop_clock("2030-01-01T00:00:00Z")?;
    scene.emulator.graphql(mutation, &json!({ "id": id }))?;
    scene.expect_messages("service_account_owns_other_keys", &["destroy", "-auto-approve"])?;
    assert_eq!(names(&scene.service_accounts("research")?), ["ci"]);
    // Written and destroyed in one step it is too late: what was applied last decides.
    let forced = account("name = \"ci\"; team = \"research\"; force_destroy = true");
    assert_eq!(scene.planned_actions(&forced, ACCOUNT)?, json!(["update"]));
    scene.apply(&forced)?;
    scene.workspace.destroy()?;
    assert!(scene.service_accounts("research")?.is_empty());
    Ok(())
}

fn keys_of_the_same_configuration_go_first(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&with_key(&account("name = \"ci\"; team = \"research\"")))?;
    scene.apply(&with_key(&account("name = \"deploy\"; team = \"research\"")))?;
    assert_eq!(names(&scene.service_accounts("research")?), ["deploy"]);
    scene.workspace.destroy()?;
    assert!(scene.service_accounts("research")?.is_empty());
    Ok(())
}

fn replacements_of_each_kind_meet_the_old_name(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let plain = account("name = \"ci\"; team = \"research\"");
    let first = account("name = \"ci\"; team = \"research\"; lifecycle {; create_before_destroy = true; }");
    for config in [plain, first] {
        scene.apply(&config)?;
        let id = scene.object(ACCOUNT)?["id"].clone();
        scene.workspace.run(&["apply", "-auto-approve", &format!("-replace={ACCOUNT}")])?.success()?;
        let replaced = scene.object(ACCOUNT)?["id"].clone();
        assert_ne!(replaced, id);
        scene.workspace.run(&["taint", ACCOUNT])?.success()?;
        scene.workspace.apply()?;
        assert_ne!(scene.object(ACCOUNT)?["id"], replaced);
        scene.workspace.expect_empty_plan()?;
        assert_eq!(names(&scene.service_accounts("research")?), ["ci"]);
    }
    Ok(())
}

fn creation_disabled_by_a_setting(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.emulator.set_settings(&json!({ "team_service_account_creation_disabled": true }))?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    scene.expect_messages("service_account_creation_is_disabled", &["apply", "-auto-approve"])
}

fn several_accounts_of_a_name_are_told_apart(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.create_service_account("research", "ci")?;
    let second = scene.create_service_account("research", "ci")?;
    scene.configure(&account("name = \"ci\"; team = \"research\""))?;
    scene.expect_no_import(ACCOUNT, "research/ci", "Several service accounts of this name")?;
    scene.workspace.import(ACCOUNT, &format!("research/id:{second}"))?;
    scene.workspace.expect_empty_plan()
}

fn state_of_an_older_schema_has_nothing_to_do(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.apply(&account("name = \"ci\"; team = \"research\""))?;
    change_state(scene, |state| {
        let attributes = &mut state["resources"][0]["instances"][0]["attributes"];
        *attributes = json!({ "id": attributes["id"], "name": "ci", "team": "research" });
    })?;
    scene.workspace.expect_empty_plan()
}

/// Acts for `grace`, a member of the team `research`, which has the service account `ci`.
pub(crate) fn act_as_member(scene: &mut Scene) -> Result<()> {
    let key = "00000000000000000000000000000000000000a3";
    scene.seed(&format!(
        "organization: acme\npeople:\n- {{ username: ada, email: ada@acme.example, role: admin }}\n- {{ username: grace, email: \
         grace@acme.example, api_keys: [{{ key: \"{key}\" }}] }}\nteams:\n- name: research\n  members: [{{ username: ada, role: \
         admin }}, {{ username: grace }}]\n  service_accounts: [{{ name: ci }}]\n"
    ))?;
    scene.act_as(&key.to_owned().into());
    Ok(())
}

fn members_cannot_make_accounts(scene: &mut Scene) -> Result<()> {
    act_as_member(scene)?;
    scene.configure("resource \"wandb_service_account\" \"ci\" {\n  name = \"nightly\"\n  team = \"research\"\n}\n")?;
    scene.expect_messages("service_account_is_forbidden", &["plan"])
}

fn account_of_the_organization_needs_scim(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let effect = serde_json::json!({ "kind": "status", "status": 404 });
    for operation in ["GET /scim/Groups", "GET /scim/Users"] {
        scene.emulator.add_fault(&serde_json::json!({ "operation": operation, "effect": effect }))?;
    }
    scene.configure(
        "resource \"wandb_service_account\" \"ci\" {\n  name         = \"nightly\"\n  scope        = \"organization\"\n  \
         default_team = \"research\"\n}\n",
    )?;
    scene.expect_messages("service_account_has_no_scim", &["plan"])
}
