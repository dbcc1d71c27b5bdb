//! `wandb_team_member`: one person in one team, and nobody else.

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};
use tfplugin::value::Value;
use tfplugin_testing::{Action, Applied, ImportTarget, Object, SessionError};

use crate::scene::{GRACE, LINUS, Scene, object, refusal, text, warnings};

const TYPE: &str = "wandb_team_member";

fn by_username(username: &str, role: &str) -> Value {
    object([("team", "research".into()), ("username", username.into()), ("role", role.into())])
}

fn by_email(email: &str, role: &str) -> Value {
    object([("team", "research".into()), ("email", email.into()), ("role", role.into())])
}

/// Those in the team, in the backend, as `name: role`; invitations as `address: pending`.
fn members(scene: &Scene) -> Result<Vec<String>> {
    let query = "{ entity(name: \"research\") { members { username email role pending accountType } } }";
    let team = scene.emulator.graphql(query, &Json::Null)?;
    let members = team.pointer("/entity/members").and_then(Json::as_array).context("a team has members")?;
    let word = |member: &Json, field: &str| member[field].as_str().unwrap_or_default().to_owned();
    let people = members.iter().filter(|member| member["accountType"] != "SERVICE");
    let told = people.map(|member| match member["pending"].as_bool() {
        Some(true) => format!("{}: pending", word(member, "email")),
        _ => format!("{}: {}", word(member, "username"), word(member, "role")),
    });
    let mut told: Vec<_> = told.collect();
    told.sort_unstable();
    Ok(told)
}

/// Takes someone out of the team, or withdraws an invitation, behind the provider's back.
fn remove(scene: &Scene, id: &str) -> Result<()> {
    let mutation =
        "mutation M($id: String!) { deleteInvite(input: { entityName: \"research\", id: $id }) { success } }";
    scene.emulator.graphql(mutation, &json!({ "id": id })).map(drop)
}

/// The id of somebody's place in the team.
fn place(scene: &Scene, email: &str) -> Result<String> {
    let team = scene.emulator.graphql("{ entity(name: \"research\") { members { id email } } }", &Json::Null)?;
    let members = team.pointer("/entity/members").and_then(Json::as_array).context("a team has members")?;
    let member = members.iter().find(|member| member["email"] == email).context("somebody of that address")?;
    Ok(member["id"].as_str().context("an id")?.to_owned())
}

#[tokio::test]
async fn who_has_an_account_is_a_member_at_once() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let plan = scene.session.plan(TYPE, None, &by_username("niklaus", "viewer")).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("status").is_unknown() && plan.planned().attribute("email").is_unknown());

    let created = scene.session.create(TYPE, &by_username("niklaus", "viewer")).await?;
    assert_eq!(text(&created, "id")?, "research/niklaus");
    assert_eq!(text(&created, "status")?, "active");
    assert_eq!(text(&created, "email")?, "niklaus@acme.example");
    let before = ["grace: admin", "linus: member", "new@elsewhere.example: pending"];
    assert_eq!(members(&scene)?, [&before[..], &["niklaus: viewer", "vera: viewer"]].concat());

    // Every role, in place; a custom one in any case.
    let mut member = created;
    for (role, backend) in [("annotator", "Annotator"), ("admin", "admin"), ("member", "member")] {
        member = scene.session.update(member, &by_username("niklaus", role)).await?;
        assert_eq!(text(&member, "role")?, role);
        assert!(members(&scene)?.contains(&format!("niklaus: {backend}")), "{role}");
    }
    // Without a role, the default.
    let config = object([("team", "research".into()), ("username", "niklaus".into())]);
    scene.session.settled(&member, &config).await?;
    scene.session.destroy(member).await?;
    assert_eq!(members(&scene)?, [&before[..], &["vera: viewer"]].concat(), "nobody else is touched");
    scene.end().await
}

#[tokio::test]
async fn an_invitation_is_a_state_and_no_difference() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = by_email("edsger@elsewhere.example", "viewer");
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(warnings(plan.warnings()), ["role: Role is set after the invitation"]);

    let invited = scene.session.create(TYPE, &config).await?;
    assert_eq!(text(&invited, "status")?, "pending");
    assert_eq!(text(&invited, "id")?, "research/edsger@elsewhere.example");
    assert!(invited.attribute("username").is_null());
    assert!(members(&scene)?.contains(&"edsger@elsewhere.example: pending".to_owned()));

    // Once it is accepted the role is a difference, and the identity the same.
    scene.emulator.accept_invitation(&place(&scene, "edsger@elsewhere.example")?)?;
    let accepted = scene.session.refresh(&invited).await?.context("a member")?;
    assert_eq!(text(&accepted, "status")?, "active");
    let username = text(&accepted, "username")?.to_owned();
    assert_eq!(accepted.identity(), invited.identity());
    let member = scene.session.update(accepted, &config).await?;
    assert!(members(&scene)?.contains(&format!("{username}: viewer")));
    // The other name means the same person.
    scene.session.settled(&member, &by_username(&username.to_uppercase(), "viewer")).await?;
    scene.end().await
}

