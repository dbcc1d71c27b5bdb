//! The data sources `wandb_viewer`, `wandb_teams` and `wandb_user`.

use anyhow::Result;
use tfplugin::value::Value;

use crate::scene::{GRACE, OTTO, PLATFORM, ROOT, Scene, object, refusal};

fn words(value: &Value) -> Vec<&str> {
    let Value::List(values) = value else { return Vec::new() };
    values.iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn the_viewer_is_whose_credential_it_is() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    for (key, username, teams, organization_admin, instance_admin) in [
        ("", Some("ada"), vec![], Value::Bool(true), false),
        (ROOT, Some("root"), vec![], Value::Bool(true), true),
        // Where SCIM is closed to all, that of an admin would look the same.
        (GRACE, Some("grace"), vec!["research"], Value::Null, false),
        (PLATFORM, Some("platform"), vec!["research"], Value::Bool(true), false),
    ] {
        if !key.is_empty() {
            scene.act_as(key).await?;
        }
        let viewer = scene.session.read_data_source("wandb_viewer", &object([])).await?;
        assert_eq!(viewer.attribute("username").as_str(), username);
        assert_eq!(words(viewer.attribute("teams")), teams, "{username:?}");
        assert_eq!(viewer.attribute("organization_admin"), &organization_admin, "{username:?}");
        assert_eq!(viewer.attribute("instance_admin"), &Value::Bool(instance_admin), "{username:?}");
    }
    scene.end().await
}

#[tokio::test]
async fn the_teams_are_all_for_admins_and_one_s_own_for_others() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let all = scene.session.read_data_source("wandb_teams", &object([])).await?;
    assert_eq!(words(all.attribute("names")), ["other", "research"]);
    assert_eq!(all.attribute("is_whole"), &Value::Bool(true));
    scene.act_as(OTTO).await?;
    let own = scene.session.read_data_source("wandb_teams", &object([])).await?;
    assert_eq!(words(own.attribute("names")), ["other"]);
    assert_eq!(own.attribute("is_whole"), &Value::Bool(false));
    scene.end().await
}

#[tokio::test]
async fn a_person_is_found_by_either_name() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    for config in [object([("username", "GRACE".into())]), object([("email", "Grace@acme.example".into())])] {
        let found = scene.session.read_data_source("wandb_user", &config).await?;
        assert_eq!(found.attribute("name").as_str(), Some("grace"));
        let spelled = if config.attribute("email").is_null() { "grace@acme.example" } else { "Grace@acme.example" };
        assert_eq!(found.attribute("email").as_str(), Some(spelled));
    }
    // Service accounts are no people, and others see those who share a team with them.
    for (key, username) in [("", "ci"), ("", "nobody"), (GRACE, "otto")] {
        if !key.is_empty() {
            scene.act_as(key).await?;
        }
        let read = scene.session.read_data_source("wandb_user", &object([("username", username.into())])).await;
        assert_eq!(refusal(read)?, ["username: Person not found"]);
    }
    scene.end().await
}
