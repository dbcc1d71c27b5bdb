//! The credential of another organization: on a server with several, its administrator is shown all teams of its own and
//! none of ours. What it does not see is not gone.

use anyhow::{Context as _, Result};
use tfplugin_testing::Object;

use crate::scene::{ORGANIZATION, Scene, emulator_seeded, object, of_organization, refusal, text};

/// The organization of somebody else, who administers it as `ada` does ours.
const ANOTHER: &str = r"
organization: globex
deployment: { kind: multi-tenant }
people:
  - { username: hank, email: hank@globex.example, name: Hank, role: admin }
teams:
  - name: reactors
    members: [{ username: hank, role: admin }]
";

/// One object of each type in `research`, and an account of the organization with a key.
async fn one_of_each(scene: &mut Scene) -> Result<Vec<Object>> {
    let team = scene.create_team("vision").await?;
    let member = object([("team", "vision".into()), ("username", "niklaus".into())]);
    let member = scene.session.create("wandb_team_member", &member).await?;
    let account = scene.create_account("vision", "builder").await?;
    let key = scene.create_key(&account, "builder").await?;
    let roaming = scene.session.create("wandb_service_account", &of_organization("vision", "roaming")).await?;
    let roaming_key = scene.create_key(&roaming, "roaming").await?;
    Ok(vec![team, member, account, key, roaming, roaming_key])
}

/// A refresh of each is refused: by its team with this title, or as an account that may be elsewhere.
async fn each_stays(scene: &mut Scene, objects: &[Object], title: &str) -> Result<()> {
    for object in objects {
        let refused = refusal(scene.session.refresh(object).await).with_context(|| object.type_name().to_owned())?;
        let told = refused[0].as_str();
        assert!(told == title || told == "Service account not visible", "{}: {refused:?}", object.type_name());
    }
    Ok(())
}

#[tokio::test]
async fn its_administrator_makes_nothing_go() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let objects = one_of_each(&mut scene).await?;
    scene.move_to(emulator_seeded(ANOTHER)?).await?;
    each_stays(&mut scene, &objects, "Team not visible").await?;
    // Nor does a destroy that was not refreshed take them for gone: it is refused, and each of them stays in the state.
    for object in objects.iter().skip(1) {
        let refused = match scene.session.plan_destroy(object).await {
            Err(error) => refusal::<()>(Err(error))?,
            Ok(plan) => {
                let applied = scene.session.apply(plan).await?;
                assert!(applied.object.is_some(), "{} is forgotten", object.type_name());
                refusal(applied.into_result())?
            }
        };
        assert!(!refused.is_empty(), "{}", object.type_name());
    }
    scene.end().await
}

/// As after a restore of a backup that did not have the team yet.
#[tokio::test]
async fn in_ones_own_what_is_gone_is_gone() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let objects = one_of_each(&mut scene).await?;
    scene.move_to(emulator_seeded(ORGANIZATION)?).await?;
    for object in &objects {
        let gone = scene.session.refresh(object).await?;
        assert!(gone.is_none(), "{}", text(object, "id").context("it has an id")?);
    }
    scene.end().await
}

/// Names alone are not enough: another server may hold a namesake of the organization with a team of the same name.
#[tokio::test]
async fn a_team_of_the_same_name_is_another_one() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    let objects = one_of_each(&mut scene).await?;
    let teams = "  - name: vision\n  - name: other\n";
    let namesake = ORGANIZATION.replace("  - name: other\n", teams);
    scene.move_to(emulator_seeded(&namesake)?).await?;
    each_stays(&mut scene, &objects, "Another team of this name").await?;
    scene.end().await
}
