//! "Not visible" is not "gone": what to say where the API shows the same for both.

use std::sync::Arc;

use tfplugin::{Diagnostic, Result};
use wandb_client::{Member, Team, TeamExistence};

use crate::error::Explain as _;
use crate::provider::Connection;

/// A team that is in the state, for a refresh. `None` where it is certainly gone; an error where it is only hidden, since
/// then nothing is known about it.
pub(crate) async fn team(connection: &Connection, name: &str) -> Result<Option<Arc<Team>>> {
    let action = format!("read the team \"{name}\"");
    if let Some(team) = connection.client.team(name).await.explain(&action)? {
        return Ok(Some(team));
    }
    if connection.caller.admin {
        return Ok(None);
    }
    match connection.client.team_exists(name).await.explain(&action)? {
        TeamExistence::Absent => Ok(None),
        TeamExistence::Exists | TeamExistence::CannotTell(_) => Err(team_not_visible(connection, name).into()),
    }
}

/// Who is in a team: an error where that is hidden, since then nobody is known to be absent.
pub(crate) fn members<'t>(connection: &Connection, team: &'t Team) -> Result<&'t [Member]> {
    team.members.as_deref().ok_or_else(|| {
        Diagnostic::error(
            "Members not visible",
            format!(
                "The account {} sees the team \"{}\" and not all who are in it, so nothing can be said about its members. \
                 Use the credential of an admin of the team or its organization.",
                caller(connection),
                team.name
            ),
        )
        .into()
    })
}

/// A team that is asked for and not there.
pub(crate) fn team_not_found(connection: &Connection, team: &str) -> Diagnostic {
    Diagnostic::error(
        "Team not found",
        format!(
            "There is no team \"{team}\", or the account {} cannot see it. Check the spelling, or use the credential of \
             a member of the team or an admin of its organization.",
            caller(connection)
        ),
    )
}

/// A team that is in the state and cannot be seen.
pub(crate) fn team_not_visible(connection: &Connection, team: &str) -> Diagnostic {
    Diagnostic::error(
        "Team not visible",
        format!(
            "The account {} cannot see the team \"{team}\", so nothing can be said about it; it stays in the state. \
             Use the credential of a member of the team or an admin of its organization. If the team is really gone, \
             remove it with `terraform state rm`.",
            caller(connection)
        ),
    )
}

/// The account that the provider acts for, as people know it.
pub(crate) fn caller(connection: &Connection) -> String {
    let caller = &connection.caller;
    let name = caller.username.as_ref().or(caller.name.as_ref());
    name.map_or_else(|| "of the credential".to_owned(), |name| format!("\"{name}\""))
}
