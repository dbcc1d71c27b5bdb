//! `wandb_team_member`.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    lives_from_create_to_destroy,
    invitation_is_no_difference_and_is_withdrawn,
    drift_of_role_is_mended,
    drift_of_membership_is_mended,
    member_or_invited_already_is_an_error_at_plan,
    existing_member_is_imported,
    another_person_replaces,
    people_of_a_file,
    own_membership_is_kept,
    last_admin_is_kept,
    last_admin_keeps_the_role,
    roles_need_scim,
    members_cannot_change_members,
    bad_input_is_refused_at_plan,
];

const GRACE: &str = "wandb_team_member.grace";

fn member(attributes: &str) -> String {
    format!(
        "resource \"wandb_team_member\" \"grace\" {{\n  team = \"research\"\n  {}\n}}\n",
        attributes.replace("; ", "\n  ")
    )
}

/// The team `research` of the caller's, and the person `grace` in the organization. Answers her id.
fn set(scene: &Scene) -> Result<String> {
    scene.create_team("research")?;
    scene.emulator.create_person("grace")
}

/// The role of a person in the team, `pending` of an invitation; none where they are not in it.
fn role(scene: &Scene, email: &str) -> Result<Option<String>> {
    let query = "{ entity(name: \"research\") { members { email role pending } } }";
    let team = scene.emulator.graphql(query, &Value::Null)?;
    let members = team.pointer("/entity/members").and_then(Value::as_array).context("a team has members")?;
    let member = members.iter().find(|member| member["email"] == email);
    Ok(member.and_then(|member| {
        if member["pending"] == true { Some("pending".to_owned()) } else { member["role"].as_str().map(str::to_owned) }
    }))
}

fn lives_from_create_to_destroy(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    let created = member("username = \"grace\"");
    assert_eq!(scene.planned_actions(&created, GRACE)?, json!(["create"]));
    scene.apply(&created)?;
    let object = scene.object(GRACE)?;
    assert_eq!(object["id"], "research/grace");
    assert_eq!((&object["status"], &object["role"]), (&json!("active"), &json!("member")));
    assert_eq!(object["email"], "grace@acme.example");

    let updated = member("username = \"Grace\"; role = \"viewer\"");
    assert_eq!(scene.planned_actions(&updated, GRACE)?, json!(["update"]));
    scene.apply(&updated)?;
    assert_eq!(role(scene, "grace@acme.example")?.as_deref(), Some("viewer"));
    // The other name of the same person.
    scene.apply(&member("email = \"grace@acme.example\"; role = \"viewer\""))?;
    scene.workspace.destroy()?;
    assert_eq!(role(scene, "grace@acme.example")?, None);
    assert_eq!(role(scene, "ada@acme.example")?.as_deref(), Some("admin"), "nobody else is touched");
    Ok(())
}

fn invitation_is_no_difference_and_is_withdrawn(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    let invited = member("email = \"new@elsewhere.example\"");
    scene.apply(&invited)?;
    assert_eq!(scene.object(GRACE)?["status"], "pending");
    assert_eq!(role(scene, "new@elsewhere.example")?.as_deref(), Some("pending"));
    scene.expect_import(GRACE, "research/new@elsewhere.example", &[])?;

    let id = scene.emulator.member("research", "new@elsewhere.example")?;
    scene.emulator.accept_invitation(&id)?;
    scene.workspace.expect_empty_plan()?;
    scene.apply(&invited)?;
    scene.workspace.destroy()?;
    assert_eq!(role(scene, "new@elsewhere.example")?, None);

    scene.apply(&member("email = \"other@elsewhere.example\""))?;
    scene.workspace.destroy()?;
    assert_eq!(role(scene, "other@elsewhere.example")?, None);
    Ok(())
}

