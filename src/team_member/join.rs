//! How a person comes into a team: at once by SCIM, or by an invitation that they accept.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tfplugin::{Attr, ResourceContext, Result};
use wandb_client::{Client, Member, MemberChange, Person, ScimAccess, User, UserId};

use super::messages;
use super::person::{self, Named};
use super::resource::{TeamMemberModel, TeamMemberResource};
use crate::caller::{ORGANIZATION_ADMIN, TEAM_ADMIN};
use crate::error::Explain as _;

/// The role of who was added by SCIM.
const FIRST_ROLE: &str = "member";

/// Who is being added, or was added by this run: two resources that mean the same person, one by username and one by
/// email, may be created at the same time, and SCIM takes both.
#[derive(Debug, Default)]
pub struct Joining(Mutex<HashSet<(String, UserId)>>);

impl Joining {
    /// Whether nobody else has added this person to the team.
    fn claim(&self, team: &str, user: &UserId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((team.to_owned(), user.clone()))
    }

    /// The person may be added again.
    pub(super) fn release(&self, team: &str, user: &UserId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(team.to_owned(), user.clone()));
    }
}

/// How the person of a plan will come in.
pub(super) enum Way {
    /// At once: they have an account, and SCIM is open to the caller.
    Add(User),
    /// By an invitation.
    Invite {
        /// Whether the role can be set once it was accepted.
        scim: bool,
    },
}

/// Decides the way, and refuses what neither of them can do.
pub(super) async fn way(client: &Client, named: Named<'_>, role: &str) -> Result<Way> {
    match client.scim_access().await.explain("ask whether SCIM is open to the credential's account")? {
        ScimAccess::Closed(refusal) if !can_be_invited_as(role) => Err(messages::scim_needed(role, &refusal).into()),
        ScimAccess::Closed(_) => Ok(Way::Invite { scim: false }),
        ScimAccess::Open => {
            let Some(person) = named.person() else { return Ok(Way::Invite { scim: true }) };
            let action = format!("look for \"{}\" in the organization", named.name());
            match (client.find_user_among_all(person).await.explain(&action)?, person) {
                (Some(user), _) => Ok(Way::Add(user)),
                (None, Person::Username(_)) => Err(messages::person_not_found(named).into()),
                (None, Person::Email(_)) => Ok(Way::Invite { scim: true }),
            }
        }
    }
}

/// Whether an invitation can say this role.
pub(super) fn can_be_invited_as(role: &str) -> bool {
    role == "admin" || role == FIRST_ROLE
}

type Cx<'a, 'b> = &'a mut ResourceContext<'b, TeamMemberResource>;

/// Adds a person who has an account.
pub(super) async fn add(cx: Cx<'_, '_>, state: TeamMemberModel, user: User) -> Result<TeamMemberModel> {
    let client = &cx.provider().client;
    let (team, role) = (state.team.get()?.clone(), state.role.get()?.clone());
    let name = person::shown_user(&user).to_owned();
    let connection = cx.provider();
    if !connection.joining.claim(&team, &user.id) {
        return Err(messages::named_twice(&team, &name, Named::new(&state.username, &state.email)).into());
    }
    let added = client.change_members(&team, MemberChange::Add(user.id.clone())).await;
    if let Err(error) = added
        && !(error.is_unclear() && is_in(client, &team, &user).await)
    {
        connection.joining.release(&team, &user.id);
        return Err(error).needing(&format!("add \"{name}\" to the team \"{team}\""), TEAM_ADMIN);
    }
    cx.private.place = Some(user.id.to_string());
    let state = TeamMemberModel {
        username: kept_or(state.username, user.username),
        email: kept_or(state.email, user.email),
        status: "active".into(),
        ..state
    };
    // If the role cannot be set now, the next plan shows it as a difference.
    cx.reached(state.clone());
    if role != FIRST_ROLE {
        let set = client.set_team_role(&user.id, &team, &role).await;
        set.needing(&format!("give \"{name}\" the role \"{role}\" in the team \"{team}\""), ORGANIZATION_ADMIN)?;
    }
    Ok(state)
}

/// Whether a change whose answer was lost was made all the same.
async fn is_in(client: &Client, team: &str, user: &User) -> bool {
    let team = client.team(team).await.ok().flatten();
    let members = team.as_deref().and_then(|team| team.members.as_deref()).unwrap_or_default();
    person::find_user(members, user).is_some_and(|member| !member.pending)
}

/// Invites a person.
pub(super) async fn invite(cx: Cx<'_, '_>, state: TeamMemberModel, scim: bool) -> Result<TeamMemberModel> {
    let client = &cx.provider().client;
    let (team, role) = (state.team.get()?.clone(), state.role.get()?.clone());
    let (username, email) = (state.username.clone(), state.email.clone());
    let named = Named::new(&username, &email);
    let Some(person) = named.person() else { return Ok(state) };
    let invited = client.invite(&team, person, role == "admin").await;
    // Some servers take people whom they know in at once.
    let place = invited.as_ref().ok().map(|invitation| invitation.id.to_string());
    let after = client.team(&team).await.ok().flatten();
    let members = after.as_deref().and_then(|team| team.members.as_deref()).unwrap_or_default();
    let member = person::find(members, named, place.as_deref());
    match (&invited, member) {
        (Err(error), Some(member)) if error.is_conflict() => {
            return Err(messages::exists(&team, member, named.attribute()).into());
        }
        (Err(error), None) if error.is_conflict() => return Err(messages::invited_by_email(&team, named).into()),
        // Where the server gave its own reason, the person was perhaps there before.
        (Err(error), Some(_)) if error.is_unclear() && error.is_retryable() => {}
        _ => drop(invited.needing(&format!("invite \"{}\" to the team \"{team}\"", named.name()), TEAM_ADMIN)?),
    }
    cx.private.place = member.map(|member| member.id.to_string()).or(place);
    let state = seen(state, member);
    cx.reached(state.clone());
    if let Some(user) = member.and_then(Member::user_id)
        && scim
        && !can_be_invited_as(&role)
    {
        let set = client.set_team_role(&user, &team, &role).await;
        set.needing(
            &format!("give \"{}\" the role \"{role}\" in the team \"{team}\"", named.name()),
            ORGANIZATION_ADMIN,
        )?;
    }
    Ok(state)
}

/// The state with what is seen of the person; of an invitation that is not seen, what is known of every one.
fn seen(state: TeamMemberModel, member: Option<&Member>) -> TeamMemberModel {
    let pending = member.is_none_or(|member| member.pending);
    let of_member = |name: fn(&Member) -> &Option<String>| member.and_then(|member| name(member).clone());
    TeamMemberModel {
        username: kept_or(state.username, of_member(|member| &member.username)),
        email: kept_or(state.email, of_member(|member| &member.email)),
        status: if pending { "pending" } else { "active" }.into(),
        ..state
    }
}

/// The user's own spelling where there is one.
fn kept_or(own: Attr<String>, found: Option<String>) -> Attr<String> {
    if own.known().is_some() { own } else { found.into() }
}
