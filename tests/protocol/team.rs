//! `wandb_team`: made, kept and given up, but never deleted.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tfplugin::value::Value;
use tfplugin_testing::{Action, ImportTarget};

use crate::scene::{GRACE, Scene, object, refusal, text, warnings};

const TYPE: &str = "wandb_team";

fn team(name: &str, policy: &str) -> Value {
    object([("name", name.into()), ("deletion_policy", policy.into())])
}

#[tokio::test]
async fn lives_from_create_to_abandonment() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = object([("name", "research".into())]);
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("id").is_unknown());
    assert_eq!(plan.planned().attribute("deletion_policy").as_str(), Some("prevent"), "the default shows in the plan");

    let created = scene.session.create(TYPE, &config).await?;
    assert_eq!(created.identity().context("an identity")?.attribute("name").as_str(), Some("research"));
    let refused = scene.session.plan_destroy(&created).await;
    assert_eq!(refusal(refused)?, ["Team cannot be deleted"]);

    let id = text(&created, "id")?.to_owned();
    let updated = scene.session.update(created, &team("research", "abandon")).await?;
    assert_eq!(text(&updated, "id")?, id);
    scene.session.destroy(updated).await?;
    // It lives on, so it can be imported.
    let imported = scene.session.import(TYPE, "research").await?;
    assert_eq!(text(&imported, "id")?, id);
    scene.end().await
}

#[tokio::test]
async fn a_deleted_default_comes_back() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create_team("research").await?;
    let updated = scene.session.update(created, &object([("name", "research".into())])).await?;
    assert_eq!(text(&updated, "deletion_policy")?, "prevent");
    scene.end().await
}

#[tokio::test]
async fn it_is_imported_by_name_and_by_identity() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = object([("name", "research".into())]);
    let created = scene.session.create(TYPE, &config).await?;
    scene.session.import_verify(&created, "research", &[]).await?;
    let identity = created.identity().context("an identity")?.clone();
    let imported = scene.session.import_verify(&created, ImportTarget::Identity(identity), &[]).await?;
    scene.session.settled(&imported, &config).await?;

    let refused = scene.session.import(TYPE, "nowhere").await;
    assert_eq!(refusal(refused)?, ["Team not found"]);
    let refused = scene.session.import(TYPE, "research/ci").await;
    assert_eq!(refusal(refused)?, ["Invalid import id"]);
    scene.end().await
}

#[tokio::test]
async fn what_cannot_be_is_refused_while_planning() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create_team("research").await?;
    let session = &scene.session;

    let again = session.plan(TYPE, None, &team("research", "abandon")).await;
    assert_eq!(refusal(again)?, ["name: Team exists already"]);
    let renamed = session.plan(TYPE, Some(&created), &team("science", "abandon")).await;
    assert_eq!(refusal(renamed)?, ["name: Teams cannot be renamed"]);

    let empty = session.validate(TYPE, &team("", "abandon")).await;
    assert_eq!(refusal(empty)?, ["name: Invalid value for `name`"]);
    let policy = session.validate(TYPE, &team("research", "delete")).await;
    assert_eq!(refusal(policy)?, ["deletion_policy: Invalid value for `deletion_policy`"]);
    session.validate(TYPE, &object([("name", Value::unknown())])).await?;
    for (provider, attribute, expected) in [
        ("aws", "path", "storage_bucket.provider: Invalid value for `provider`"),
        ("GCP", "aws_external_id", "storage_bucket.aws_external_id: Attribute of another storage provider"),
        ("AWS", "azure_client_id", "storage_bucket.azure_client_id: Attribute of another storage provider"),
        ("AZURE", "azure_tenant_id", "storage_bucket: Incomplete application of Azure"),
    ] {
        let bucket = object([("name", "runs".into()), ("provider", provider.into()), (attribute, "x".into())]);
        let refused = session.validate(TYPE, &object([("name", "science".into()), ("storage_bucket", bucket)])).await;
        assert_eq!(refusal(refused)?, [expected]);
    }
    scene.end().await
}

#[tokio::test]
async fn a_tainted_team_is_not_destroyed() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.session.create(TYPE, &object([("name", "research".into())])).await?.taint();
    // No host asks about the destroy here, and none tells that this is half of a replacement.
    let plan = scene.session.plan(TYPE, Some(&created), &object([("name", "research".into())])).await;
    assert_eq!(refusal(plan)?, ["name: Team exists already"]);
    scene.end().await
}

