//! The data source `wandb_team`.

use anyhow::{Context, Result};
use tfplugin::value::Value;

use crate::scene::{Scene, object, refusal, text};

const TYPE: &str = "wandb_team";

#[tokio::test]
async fn a_team_is_read_with_all_who_are_in_it() -> Result<()> {
    let mut scene = Scene::set().await?;
    let team = scene.create_team("research").await?;
    scene.create_account("research", "ci").await?;
    let read = scene.session.read_data_source(TYPE, &object([("name", "research".into())])).await?;
    assert_eq!(read.attribute("id").as_str(), Some(text(&team, "id")?));

    let Value::List(accounts) = read.attribute("service_accounts") else { panic!("no list of accounts") };
    let [account] = accounts.as_slice() else { panic!("{} service accounts", accounts.len()) };
    assert_eq!(account.attribute("name").as_str(), Some("ci"));
    let Value::List(members) = read.attribute("members") else { panic!("no list of members") };
    assert_eq!(members.len(), 1, "people alone");
    let administrator = scene.emulator.administrator().username.as_str();
    let person = members.iter().find(|member| member.attribute("username").as_str() == Some(administrator));
    assert_eq!(person.context("the administrator")?.attribute("status").as_str(), Some("active"));
    assert_eq!(person.context("the administrator")?.attribute("role").as_str(), Some("admin"));
    scene.end().await
}

#[tokio::test]
async fn a_team_that_is_not_there_is_an_error() -> Result<()> {
    let scene = Scene::set().await?;
    let read = scene.session.read_data_source(TYPE, &object([("name", "nowhere".into())])).await;
    assert_eq!(refusal(read)?, ["name: Team not found"]);
    scene.end().await
}
