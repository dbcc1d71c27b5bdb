//! "Not visible" is not "gone": what to say where the API shows the same for both.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tfplugin::{Diagnostic, Result};
use wandb_client::{Member, Team, TeamExistence};

use crate::error::Explain as _;
use crate::provider::Connection;

/// Where a team of the state was seen.
///
/// A server may hold several organizations, and the administrator of each is shown its own teams: to one of another
/// organization, or of another server, all teams of this state seem gone. So a team counts as gone only for a caller who
/// looks into the organization that it was seen in.
///
/// Nor is a team of the same name the same team, if its id is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The organization's name; none where the server does not tell it.
    organization: Option<String>,
    /// The team's id.
    team: String,
}

/// Where a team is that is there. None where that cannot be read now: it is only a help, for later.
pub(crate) async fn origin(connection: &Connection, team: &str) -> Option<Origin> {
    let seen = connection.client.team(team).await.ok().flatten()?;
    let organization = connection.client.organization(team).await.ok().flatten();
    Some(Origin { organization: organization.map(|organization| organization.name.clone()), team: seen.id.clone() })
}

/// Notes where a team is, once that is known.
pub(crate) async fn note_origin(connection: &Connection, team: &str, noted: &mut Option<Origin>) {
    if noted.as_ref().is_none_or(|noted| noted.organization.is_none()) {
        *noted = origin(connection, team).await.or_else(|| noted.take());
    }
}

/// Whether a caller who sees all teams that he could see looks into the organization of this one: where the team is now, if
/// it is to be seen, else where it was seen last.
pub(crate) async fn looks_into(connection: &Connection, team: &str, noted: Option<&Origin>) -> Result<bool> {
    let there = origin(connection, team).await;
    if let (Some(there), Some(noted)) = (&there, noted)
        && there.team != noted.team
    {
        return Ok(false);
    }
    let there = there.as_ref().or(noted).and_then(|origin| origin.organization.as_ref());
    let here = connection.client.organization_of_teams().await;
    let here = here.explain("read the organization of the credential's teams")?;
    Ok(match (here.as_ref().map(|organization| &organization.name), there) {
        (Some(here), Some(there)) => here == there,
        // A server that tells none has one.
        (None, None) => true,
        // The admin of an instance need not be in a team that would tell.
        (None, Some(_)) => connection.caller.admin,
        (Some(_), None) => false,
    })
}

/// A team that is in the state, for a refresh. `None` where it is certainly gone; an error where it is only hidden, since
/// then nothing is known about it.
pub(crate) async fn team(connection: &Connection, name: &str, origin: Option<&Origin>) -> Result<Option<Arc<Team>>> {
    let action = format!("read the team \"{name}\"");
    if let Some(team) = connection.client.team(name).await.explain(&action)? {
        return match origin.filter(|origin| origin.team != team.id) {
            None => Ok(Some(team)),
            Some(_) => Err(another_team(connection, name).into()),
        };
    }
    let is_absent = connection.caller.admin
        || matches!(connection.client.team_exists(name).await.explain(&action)?, TeamExistence::Absent);
    if is_absent && looks_into(connection, name, origin).await? {
        return Ok(None);
    }
    Err(team_not_visible(connection, name, origin).into())
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
pub(crate) fn team_not_visible(connection: &Connection, team: &str, origin: Option<&Origin>) -> Diagnostic {
    let organization = origin.and_then(|origin| origin.organization.as_ref());
    let organization = organization.map(|name| format!(" of the organization \"{name}\"")).unwrap_or_default();
    Diagnostic::error(
        "Team not visible",
        format!(
            "The account {} cannot see the team \"{team}\"{organization}, so nothing can be said about it; it stays in \
             the state. Use the credential of a member of the team or an admin of its organization. If the team is \
             really gone, remove it with `terraform state rm`.",
            caller(connection)
        ),
    )
}

/// A team of the same name as one in the state.
fn another_team(connection: &Connection, team: &str) -> Diagnostic {
    Diagnostic::error(
        "Another team of this name",
        format!(
            "The team \"{team}\" that the account {} sees is not the one in the state: its id is another. Check whether the \
             credential and `base_url` are those of the server that the state is about. If the team was deleted and made \
             anew there, take what is in the state about it out with `terraform state rm`, and import the new one.",
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
