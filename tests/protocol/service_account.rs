//! `wandb_service_account`, built-in and of team scope.

use anyhow::{Context, Result};
use tfplugin::value::Value;
use tfplugin_testing::{Action, ImportTarget};

use crate::scene::{Scene, account, refusal, text};

const TYPE: &str = "wandb_service_account";

#[tokio::test]
async fn lives_from_create_to_destroy() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let plan = scene.session.plan(TYPE, None, &account("research", "ci")).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("id").is_unknown());

    let created = scene.create_account("research", "ci").await?;
    let id = text(&created, "id")?.to_owned();
    let identity = created.identity().context("an identity")?;
    assert_eq!(identity.attribute("id").as_str(), Some(id.as_str()));
    scene.session.destroy(created.clone()).await?;
    assert!(scene.session.refresh(&created).await?.is_none(), "it is gone from the backend");
    scene.end().await
}

#[tokio::test]
async fn another_name_or_team_is_another_account() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    scene.create_team("science").await?;
    let created = scene.create_account("research", "ci").await?;

    let plan = scene.session.plan(TYPE, Some(&created), &account("research", "deploy")).await?;
    assert_eq!(plan.action(), Action::Replace);
    assert_eq!(plan.requires_replace(), ["name".into()]);
    assert!(plan.planned().attribute("id").is_unknown());
    let renamed = scene.session.replace(created.clone(), &account("research", "deploy")).await?;
    assert_ne!(text(&renamed, "id")?, text(&created, "id")?);
    assert!(scene.session.refresh(&created).await?.is_none());

    // The new one first, as `create_before_destroy` asks.
    let config = account("science", "deploy");
    let plan = scene.session.plan(TYPE, Some(&renamed), &config).await?.create_before_destroy();
    let moved = scene.session.apply(plan).await?.into_result()?.context("an object")?;
    scene.session.settled(&moved, &config).await?;
    assert!(scene.session.refresh(&renamed).await?.is_none());
    scene.end().await
}

#[tokio::test]
async fn an_account_that_was_deleted_outside_is_made_again() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    scene.emulator.delete_account(text(&created, "id")?)?;

    assert!(scene.session.refresh(&created).await?.is_none());
    // Nobody has to refresh before a destroy.
    let plan = scene.session.plan_destroy(&created).await?;
    assert!(scene.session.apply(plan).await?.into_result()?.is_none());
    let again = scene.create_account("research", "ci").await?;
    assert_ne!(text(&again, "id")?, text(&created, "id")?);
    scene.end().await
}

#[tokio::test]
async fn it_is_imported_by_name_by_id_and_by_identity() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    let by_id = format!("research/id:{}", text(&created, "id")?);
    for id in ["research/ci", &by_id] {
        scene.session.import_verify(&created, id, &[]).await?;
    }
    let identity = ImportTarget::Identity(created.identity().context("an identity")?.clone());
    let imported = scene.session.import_verify(&created, identity, &[]).await?;
    scene.session.settled(&imported, &account("research", "ci")).await?;

    for (id, refused) in [
        ("research/deploy", "Service account not found"),
        ("nowhere/ci", "Team not found"),
        ("ci", "Invalid import id"),
        ("research/ci/more", "Invalid import id"),
    ] {
        assert_eq!(refusal(scene.session.import(TYPE, id).await)?, [refused], "{id}");
    }
    scene.end().await
}

#[tokio::test]
async fn what_cannot_be_is_refused() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    scene.create_account("research", "ci").await?;
    let again = scene.session.plan(TYPE, None, &account("research", "ci")).await;
    assert_eq!(refusal(again)?, ["name: Service account exists already"]);

    // The team may be made by the same run, so only the apply can tell.
    let plan = scene.session.plan(TYPE, None, &account("nowhere", "ci")).await?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.object.is_none());
    assert_eq!(refusal(applied.into_result())?, ["team: Team not found"]);

    for (name, team, refused) in [("", "research", "name"), (" ci", "research", "name"), ("ci", "", "team")] {
        let validated = scene.session.validate(TYPE, &account(team, name)).await;
        assert_eq!(refusal(validated)?, [format!("{refused}: Invalid value for `{refused}`")]);
    }
    scene.end().await
}

#[tokio::test]
async fn a_team_that_is_not_known_yet_is_planned_with() -> Result<()> {
    let scene = Scene::set().await?;
    let config = Value::object([("team", Value::unknown()), ("name", "ci".into())]);
    scene.session.validate(TYPE, &config).await?;
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("team").is_unknown());
    scene.end().await
}
