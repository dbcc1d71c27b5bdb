//! Which team shows the account that owns a key.
//!
//! A key names its owner by id, and the API shows an account's keys through a team of it.

use tfplugin::{Diagnostic, Result};
use wandb_client::{ApiKeyInfo, UserId};

use crate::error::Explain as _;
use crate::provider::Connection;

/// The team, by what was noted or else by looking through the caller's teams. `None` where none of them has the account.
pub(super) async fn team(connection: &Connection, noted: Option<&str>, owner: &UserId) -> Result<Option<String>> {
    if let Some(team) = noted
        && has(connection, team, owner).await?
    {
        return Ok(Some(team.to_owned()));
    }
    // Asked anew, as the team may have been made by this run.
    let caller = connection.client.viewer().await.explain("read the teams of the credential's account")?;
    for team in caller.teams {
        if has(connection, &team, owner).await? {
            return Ok(Some(team));
        }
    }
    Ok(None)
}

async fn has(connection: &Connection, team: &str, owner: &UserId) -> Result<bool> {
    match connection.client.service_account(team, owner).await {
        Ok(account) => Ok(account.is_some()),
        Err(error) if error.is_not_visible() => Ok(false),
        Err(error) => Err(error).explain(&format!("look for the service account `{owner}` in the team \"{team}\"")),
    }
}

/// The keys of the account; an error where it is in no team that the caller can see.
pub(super) async fn keys(connection: &Connection, owner: &UserId) -> Result<Vec<ApiKeyInfo>> {
    let team = team(connection, None, owner).await?;
    let team = team.ok_or_else(|| not_found(owner).at("service_account_id"))?;
    let keys = connection.client.api_keys(&team, owner).await;
    Ok(keys.explain(&format!("read the API keys of the account `{owner}`"))?.unwrap_or_default())
}

/// An account that the configuration names and that is not there.
pub(super) fn not_found(owner: &UserId) -> Diagnostic {
    Diagnostic::error(
        "Service account not found",
        format!(
            "The service account `{owner}` is in none of the teams that this credential can see. Check the id, or use \
             the credential of a member of the account's team."
        ),
    )
}
