//! What the caller may do, so that a plan says what an apply would be refused.
//!
//! W&B tells an account its role in its own teams, and nowhere whether it administers the organization. But it opens
//! SCIM to those administrators alone, and shows them the teams that they are not in: that is how they are known here.
//! All of it is asked of the client, which remembers it for the run.

use tfplugin::{Diagnostic, Result};
use wandb_client::{ScimAccess, Team};

use crate::error::{Explain as _, causes};
use crate::provider::Connection;
use crate::visibility;

/// Who may change what is in a team; the end of the sentence "That takes ...".
pub(crate) const TEAM_ADMIN: &str = "an admin of the team or of its organization";

/// Who may use SCIM and make teams.
pub(crate) const ORGANIZATION_ADMIN: &str = "an admin of the organization, or a service account of all of it";

/// What the caller is to the organization.
#[derive(Debug)]
pub(crate) enum InOrganization {
    /// An admin, or a service account of the organization.
    Admin,
    /// No admin: the server's refusal is the error.
    NoAdmin(wandb_client::Error),
    /// The server has no way to tell.
    CannotTell,
}

/// What the caller is to a team.
#[derive(Debug)]
pub(crate) enum InTeam {
    /// It administers the team, or the whole organization.
    Admin,
    /// It is in the team, in this role or one that the server does not tell.
    Member(Option<String>),
    /// There is no such team, as its organization's admin sees.
    Absent,
    /// The team is hidden from it, or is not there.
    Outsider,
    /// The server has no way to tell.
    CannotTell,
}

/// What the caller is to the organization.
pub(crate) async fn in_organization(connection: &Connection) -> Result<InOrganization> {
    if connection.caller.admin {
        return Ok(InOrganization::Admin);
    }
    match connection.client.scim_access().await.explain("ask whether SCIM is open to the credential's account")? {
        ScimAccess::Open => Ok(InOrganization::Admin),
        ScimAccess::Closed(error) if error.is_forbidden() => Ok(InOrganization::NoAdmin(error)),
        ScimAccess::Closed(_) => Ok(InOrganization::CannotTell),
    }
}

/// What the caller is to a team.
pub(crate) async fn in_team(connection: &Connection, team: &str) -> Result<InTeam> {
    let found = connection.client.team(team).await.explain(&format!("look at the team \"{team}\""))?;
    let in_it = found.as_deref().map(|team| role_among(team, connection));
    if let Some(Place::Admin) = in_it {
        return Ok(InTeam::Admin);
    }
    let in_organization = in_organization(connection).await?;
    Ok(match (in_it, in_organization) {
        (Some(_), InOrganization::Admin) | (Some(Place::Nowhere), _) => InTeam::Admin,
        (Some(Place::Role(role)), InOrganization::NoAdmin(_)) => InTeam::Member(role),
        (None, InOrganization::Admin) => InTeam::Absent,
        (None, InOrganization::NoAdmin(_)) => InTeam::Outsider,
        (Some(_) | None, _) => InTeam::CannotTell,
    })
}

/// Refuses what only an admin of the organization may do, where the caller is none. `action` ends the sentence "... may
/// not ...".
pub(crate) async fn require_organization_admin(connection: &Connection, action: &str) -> Result<()> {
    let InOrganization::NoAdmin(error) = in_organization(connection).await? else { return Ok(()) };
    let account = visibility::caller(connection);
    Err(Diagnostic::error(
        "Permission denied",
        format!(
            "The account {account} may not {action}: that takes {ORGANIZATION_ADMIN}. Use the credential of one.\n\n\
             That it is none follows from the server's answer to it: {}",
            causes(&error)
        ),
    )
    .into())
}

/// Refuses what only an admin of the team or its organization may do, where the caller is none. A team that is not there
/// yet may be made by the same run. `action` ends the sentence "... may not ...".
pub(crate) async fn require_team_admin(connection: &Connection, team: &str, action: &str) -> Result<()> {
    let account = visibility::caller(connection);
    let role = match in_team(connection, team).await? {
        InTeam::Admin | InTeam::Absent | InTeam::CannotTell => return Ok(()),
        InTeam::Outsider => return Err(visibility::team_not_found(connection, team).into()),
        InTeam::Member(role) => role,
    };
    let role = role.map_or_else(|| "not an admin there".to_owned(), |role| format!("in the role \"{role}\" there"));
    Err(Diagnostic::error(
        "Permission denied",
        format!(
            "The account {account} may not {action}: that takes {TEAM_ADMIN}, and the account is {role}. Ask an admin \
             for the role, or use another account's credential."
        ),
    )
    .into())
}

/// Where the caller is in a team that it sees.
enum Place {
    Admin,
    Role(Option<String>),
    /// Not in it: only admins of the organization see such teams.
    Nowhere,
    /// The server does not show who is in it.
    Hidden,
}

fn role_among(team: &Team, connection: &Connection) -> Place {
    let Some(members) = &team.members else { return Place::Hidden };
    match members.iter().find(|member| member.user_id().as_ref() == Some(&connection.caller.id)) {
        Some(member) if member.admin => Place::Admin,
        Some(member) => Place::Role(member.role.clone()),
        None => Place::Nowhere,
    }
}
