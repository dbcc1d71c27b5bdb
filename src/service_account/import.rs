//! Finding a service account by what people call it.

use tfplugin::{Diagnostic, Result};
use wandb_client::ServiceAccount;

use crate::error::Explain as _;
use crate::provider::Connection;
use crate::{import_id, visibility};

/// The account of a team by its name, or by its id written as `id:...`.
pub(crate) async fn find(connection: &Connection, team: &str, name: &str) -> Result<ServiceAccount> {
    let accounts = match connection.client.service_accounts(team).await {
        Ok(accounts) => accounts,
        Err(error) if error.is_not_visible() => return Err(visibility::team_not_found(connection, team).into()),
        Err(error) => {
            return Err(error).explain(&format!("read the service accounts of the team \"{team}\""));
        }
    };
    let matches = |account: &ServiceAccount| match name.strip_prefix("id:") {
        Some(id) => account.id.as_str() == id,
        None => account.name == name,
    };
    let mut found: Vec<ServiceAccount> = accounts.into_iter().filter(matches).collect();
    match found.len() {
        0 => Err(Diagnostic::error(
            "Service account not found",
            format!("The team \"{team}\" has no service account \"{name}\"."),
        )
        .into()),
        1 => Ok(found.remove(0)),
        _ => {
            let ids: Vec<String> =
                found.iter().map(|account| format!("  {}/id:{}", import_id::encode(team), account.id)).collect();
            Err(Diagnostic::error(
                "Several service accounts of this name",
                format!(
                    "The team \"{team}\" has several service accounts named \"{name}\". Name the one that is meant by \
                     its id:\n\n{}",
                    ids.join("\n")
                ),
            )
            .into())
        }
    }
}
