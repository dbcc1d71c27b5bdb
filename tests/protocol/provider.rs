//! The `provider` block, and what hosts may ask before and without it.

use anyhow::Result;
use secrecy::SecretString;
use tfplugin::value::Value;
use tfplugin_testing::Session;

use crate::scene::{ORGANIZATION, account, emulator, emulator_seeded, launch, object, refusal};

/// Of the right form, and nobody's.
const NOBODYS_KEY: &str = "0123456789abcdef0123456789abcdef01234567";

#[tokio::test]
async fn a_credential_that_is_refused_is_one_error() -> Result<()> {
    let emulator = emulator()?;
    let mut session = Session::start(launch(&emulator, &SecretString::from(NOBODYS_KEY))).await?;
    assert_eq!(refusal(session.configure(&object([])).await)?, ["Credential refused"]);
    Ok(())
}

#[tokio::test]
async fn another_organization_is_refused() -> Result<()> {
    let emulator = emulator()?;
    let mut session = Session::start(launch(&emulator, &emulator.administrator().api_key)).await?;
    let guarded = object([("organization", "umbrella".into())]);
    let refused = session.configure(&guarded).await;
    assert_eq!(refusal(refused)?, ["organization: Organization not known"], "there is no team that would tell");
    let make = "mutation M { createTeam(input: { teamName: \"research\" }) { entity { id } } }";
    emulator.graphql(make, &serde_json::json!({}))?;
    session.restart().await?;
    assert_eq!(refusal(session.configure(&guarded).await)?, ["organization: Wrong organization"]);
    session.end().await?;
    Ok(())
}

/// `ada` is in none of the teams.
#[tokio::test]
async fn an_admin_in_no_team_is_in_the_organization_of_those_that_are_seen() -> Result<()> {
    let emulator = emulator_seeded(ORGANIZATION)?;
    let mut session = Session::start(launch(&emulator, &emulator.administrator().api_key)).await?;
    session.configure(&object([("organization", "acme".into())])).await?;
    session.restart().await?;
    let refused = session.configure(&object([("organization", "umbrella".into())])).await;
    assert_eq!(refusal(refused)?, ["organization: Wrong organization"]);
    session.end().await?;
    Ok(())
}

#[tokio::test]
async fn the_block_is_judged_before_it_is_used() -> Result<()> {
    let emulator = emulator()?;
    let mut session = Session::start(launch(&emulator, &emulator.administrator().api_key)).await?;
    for (attribute, value, title) in [
        ("base_url", "wandb.example".into(), "Invalid base URL"),
        ("max_retries", Value::from(101), "Invalid value for `max_retries`"),
        ("request_timeout", "a while".into(), "Invalid value for `request_timeout`"),
        ("organization", " ".into(), "Invalid value for `organization`"),
    ] {
        let refused = session.configure(&object([(attribute, value)])).await;
        assert_eq!(refusal(refused)?, [format!("{attribute}: {title}")]);
    }
    session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_needs_no_server_is_planned_without_a_known_block() -> Result<()> {
    let emulator = emulator()?;
    let mut session = Session::start(launch(&emulator, &emulator.administrator().api_key)).await?;
    session.configure(&object([("base_url", Value::unknown())])).await?;
    session.plan("wandb_service_account", None, &account("research", "ci")).await?;
    let refused = session.read_data_source("wandb_team", &object([("name", "research".into())])).await;
    assert_eq!(refusal(refused)?, ["Provider configuration not known yet"]);
    session.end().await?;
    Ok(())
}

#[tokio::test]
async fn credentials_are_sensitive() -> Result<()> {
    let emulator = emulator()?;
    let session = Session::start(launch(&emulator, &emulator.administrator().api_key)).await?;
    let attributes = session.schemas().provider().attributes();
    let sensitive = attributes.iter().filter(|(_, attribute)| attribute.sensitive).map(|(name, _)| name.as_str());
    assert_eq!(sensitive.collect::<Vec<_>>(), ["api_key", "identity_token"]);
    session.end().await?;
    Ok(())
}