#[tokio::test]
async fn an_invitation_is_changed_and_withdrawn() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let invited = scene.session.create(TYPE, &by_email("edsger@elsewhere.example", "member")).await?;
    let first = place(&scene, "edsger@elsewhere.example")?;
    // One that says less cannot say more: it is made anew.
    let invited = scene.session.update(invited, &by_email("edsger@elsewhere.example", "admin")).await?;
    assert_ne!(place(&scene, "edsger@elsewhere.example")?, first);
    assert_eq!(text(&invited, "status")?, "pending");
    scene.session.destroy(invited.clone()).await?;
    assert!(!members(&scene)?.contains(&"edsger@elsewhere.example: pending".to_owned()));
    assert!(scene.session.refresh(&invited).await?.is_none(), "a withdrawn invitation is gone");
    scene.end().await
}

#[tokio::test]
async fn who_leaves_outside_is_added_again() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = by_username("niklaus", "member");
    let created = scene.session.create(TYPE, &config).await?;
    remove(&scene, &place(&scene, "niklaus@acme.example")?)?;
    assert!(scene.session.refresh(&created).await?.is_none());
    // Nobody has to refresh before a destroy.
    let plan = scene.session.plan_destroy(&created).await?;
    scene.session.apply(plan).await?.into_result()?;
    scene.session.create(TYPE, &config).await?;
    scene.end().await
}

#[tokio::test]
async fn a_role_that_was_changed_outside_is_a_difference() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = by_username("niklaus", "member");
    let created = scene.session.create(TYPE, &config).await?;
    let theirs = scene.session.update(created.clone(), &by_username("niklaus", "viewer")).await?;
    let drifted = scene.session.refresh(&created).await?.context("a member")?;
    assert_eq!(text(&drifted, "role")?, "viewer");
    assert_eq!(drifted.value(), theirs.value());
    let plan = scene.session.plan(TYPE, Some(&drifted), &config).await?;
    assert_eq!(plan.action(), Action::Update);
    scene.end().await
}

#[tokio::test]
async fn names_mean_the_same_in_any_case_and_keep_their_spelling() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &by_username("NIKLAUS", "member")).await?;
    assert_eq!(text(&created, "username")?, "NIKLAUS");
    assert_eq!(text(&created, "id")?, "research/NIKLAUS");
    let read = scene.session.settled(&created, &by_username("Niklaus", "member")).await?;
    assert_eq!(text(&read, "username")?, "NIKLAUS");
    scene.session.settled(&created, &by_email("Niklaus@ACME.example", "member")).await?;

    // Another person is another membership.
    let other = scene.session.create(TYPE, &by_username("ada", "member")).await?;
    let plan = scene.session.plan(TYPE, Some(&other), &by_username("otto", "member")).await?;
    assert_eq!(plan.requires_replace(), ["username".into()]);
    assert!(plan.planned().attribute("email").is_unknown());
    scene.end().await
}

/// Whoever is there already is found by the plan, also where a membership of somebody else or of another team ends.
#[tokio::test]
async fn who_is_there_already_is_told_before_another_membership_ends() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    for (team, username) in [("research", "linus"), ("research", "grace"), ("other", "otto")] {
        let config = object([("team", team.into()), ("username", username.into())]);
        let refused = refusal(scene.session.plan(TYPE, Some(&created), &config).await)?;
        assert_eq!(refused, ["username: Person is a member already"], "{username}");
    }
    scene.end().await
}

/// Both look at the team before either is in it.
#[tokio::test]
async fn one_person_as_two_resources_is_refused_also_at_the_same_time() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let configs = [by_username("niklaus", "member"), by_email("niklaus@acme.example", "admin")];
    let plans = scene.session.plan_creates(TYPE, &configs).await?;
    let applied = scene.session.apply_all(&plans).await?;
    let results: Vec<_> = applied.into_iter().map(tfplugin_testing::Applied::into_result).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter(Result::is_err) {
        let told = refusal(refused)?;
        assert!(
            told[0].contains("Person is named twice") || told[0].contains("Person is a member already"),
            "{told:?}"
        );
    }
    scene.end().await
}