fn drift_of_role_is_mended(scene: &mut Scene) -> Result<()> {
    let grace = set(scene)?;
    let created = member("username = \"grace\"; role = \"viewer\"");
    scene.apply(&created)?;
    scene.emulator.set_team_role(&grace, "research", "admin")?;
    assert_eq!(scene.planned_actions(&created, GRACE)?, json!(["update"]));
    scene.apply(&created)?;
    assert_eq!(role(scene, "grace@acme.example")?.as_deref(), Some("viewer"));
    Ok(())
}

fn drift_of_membership_is_mended(scene: &mut Scene) -> Result<()> {
    let grace = set(scene)?;
    let created = member("username = \"grace\"");
    scene.apply(&created)?;
    scene.remove_from_team("research", &grace)?;
    assert_eq!(scene.planned_actions(&created, GRACE)?, json!(["create"]));
    scene.apply(&created)?;
    scene.remove_from_team("research", &grace)?;
    // Gone already is well.
    scene.workspace.destroy().map(drop)
}

fn member_or_invited_already_is_an_error_at_plan(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    scene.configure(&member("username = \"ADA\""))?;
    scene.expect_messages("team_member_is_member", &["plan"])?;
    scene.emulator.invite("research", "new@elsewhere.example")?;
    scene.configure(&member("email = \"new@elsewhere.example\""))?;
    scene.expect_messages("team_member_is_invited", &["plan"])
}

fn existing_member_is_imported(scene: &mut Scene) -> Result<()> {
    let grace = set(scene)?;
    let created = member("username = \"grace\"; role = \"viewer\"");
    scene.apply(&created)?;
    for id in ["research/grace", "research/GRACE", &format!("research/id:{grace}")] {
        scene.expect_import(GRACE, id, &[])?;
    }
    scene.workspace.run(&["state", "rm", GRACE])?.success()?;
    scene.expect_no_import(GRACE, "research/nobody", "Person is not in the team")?;
    scene.expect_no_import(GRACE, "grace", "Invalid import id")
}

fn another_person_replaces(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    scene.emulator.create_person("vera")?;
    scene.apply(&member("username = \"grace\""))?;
    let other = member("username = \"vera\"");
    assert_eq!(scene.planned_actions(&other, GRACE)?, json!(["delete", "create"]));
    scene.apply(&other)?;
    assert_eq!(role(scene, "grace@acme.example")?, None);
    assert_eq!(role(scene, "vera@acme.example")?.as_deref(), Some("member"));
    Ok(())
}

fn people_of_a_file(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let mut file = String::new();
    for number in 0..12 {
        let username = format!("person-{number}");
        scene.emulator.create_person(&username)?;
        let role = if number % 2 == 0 { "member" } else { "viewer" };
        writeln!(file, "- {{ username: {username}, role: {role} }}")?;
    }
    scene.workspace.write("members.yaml", &file)?;
    let all = "resource \"wandb_team_member\" \"all\" {\n  for_each = { for member in \
               yamldecode(file(\"${path.module}/members.yaml\")) : member.username => member }\n\n  team     = \
               \"research\"\n  username = each.value.username\n  role     = each.value.role\n}\n";
    scene.apply(all)?;
    assert_eq!(role(scene, "person-3@acme.example")?.as_deref(), Some("viewer"));
    // One less, and one in another role.
    let rest: Vec<_> = file.lines().skip(1).collect();
    scene.workspace.write("members.yaml", &rest.join("\n").replacen("viewer", "admin", 1))?;
    scene.apply(all)?;
    assert_eq!(role(scene, "person-0@acme.example")?, None);
    assert_eq!(role(scene, "person-1@acme.example")?.as_deref(), Some("admin"));
    scene.workspace.destroy()?;
    assert_eq!(role(scene, "person-1@acme.example")?, None);
    Ok(())
}

fn own_membership_is_kept(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    scene.configure(&member("username = \"ada\"; role = \"admin\""))?;
    scene.workspace.import(GRACE, "research/ada")?;
    scene.workspace.expect_empty_plan()?;
    scene.expect_warnings("team_member_is_the_caller", &["destroy", "-auto-approve"])?;
    assert_eq!(scene.workspace.resource(GRACE)?, None);
    assert_eq!(role(scene, "ada@acme.example")?.as_deref(), Some("admin"));
    Ok(())
}

