//! What a plan would run into, said while it is made.

use tfplugin::{Context, Result};
use wandb_client::{Member, ScimAccess};

use super::guard;
use super::join::{self, Way};
use super::messages;
use super::person::{self, Named, same};
use super::resource::{Notes, TeamMemberModel, find, is_scim_open};
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::{caller, visibility};

/// `replaced` are the notes of the membership that is to be replaced, which may be this one or another.
pub(super) async fn create(cx: &mut Context<'_, Connection>, plan: &TeamMemberModel, replaced: &Notes) -> Result<()> {
    let connection = cx.provider();
    let Some(name) = plan.team.as_str() else { return Ok(()) };
    let named = Named::new(&plan.username, &plan.email);
    let who = if named.person().is_some() { format!("\"{}\"", named.name()) } else { "people".to_owned() };
    caller::require_team_admin(connection, name, &format!("add {who} to the team \"{name}\"")).await?;
    let team = connection.client.snapshot().team(name).await.explain(&format!("look at the team \"{name}\""))?;
    let members = team.as_deref().and_then(|team| team.members.as_deref()).unwrap_or_default();
    let same_team = replaced.team.as_deref() == Some(name);
    let is_replaced = |member: &Member| same_team && replaced.place.as_deref() == Some(member.id.as_str());
    let mut again = false;
    if named.person().is_some()
        && let Some(member) = person::find(members, named, None)
    {
        again = is_replaced(member);
        if !again {
            return Err(messages::exists(name, member, named.attribute()).into());
        }
        if guard::kept(connection, members, member).is_some() {
            return Err(messages::cannot_be_replaced(name, person::shown(member)).into());
        }
    }
    let Some(role) = plan.role.as_str() else { return Ok(()) };
    check_role(connection, role).await?;
    if named.person().is_none() {
        return Ok(());
    }
    let way = join::way(&connection.client, named, role).await?;
    if !again {
        refuse_second(&way, members, name, named)?;
    }
    match way {
        Way::Invite { .. } if !join::can_be_invited_as(role) => cx.warn(messages::role_comes_later(named, role)),
        Way::Add(_) | Way::Invite { .. } => {}
    }
    Ok(())
}

/// Refuses who is there by another name than the configuration's: invited by email, say, and added by username.
pub(super) fn refuse_second(way: &Way, members: &[Member], team: &str, named: Named<'_>) -> Result<()> {
    let Way::Add(user) = way else { return Ok(()) };
    let there = person::find_user(members, user);
    there.map_or(Ok(()), |member| Err(messages::exists(team, member, named.attribute()).into()))
}

/// Refuses a role that the organization does not have, where its roles can be seen.
async fn check_role(connection: &Connection, role: &str) -> Result<()> {
    if ["admin", "member", "viewer"].contains(&role) || !is_scim_open(connection).await? {
        return Ok(());
    }
    let custom = match connection.client.custom_roles().await {
        Ok(custom) => custom,
        // Servers before custom roles, and those that do not show them all.
        Err(error) if error.is_unsupported() || error.is_forbidden() || error.is_not_visible() => return Ok(()),
        Err(error) => return Err(error).explain("read the organization's roles"),
    };
    let is_there = custom.iter().any(|known| same(known, role));
    if is_there { Ok(()) } else { Err(messages::role_not_found(role, &custom).into()) }
}

pub(super) async fn update(
    cx: &mut Context<'_, Connection>,
    prior: &TeamMemberModel,
    plan: &TeamMemberModel,
    notes: &Notes,
) -> Result<()> {
    let connection = cx.provider();
    let (name, role) = (plan.team.get()?, plan.role.as_str());
    let Some(role) = role.filter(|role| prior.role.as_str() != Some(role)) else { return Ok(()) };
    let who = Named::new(&prior.username, &prior.email).name();
    caller::require_team_admin(connection, name, &format!("change the role of \"{who}\" in the team \"{name}\""))
        .await?;
    check_role(connection, role).await?;
    let team = connection.client.snapshot().team(name).await.explain(&format!("look at the team \"{name}\""))?;
    let members = team.as_deref().and_then(|team| team.members.as_deref()).unwrap_or_default();
    let member = find(members, prior, notes);
    if member.is_some_and(|member| member.pending) && join::can_be_invited_as(role) {
        return Ok(());
    }
    let access =
        connection.client.scim_access().await.explain("ask whether SCIM is open to the credential's account")?;
    if let ScimAccess::Closed(refusal) = access {
        return Err(messages::scim_needed(role, &refusal).into());
    }
    let Some(member) = member.filter(|member| member.admin && !member.pending) else { return Ok(()) };
    if guard::is_last_admin(members, member) {
        cx.warn(messages::last_admin_ahead(name, who));
    } else if guard::is_caller(connection, member) {
        cx.warn(messages::own_role(name, who));
    }
    Ok(())
}

pub(super) async fn destroy(cx: &mut Context<'_, Connection>, prior: &TeamMemberModel, notes: &Notes) -> Result<()> {
    let connection = cx.provider();
    let name = prior.team.get()?;
    let Some(team) = visibility::team(connection, name, notes.origin.as_ref()).await? else { return Ok(()) };
    let members = visibility::members(connection, &team)?;
    let Some(member) = find(members, prior, notes) else { return Ok(()) };
    if let Some(kept) = guard::kept(connection, members, member) {
        cx.warn(messages::kept(kept, name, person::shown(member), true));
        return Ok(());
    }
    let who = person::shown(member);
    caller::require_team_admin(connection, name, &format!("take \"{who}\" out of the team \"{name}\"")).await
}