#[tokio::test]
async fn states_of_other_versions_are_read() -> Result<()> {
    let mut scene = Scene::set().await?;
    let stored = br#"{"id": "RW50aXR5OjE=", "name": "research", "colour": "red"}"#;
    let state = scene.session.upgrade(TYPE, 0, stored).await?;
    assert_eq!(state.attribute("name").as_str(), Some("research"));
    assert_eq!(state.attribute("deletion_policy").as_str(), Some("prevent"), "what is missing is its default");

    // The schema before there were buckets.
    let stored = br#"{"id": "RW50aXR5OjE=", "name": "research", "initial_admin": "ada", "deletion_policy": "abandon"}"#;
    let state = scene.session.upgrade(TYPE, 0, stored).await?;
    assert!(state.attribute("storage_bucket").is_null());
    let config =
        object([("name", "research".into()), ("initial_admin", "ada".into()), ("deletion_policy", "abandon".into())]);
    let created = scene.session.create(TYPE, &config).await?;
    let old = created.with_value(state);
    let read = scene.session.refresh(&old).await?.context("a team")?;
    scene.session.settled(&read, &config).await?;

    let refused = scene.session.upgrade(TYPE, 7, stored).await;
    assert_eq!(refusal(refused)?, ["State of a newer provider"]);
    let refused = scene.session.upgrade(TYPE, 0, br#"{"name": ["research"]}"#).await;
    assert_eq!(refusal(refused)?, ["name: Unreadable state"]);
    scene.end().await
}

/// Nobody would learn it from a later plan.
#[tokio::test]
async fn a_bucket_team_without_an_admin_is_told() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let fault = json!({ "operation": "PATCH /scim/Groups/{id}", "effect": { "kind": "status", "status": 403 } });
    scene.emulator.add_fault(&fault)?;
    let bucket = object([("name", "runs".into()), ("provider", "GCP".into())]);
    let config = object([
        ("name", "science".into()),
        ("initial_admin", "niklaus".into()),
        ("storage_bucket", bucket),
        ("deletion_policy", "abandon".into()),
    ]);
    let plan = scene.session.plan(TYPE, None, &config).await?;
    let applied = scene.session.apply(plan).await?;
    let told: Vec<_> = applied.diagnostics.iter().map(|warning| warning.summary.clone()).collect();
    assert_eq!(told, ["Team has no admin"]);
    assert!(!applied.into_result()?.context("it is made")?.is_tainted());
    scene.end().await
}

/// A server that tells nothing of the organization does not tell that its admin is none.
#[tokio::test]
async fn an_admin_is_not_refused_where_scim_says_nothing() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let invite = "mutation { createInvite(input: { entityName: \"research\", username: \"ada\", admin: false }) { invite { id } } }";
    let invited = scene.emulator.graphql(invite, &json!({}))?;
    let id =
        invited.pointer("/createInvite/invite/id").and_then(|id| id.as_str()).context("an invitation has an id")?;
    scene.emulator.accept_invitation(id)?;
    let effect = json!({ "kind": "status", "status": 404 });
    for operation in ["GET /scim/Groups", "GET /scim/Users"] {
        scene.emulator.add_fault(&json!({ "operation": operation, "effect": effect }))?;
    }
    scene.session.restart().await?;
    scene.create_account("research", "nightly").await?;
    scene.end().await
}

/// Where an organization has no SCIM, its admin is told the same as everyone else.
#[tokio::test]
async fn whom_scim_is_closed_to_plans_a_team_and_what_is_in_it() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    scene.act_as(GRACE).await?;
    let account = object([("team", "science".into()), ("name", "ci".into())]);
    let refused = refusal(scene.session.plan("wandb_service_account", None, &account).await)?;
    assert_eq!(refused, ["team: Team not found"]);
    let plan = scene.session.plan(TYPE, None, &team("science", "abandon")).await?;
    assert_eq!(warnings(plan.warnings()), ["Permission in doubt"]);
    scene.session.plan("wandb_service_account", None, &account).await?;
    scene.end().await
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_again() -> Result<()> {
    let mut scene = Scene::set().await?;
    let found = scene.create_unanswered(TYPE, &team("research", "abandon"), "createTeam").await?;
    // What would only be recorded, and what is left, is said before.
    let named =
        object([("name", "research".into()), ("deletion_policy", "abandon".into()), ("initial_admin", "x".into())]);
    let plan = scene.session.plan(TYPE, Some(&found), &named).await?;
    assert_eq!(warnings(plan.warnings()), ["initial_admin: The initial admin is only recorded"]);
    assert_eq!(warnings(scene.session.plan_destroy(&found).await?.warnings()), ["Team will be left in W&B"]);
    scene.end().await
}

#[tokio::test]
async fn a_name_that_something_else_has_is_told_as_that() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let person = scene.session.create(TYPE, &team("grace", "abandon")).await;
    assert_eq!(refusal(person)?, ["name: Name is taken"]);
    let capitals = scene.session.plan(TYPE, None, &team("Research", "abandon")).await.err().context("it is there")?;
    let told = capitals.diagnostics().and_then(|told| told.iter().next()).context("a diagnostic")?;
    ensure!(told.detail.contains("\"research\"") && told.detail.contains("case"), "{}", told.detail);
    scene.end().await
}
