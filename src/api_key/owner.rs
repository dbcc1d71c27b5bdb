//! Which team shows the account that owns a key.
//!
//! A key names its owner by id, and the API shows an account's keys through a team of it.

use tfplugin::Result;
use wandb_client::UserId;

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
