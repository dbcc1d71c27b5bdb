//! What the caller may do, so that a plan says what an apply would be refused.
//!
//! W&B tells an account its role in its own teams, and nowhere whether it administers the organization. But it opens
//! SCIM to those administrators alone, and shows them the teams that they are not in: that is how they are known here.
//! Where SCIM is closed to a person, that may be so for all of an organization that does not have it, so it is no proof.
//! All of it is asked of the client, which remembers it for the run.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tfplugin::{Context, Diagnostic, Result};
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
    /// Probably no admin: this is the server's refusal, which an organization without SCIM may have for its admins, too.
    Doubtful(wandb_client::Error),
    /// The server has no way to tell.
    CannotTell,
}

/// The teams that the plans of this run make. Who plans something in one of them is not told that it is not there.
#[derive(Debug, Default)]
pub struct PlannedTeams(Mutex<HashSet<String>>);

impl PlannedTeams {
    pub(crate) fn add(&self, team: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(team.to_owned());
    }

    fn has(&self, team: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(team)
    }
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
        // W&B lets no account of a team in. Those have no address.
        ScimAccess::Closed(error) if error.is_forbidden() && connection.caller.email.is_none() => {
            Ok(InOrganization::NoAdmin(error))
        }
        ScimAccess::Closed(error) if error.is_forbidden() => Ok(InOrganization::Doubtful(error)),
        ScimAccess::Closed(_) => Ok(InOrganization::CannotTell),
    }
}

/// What the caller is to a team, by what is known of it.
pub(crate) async fn in_team(connection: &Connection, team: &str) -> Result<InTeam> {
    let found = connection.client.snapshot().team(team).await.explain(&format!("look at the team \"{team}\""))?;
    let in_it = found.as_deref().map(|team| role_among(team, connection));
    if let Some(Place::Admin) = in_it {
        return Ok(InTeam::Admin);
    }
    let in_organization = in_organization(connection).await?;
    Ok(match (in_it, in_organization) {
        (Some(_), InOrganization::Admin) | (Some(Place::Nowhere), _) => InTeam::Admin,
        // An admin of the organization can give itself the role that it lacks.
        (Some(Place::Role(role)), InOrganization::NoAdmin(_) | InOrganization::Doubtful(_)) => InTeam::Member(role),
        (None, InOrganization::Admin) => InTeam::Absent,
        (None, InOrganization::NoAdmin(_) | InOrganization::Doubtful(_)) => InTeam::Outsider,
        (Some(_) | None, _) => InTeam::CannotTell,
    })
}

/// Refuses what only an admin of the organization may do, where the caller is none, and warns where it probably is none.
/// `action` ends the sentence "... may not ...".
pub(crate) async fn require_organization_admin(cx: &mut Context<'_, Connection>, action: &str) -> Result<()> {
    match in_organization(cx.provider()).await? {
        InOrganization::Admin | InOrganization::CannotTell => Ok(()),
        InOrganization::NoAdmin(error) => Err(no_admin(cx.provider(), action, &error).into()),
        InOrganization::Doubtful(error) => {
            cx.warn(doubtful(cx.provider(), action, &error));
            Ok(())
        }
    }
}

/// What SCIM alone can do, and does for admins of the organization alone.
pub(crate) fn no_admin(connection: &Connection, action: &str, refusal: &wandb_client::Error) -> Diagnostic {
    let account = visibility::caller(connection);
    Diagnostic::error(
        "Permission denied",
        format!(
            "The account {account} may not {action}: that takes {ORGANIZATION_ADMIN}. Use the credential of one.\n\n\
             That it is none follows from the server's answer to it: {}",
            causes(refusal)
        ),
    )
}

/// What the apply will find out.
pub(crate) fn doubtful(connection: &Connection, action: &str, refusal: &wandb_client::Error) -> Diagnostic {
    let account = visibility::caller(connection);
    Diagnostic::warning(
        "Permission in doubt",
        format!(
            "The account {account} probably may not {action}: that takes {ORGANIZATION_ADMIN}, and W&B keeps SCIM, which it \
             opens to admins, from this account. If the organization has no SCIM, the account may be an admin all the \
             same, and the apply shows it; else use the credential of one.\n\n{}",
            causes(refusal)
        ),
    )
}

/// Refuses what only an admin of the team or its organization may do, where the caller is none. A team that is not there
/// yet may be made by the same run. `action` ends the sentence "... may not ...".
pub(crate) async fn require_team_admin(connection: &Connection, team: &str, action: &str) -> Result<()> {
    let account = visibility::caller(connection);
    let mut found = in_team(connection, team).await?;
    if matches!(found, InTeam::Outsider) && !connection.planned_teams.has(team) {
        // Before it is refused: perhaps the team was made since it was looked for.
        connection.client.team(team).await.explain(&format!("look at the team \"{team}\""))?;
        found = in_team(connection, team).await?;
    }
    let role = match found {
        InTeam::Admin | InTeam::Absent | InTeam::CannotTell => return Ok(()),
        InTeam::Outsider if connection.planned_teams.has(team) => return Ok(()),
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