fn last_admin_is_kept(scene: &mut Scene) -> Result<()> {
    let grace = set(scene)?;
    scene.apply(&member("username = \"grace\"; role = \"admin\""))?;
    scene.remove_from_team("research", &scene.emulator.member("research", "ada@acme.example")?)?;
    let printed = scene.workspace.destroy()?;
    assert!(printed.contains("Membership kept in W&B"), "{printed}");
    assert_eq!(scene.workspace.resource(GRACE)?, None);
    assert_eq!(scene.emulator.member("research", "grace@acme.example")?, grace);
    Ok(())
}

fn last_admin_keeps_the_role(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    scene.apply(&member("username = \"grace\"; role = \"admin\""))?;
    scene.remove_from_team("research", &scene.emulator.member("research", "ada@acme.example")?)?;
    scene.configure(&member("username = \"grace\"; role = \"member\""))?;
    scene.expect_messages("team_member_is_last_admin", &["apply", "-auto-approve"])?;
    assert_eq!(role(scene, "grace@acme.example")?.as_deref(), Some("admin"));
    Ok(())
}

/// An organization with a team in which `grace` has this role, and with `vera` who is in none. From now on the provider acts
/// for `grace`.
fn act_as_grace(scene: &mut Scene, role: &str) -> Result<()> {
    let key = "00000000000000000000000000000000000000a3";
    scene.seed(&format!(
        "organization: acme\npeople:\n- {{ username: ada, email: ada@acme.example, role: admin }}\n- {{ username: vera, email: \
         vera@acme.example }}\n- {{ username: grace, email: grace@acme.example, api_keys: [{{ key: \"{key}\" }}] }}\nteams:\n- \
         name: research\n  members: [{{ username: ada, role: admin }}, {{ username: grace, role: {role} }}]\n"
    ))?;
    scene.act_as(&key.to_owned().into());
    Ok(())
}

/// An admin of the team who is none of the organization.
fn roles_need_scim(scene: &mut Scene) -> Result<()> {
    act_as_grace(scene, "admin")?;
    scene.configure(&member("username = \"vera\"; role = \"viewer\""))?;
    scene.expect_messages("team_member_role_is_forbidden", &["plan"])?;
    scene
        .emulator
        .add_fault(&json!({ "operation": "GET /scim/Groups", "effect": { "kind": "status", "status": 404 } }))?;
    scene.expect_messages("team_member_has_no_scim", &["plan"])?;
    scene.apply(&member("username = \"vera\""))?;
    assert_eq!(role(scene, "vera@acme.example")?.as_deref(), Some("pending"));
    Ok(())
}

fn members_cannot_change_members(scene: &mut Scene) -> Result<()> {
    act_as_grace(scene, "member")?;
    scene.configure(&member("username = \"vera\""))?;
    scene.expect_messages("team_member_is_forbidden", &["plan"])?;
    assert_eq!(role(scene, "vera@acme.example")?, None);
    Ok(())
}

fn bad_input_is_refused_at_plan(scene: &mut Scene) -> Result<()> {
    set(scene)?;
    for (name, attributes) in [
        ("team_member_has_no_name", "role = \"member\""),
        ("team_member_has_two_names", "username = \"grace\"; email = \"grace@acme.example\""),
        ("team_member_email_is_none", "email = \"grace\""),
        ("team_member_role_is_in_capitals", "username = \"grace\"; role = \"Admin\""),
        ("team_member_is_unknown", "username = \"gracie\""),
        ("team_member_role_is_unknown", "username = \"grace\"; role = \"reader\""),
    ] {
        scene.configure(&member(attributes))?;
        scene.expect_messages(name, &["plan"])?;
    }
    assert_eq!(role(scene, "grace@acme.example")?, None);
    Ok(())
}