#[tokio::test]
async fn another_role_leaves_the_status_as_it_is_known() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    let plan = scene.session.plan(TYPE, Some(&created), &by_username("niklaus", "viewer")).await?;
    assert_eq!(plan.planned().attribute("status").as_str(), Some("active"));
    let invited = scene.session.import(TYPE, "research/new@elsewhere.example").await?;
    let plan = scene.session.plan(TYPE, Some(&invited), &by_email("new@elsewhere.example", "admin")).await?;
    assert!(plan.planned().attribute("status").is_unknown(), "who was invited may accept before the apply");
    scene.end().await
}

#[tokio::test]
async fn it_is_imported_in_every_form() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = by_username("niklaus", "viewer");
    let created = scene.session.create(TYPE, &config).await?;
    let id = place(&scene, "niklaus@acme.example")?;
    for target in ["research/niklaus".to_owned(), "research/Niklaus".to_owned(), format!("research/id:{id}")] {
        scene.session.import_verify(&created, target.as_str(), &[]).await.context(target)?;
    }
    let identity = created.identity().context("an identity")?.clone();
    scene.session.import_verify(&created, ImportTarget::Identity(identity), &[]).await?;
    let by_address = scene.session.import_verify(&created, "research/NIKLAUS@acme.example", &["id"]).await?;
    assert_eq!(text(&by_address, "id")?, "research/niklaus@acme.example");
    scene.session.settled(&by_address, &config).await?;

    let pending = scene.session.import(TYPE, "research/new@elsewhere.example").await?;
    assert_eq!(text(&pending, "status")?, "pending");
    scene.session.settled(&pending, &by_email("new@elsewhere.example", "member")).await?;

    for (target, title) in [
        ("research/nobody", "Person is not in the team"),
        ("research/ci", "Person is not in the team"),
        ("nowhere/niklaus", "Team not found"),
        ("niklaus", "Invalid import id"),
    ] {
        assert_eq!(refusal(scene.session.import(TYPE, target).await)?, [title], "{target}");
    }
    scene.end().await
}

#[tokio::test]
async fn what_cannot_be_is_refused_while_planning() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let session = &scene.session;
    for (config, expected) in [
        (by_username("linus", "member"), "username: Person is a member already"),
        (by_email("LINUS@acme.example", "member"), "email: Person is a member already"),
        (by_email("new@elsewhere.example", "member"), "email: Person invited already"),
        (by_username("nobody", "member"), "username: Person not found"),
        (by_username("ci", "member"), "username: Person not found"),
        (by_username("niklaus", "reader"), "role: Role not found"),
    ] {
        assert_eq!(refusal(session.plan(TYPE, None, &config).await)?, [expected]);
    }
    for (config, expected) in [
        (object([("team", "research".into())]), "username: One of `username` and `email` needed"),
        (
            object([("team", "research".into()), ("username", "a".into()), ("email", "a@b.example".into())]),
            "username: One of `username` and `email` needed",
        ),
        (by_username("a@b.example", "member"), "username: Invalid value for `username`"),
        (by_username("", "member"), "username: Invalid value for `username`"),
        (by_email("ada", "member"), "email: Invalid value for `email`"),
        (by_username("ada", "Admin"), "role: Invalid value for `role`"),
        (by_username("ada", ""), "role: Invalid value for `role`"),
    ] {
        assert_eq!(refusal(session.validate(TYPE, &config).await)?, [expected]);
    }
    session.validate(TYPE, &object([("team", Value::unknown()), ("email", Value::unknown())])).await?;

    // What is in the team by now is found by the apply as well.
    let plan = scene.session.plan(TYPE, None, &by_username("niklaus", "member")).await?;
    scene.session.create(TYPE, &by_email("niklaus@acme.example", "member")).await?;
    assert_eq!(refusal(scene.session.apply(plan).await)?, ["username: Person is a member already"]);
    scene.end().await
}

/// Plans the end of each and applies all at once.
async fn destroy_all(scene: &mut Scene, objects: &[Object]) -> Result<Vec<String>> {
    let mut plans = Vec::new();
    for object in objects {
        plans.push(scene.session.plan_destroy(object).await?);
    }
    let mut told = Vec::new();
    for applied in scene.session.apply_all(&plans).await? {
        told.extend(warnings(&applied.diagnostics));
        applied.into_result()?;
    }
    Ok(told)
}

#[tokio::test]
async fn the_last_admin_stays_also_when_ten_end_at_once() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let mut admins = vec![scene.session.import(TYPE, "research/grace").await?];
    for username in ["ada", "otto", "niklaus", "root"] {
        admins.push(scene.session.create(TYPE, &by_username(username, "admin")).await?);
    }
    // The caller's own, and whoever of the others comes last.
    let told = destroy_all(&mut scene, &admins).await?;
    assert_eq!(told, ["Membership kept in W&B"], "{:?}", members(&scene)?);
    let left: Vec<_> = members(&scene)?.into_iter().filter(|member| member.ends_with(": admin")).collect();
    assert_eq!(left, ["ada: admin"], "the caller is an admin who stays");

    let mut admins = Vec::new();
    for username in ["grace", "otto", "niklaus", "root"] {
        admins.push(scene.session.create(TYPE, &by_username(username, "admin")).await?);
    }
    scene.act_as(GRACE).await?;
    let ada = scene.session.import(TYPE, "research/ada").await?;
    // Now the caller is among those who end, and stays; so all the others may go.
    admins.push(ada);
    let told = destroy_all(&mut scene, &admins).await?;
    assert_eq!(told, ["Membership kept in W&B"]);
    scene.end().await
}

#[tokio::test]
async fn of_admins_who_end_at_once_one_stays() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    // The caller, an admin of the organization, is in no team.
    let mut admins = vec![scene.session.import(TYPE, "research/grace").await?];
    for username in ["linus", "vera"] {
        let member = scene.session.import(TYPE, &*format!("research/{username}")).await?;
        admins.push(scene.session.update(member, &by_username(username, "admin")).await?);
    }
    for username in ["otto", "niklaus", "root"] {
        admins.push(scene.session.create(TYPE, &by_username(username, "admin")).await?);
    }
    let told = destroy_all(&mut scene, &admins).await?;
    assert_eq!(told, ["Membership kept in W&B"]);
    let left: Vec<_> = members(&scene)?.into_iter().filter(|member| member.ends_with(": admin")).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    scene.end().await
}

#[tokio::test]
async fn of_admins_who_lose_the_role_at_once_one_keeps_it() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let mut plans = Vec::new();
    let grace = scene.session.import(TYPE, "research/grace").await?;
    let plan = scene.session.plan(TYPE, Some(&grace), &by_username("grace", "viewer")).await?;
    assert_eq!(warnings(plan.warnings()), ["role: Team may be left without admin"]);
    plans.push(plan);
    for username in ["otto", "niklaus", "root"] {
        let admin = scene.session.create(TYPE, &by_username(username, "admin")).await?;
        plans.push(scene.session.plan(TYPE, Some(&admin), &by_username(username, "member")).await?);
    }
    let mut refused = Vec::new();
    for applied in scene.session.apply_all(&plans).await? {
        if applied.diagnostics.has_error() {
            refused.extend(refusal(applied.into_result())?);
        }
    }
    assert_eq!(refused, ["role: Team would have no admin"]);
    let left = members(&scene)?.into_iter().filter(|member| member.ends_with(": admin")).count();
    assert_eq!(left, 1);
    scene.end().await
}

#[tokio::test]
async fn an_admin_of_the_team_invites_and_ends_without_scim() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    scene.act_as(GRACE).await?;
    let invited = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    assert_eq!(text(&invited, "status")?, "pending");
    assert_eq!(text(&invited, "email")?, "niklaus@acme.example");
    let viewer = scene.session.plan(TYPE, None, &by_email("otto@acme.example", "viewer")).await;
    assert_eq!(refusal(viewer)?, ["role: Permission denied"]);
    scene.session.destroy(invited).await?;
    let linus = scene.session.import(TYPE, "research/linus").await?;
    let promoted = scene.session.plan(TYPE, Some(&linus), &by_username("linus", "admin")).await;
    assert_eq!(refusal(promoted)?, ["role: Permission denied"]);
    scene.session.destroy(linus).await?;
    assert!(!members(&scene)?.iter().any(|member| member.starts_with("linus")));
    scene.end().await
}

#[tokio::test]
async fn a_hidden_team_is_no_reason_to_forget() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    let config = object([("team", "other".into()), ("username", "niklaus".into())]);
    let elsewhere = scene.session.create(TYPE, &config).await?;
    scene.act_as(LINUS).await?;
    assert!(scene.session.refresh(&created).await?.is_some());
    assert_eq!(refusal(scene.session.refresh(&elsewhere).await)?, ["Team not visible"]);
    let destroy = scene.session.plan_destroy(&elsewhere).await;
    assert_eq!(refusal(destroy)?, ["Team not visible"]);
    scene.end().await
}

/// A team cannot be deleted, so the state is of one that never was.
#[tokio::test]
async fn without_its_team_a_membership_is_gone() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let created = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    let Value::Map(mut attributes) = created.value().clone() else { panic!("a state is an object") };
    attributes.insert("team".into(), "nowhere".into());
    let orphan = created.with_value(Value::Map(attributes));
    assert!(scene.session.refresh(&orphan).await?.is_none());
    scene.end().await
}

/// The state of the first version of the schema.
#[tokio::test]
async fn stored_states_are_read() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let stored = br#"{"id": "research/niklaus", "team": "research", "username": "niklaus",
        "email": "niklaus@acme.example", "role": "member", "status": "active"}"#;
    let created = scene.session.create(TYPE, &by_username("niklaus", "member")).await?;
    let state = scene.session.upgrade(TYPE, 0, stored).await?;
    assert_eq!(&state, created.value());
    scene.end().await
}

/// Most of W&B's refusals come as a success, with words alone: whoever is there then was perhaps there before.
#[tokio::test]
async fn an_invitation_that_is_refused_in_words_adopts_nobody() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let plan = scene.session.plan(TYPE, None, &by_email("edsger@elsewhere.example", "member")).await?;
    let errors = json!([{ "message": "invited already", "path": ["result"] }]);
    let body = json!({ "data": { "result": null }, "errors": errors }).to_string();
    let effect = json!({ "kind": "status", "status": 200, "body": body, "when": "after" });
    scene.emulator.add_fault(&json!({ "operation": "createInvite", "effect": effect, "times": 1 }))?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.object.is_none(), "what others made is not taken over");
    assert_eq!(refusal(applied.into_result())?, ["Request failed"]);
    scene.end().await
}

/// What a failure half-way leaves shows in the next plan.
#[tokio::test]
async fn a_role_that_cannot_be_set_loses_no_member() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let config = by_username("niklaus", "viewer");
    scene.emulator.add_fault(&json!({
        "operation": "PATCH /scim/Users/{id}", "effect": { "kind": "status", "status": 403 }, "times": 1
    }))?;
    let plan = scene.session.plan(TYPE, None, &config).await?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(warnings(&applied.diagnostics), ["Permission denied"]);
    let reached = applied.into_result()?.context("a member")?;
    scene.emulator.clear_faults()?;
    let member = scene.session.update(reached, &config).await?;
    assert_eq!(text(&member, "role")?, "viewer");
    scene.end().await
}

#[tokio::test]
async fn two_hundred_join_with_few_requests() -> Result<()> {
    use std::fmt::Write as _;
    const PEOPLE: usize = 200;
    let mut seed =
        "organization: acme\npeople:\n- { username: ada, email: ada@acme.example, role: admin }\n".to_owned();
    for number in 0..PEOPLE {
        writeln!(seed, "- {{ username: person-{number}, email: person-{number}@acme.example }}")?;
    }
    seed.push_str("teams:\n- { name: research, members: [{ username: ada, role: admin }] }\n");
    let mut scene = Scene::set_seeded(&seed).await?;
    let configs: Vec<_> = (0..PEOPLE).map(|number| by_username(&format!("person-{number}"), "member")).collect();
    let plans = scene.session.plan_creates(TYPE, &configs).await?;
    let planned = scene.requests()?;
    assert!(planned <= 12, "{planned} requests of the plan");
    let applied = scene.session.apply_all(&plans).await?;
    let requests = scene.requests()? - planned;
    assert!(requests <= 100, "{requests} requests of the apply");
    let objects: std::result::Result<Vec<_>, SessionError> = applied.into_iter().map(Applied::into_result).collect();
    let objects: Vec<Object> = objects?.into_iter().flatten().collect();
    assert_eq!(objects.len(), PEOPLE);
    assert_eq!(members(&scene)?.len(), PEOPLE + 1);
    let refreshed = scene.session.refresh_all(&objects).await?;
    assert!(refreshed.iter().all(Option::is_some));
    let read = scene.requests()? - planned - requests;
    assert!(read <= 6, "{read} requests of the refresh");
    scene.end().await
}
