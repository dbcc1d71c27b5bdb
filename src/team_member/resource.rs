//! The resource `wandb_team_member`: one person in one team. It touches nobody else.

use serde::{Deserialize, Serialize};
use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan};
use tfplugin::schema::validator::{Validator, length, not_blank, trimmed};
use tfplugin::schema::{Equality, Replace, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, Model, Resource, ResourceContext, Result, Schema};
use wandb_client::{Guarded, Member, MemberChange, ScimAccess};

use super::guard::{self, Kept};
use super::join::{self, Way};
use super::person::{self, Named, same};
use super::{messages, preflight};
use crate::caller::{ORGANIZATION_ADMIN, TEAM_ADMIN};
use crate::error::Explain as _;
use crate::import_id;
use crate::provider::Connection;
use crate::visibility::{self, Origin};

/// `wandb_team_member`.
pub(crate) struct TeamMemberResource;

#[derive(Clone, Model)]
pub(crate) struct TeamMemberModel {
    pub(super) id: Attr<String>,
    pub(super) team: Attr<String>,
    pub(super) username: Attr<String>,
    pub(super) email: Attr<String>,
    pub(super) role: Attr<String>,
    pub(super) status: Attr<String>,
}

#[derive(Clone, Model)]
pub(crate) struct TeamMemberIdentity {
    team: Attr<String>,
    member: Attr<String>,
}

/// Where the person was seen last.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// The id of the place in the team: of an account, or of an invitation.
    pub(super) place: Option<String>,
    /// The team: the plan of a replacement does not show that of the membership that ends.
    #[serde(default)]
    pub(super) team: Option<String>,
    /// Where the team was seen.
    #[serde(default)]
    pub(super) origin: Option<Origin>,
}

impl Resource for TeamMemberResource {
    const TYPE_NAME: &'static str = "wandb_team_member";
    type Data = Connection;
    type Model = TeamMemberModel;
    type Identity = TeamMemberIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        Schema::new(
            "The membership of one person in one W&B team. It touches nobody else in the team.\n\n\
             Who has an account in the organization is added at once, by SCIM, which takes an admin of an Enterprise \
             organization. Everyone else is invited: `status` is `pending` until they accept, and that is no difference \
             in a plan. A destroy takes the person out of the team, or withdraws the invitation.\n\n\
             Who is in the team already is not taken over by a create: import the membership. That goes for the team's \
             first admin too, see `initial_admin` of `wandb_team`. The membership of the account that the provider acts \
             for, and that of a team's last admin, are only taken out of the state by a destroy, with a warning.",
        )
        .computed("id", string("The team and the person, as for an import: `TEAM/USERNAME` or `TEAM/EMAIL`."))
        .required(
            "team",
            string("The name of the team. Changing it replaces the membership.").replace().validate(not_blank()),
        )
        .optional_computed(
            "username",
            string(
                "The person's username, in any case. Exactly one of `username` and `email` is to be set. Changing it to \
                 that of another person replaces the membership.",
            )
            .replaced(Replace::IfConfigured)
            .equal_when(Equality::text(same))
            .validate(not_blank().and(length(1..=128)).and(no_address())),
        )
        .optional_computed(
            "email",
            string(
                "The person's email address, in any case. Who has no account yet can be invited by it alone. Changing it \
                 to that of another person replaces the membership.",
            )
            .replaced(Replace::IfConfigured)
            .equal_when(Equality::text(same))
            .validate(address()),
        )
        .optional(
            "role",
            string(
                "The role in the team: `admin`, `member`, `viewer`, or the name of a custom role. Roles but `admin` and \
                 `member`, and all changes of roles, take SCIM. Defaults to `member`.",
            )
            .default("member")
            .validate(length(1..=128).and(trimmed()).and(in_lower_case())),
        )
        .computed("status", string("`active`, or `pending` as long as an invitation was not accepted."))
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none().required("team", Type::String, "The team's name.").required(
            "member",
            Type::String,
            "The person's username or email address.",
        )
    }

    fn identity(&self, state: &TeamMemberModel) -> Result<TeamMemberIdentity> {
        let [team, member] = import_id::parts(state.id.get()?, FORM)?;
        Ok(TeamMemberIdentity { team: team.into(), member: member.into() })
    }

    fn validate(&self, config: &TeamMemberModel, report: &mut Diagnostics) {
        let detail = match (&config.username, &config.email) {
            (Attr::Null, Attr::Null) => {
                "Neither `username` nor `email` is set, so it is not said whose membership it is."
            }
            (Attr::Known(_), Attr::Known(_)) => {
                "Both `username` and `email` are set, and they may mean different people."
            }
            _ => return,
        };
        report.push(
            Diagnostic::error("One of `username` and `email` needed", format!("{detail} Set exactly one of them."))
                .at("username"),
        );
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        let Some(prior) = plan.prior else { return Ok(()) };
        let planned = &mut plan.planned;
        let same = planned.role == prior.role && planned.username == prior.username && planned.email == prior.email;
        // Who is in stays so; who was invited may have accepted meanwhile.
        if !same && prior.status.as_str() != Some(ACTIVE) {
            planned.status = Attr::unknown();
        }
        Ok(())
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        match change {
            Change::Create { plan } => preflight::create(cx, plan, &Notes::default()).await,
            Change::Recreate { plan, private } => preflight::create(cx, plan, private).await,
            Change::Update { prior, plan, private } => preflight::update(cx, prior, plan, private).await,
            Change::Destroy { prior, private } => preflight::destroy(cx, prior, private).await,
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: TeamMemberModel) -> Result<TeamMemberModel> {
        let connection = cx.provider();
        let (team, role) = (plan.team.get()?.clone(), plan.role.get()?.clone());
        let named = Named::new(&plan.username, &plan.email);
        let found = connection.client.team(&team).await.explain(&format!("look at the team \"{team}\""))?;
        let found = found.ok_or_else(|| visibility::team_not_found(connection, &team).at("team"))?;
        if let Some(member) = person::find(visibility::members(connection, &found)?, named, None) {
            return Err(messages::exists(&team, member, named.attribute()).into());
        }
        let way = join::way(&connection.client, named, &role).await?;
        preflight::refuse_second(&way, visibility::members(connection, &found)?, &team, named)?;
        let id = Attr::from(id(&team, named.name()));
        let state = TeamMemberModel { id, ..plan };
        cx.private.team = Some(team.clone());
        cx.private.origin = visibility::origin(connection, &team).await;
        match way {
            Way::Add(user) => join::add(cx, state, user).await,
            Way::Invite { scim } => join::invite(cx, state, scim).await,
        }
    }

    async fn read(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        state: TeamMemberModel,
    ) -> Result<Option<TeamMemberModel>> {
        let name = state.team.get()?;
        let team = visibility::team(cx.provider(), name, cx.private.origin.as_ref()).await?;
        let Some(team) = team else { return Ok(None) };
        visibility::note_origin(cx.provider(), name, &mut cx.private.origin).await;
        let members = visibility::members(cx.provider(), &team)?;
        let Some(member) = find(members, &state, &cx.private) else { return Ok(None) };
        cx.private.place = Some(member.id.to_string());
        cx.private.team = Some(name.clone());
        Ok(Some(refreshed(state, member)))
    }

    async fn update(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        _: TeamMemberModel,
        plan: TeamMemberModel,
    ) -> Result<TeamMemberModel> {
        let connection = cx.provider();
        let (name, role) = (plan.team.get()?.clone(), plan.role.get()?.clone());
        let team = connection.client.team(&name).await.explain(&format!("look at the team \"{name}\""))?;
        let team = team.ok_or_else(|| visibility::team_not_visible(connection, &name, cx.private.origin.as_ref()))?;
        let named = Named::new(&plan.username, &plan.email);
        let member = find(visibility::members(connection, &team)?, &plan, &cx.private);
        let member = member.ok_or_else(|| messages::left(&name, named.name()))?;
        if member.pending {
            if plan.status.as_str() == Some(ACTIVE) {
                return Err(messages::left(&name, named.name()).into());
            }
            return invite_again(cx, plan.clone(), member).await;
        }
        if !same(&role_of(member, &role), &role) {
            set_role(connection, &name, member, &role).await?;
        }
        cx.private.place = Some(member.id.to_string());
        Ok(TeamMemberModel { status: ACTIVE.into(), ..plan })
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: TeamMemberModel) -> Result<()> {
        let connection = cx.provider();
        let name = state.team.get()?;
        let team = visibility::team(connection, name, cx.private.origin.as_ref()).await?;
        let Some(team) = team else { return Ok(()) };
        let members = visibility::members(connection, &team)?;
        let Some(member) = find(members, &state, &cx.private) else { return Ok(()) };
        let kept = if guard::is_caller(connection, member) {
            Some(Kept::OwnMembership)
        } else {
            end(connection, name, member).await?
        };
        match (kept, member.user_id()) {
            (Some(kept), _) => cx.warn(messages::kept(kept, name, person::shown(member), false)),
            (None, Some(user)) => connection.joining.release(name, &user),
            (None, None) => {}
        }
        Ok(())
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<TeamMemberIdentity>,
    ) -> Result<TeamMemberModel> {
        let [name, who] = match target {
            ImportTarget::Id(id) => import_id::parts(&id, FORM)?,
            ImportTarget::Identity(identity) => [identity.team.get()?.clone(), identity.member.get()?.clone()],
        };
        let connection = cx.provider();
        let team = connection.client.team(&name).await.explain(&format!("read the team \"{name}\""))?;
        let team = team.ok_or_else(|| visibility::team_not_found(connection, &name))?;
        let members = visibility::members(connection, &team)?;
        let member = match who.strip_prefix("id:") {
            Some(place) => members.iter().find(|member| member.id.as_str() == place),
            None => person::find(members, Named::by(&who), None),
        };
        let member = member.ok_or_else(|| not_found(&name, &who))?;
        cx.private.place = Some(member.id.to_string());
        cx.private.team = Some(name.clone());
        cx.private.origin = visibility::origin(connection, &name).await;
        // By an address only where the import names one, or there is nothing else.
        let by_email = who.contains('@').then_some(member.email.as_deref()).flatten();
        let state = TeamMemberModel {
            id: id(&name, by_email.unwrap_or_else(|| person::shown(member))).into(),
            team: name.into(),
            username: Attr::Null,
            email: Attr::Null,
            role: Attr::Null,
            status: Attr::Null,
        };
        Ok(refreshed(state, member))
    }
}

/// The status of who is in the team.
const ACTIVE: &str = "active";

/// The form of an import id.
const FORM: &str = "TEAM/USERNAME";

fn id(team: &str, name: &str) -> String {
    format!("{}/{}", import_id::encode(team), import_id::encode(name))
}

pub(super) fn find<'m>(members: &'m [Member], state: &TeamMemberModel, notes: &Notes) -> Option<&'m Member> {
    person::find(members, Named::new(&state.username, &state.email), notes.place.as_deref())
}

/// The state of a person as the team shows them, in the user's own spelling where it means the same.
fn refreshed(state: TeamMemberModel, member: &Member) -> TeamMemberModel {
    let own = state.role.as_str().unwrap_or_default();
    let role = role_of(member, own);
    let role = if same(own, &role) { state.role } else { role.into() };
    // The name that the membership goes by is its identity, and stays.
    let goes_by = state.id.as_str().and_then(|id| import_id::parts::<2>(id, FORM).ok()).map(|[_, name]| name);
    let name = |own: Attr<String>, found: Option<&String>| match (own.as_str(), found) {
        (Some(own), Some(found)) if same(own, found) || goes_by.as_deref() == Some(own) => own.into(),
        (_, Some(found)) => found.clone().into(),
        (_, None) => own,
    };
    TeamMemberModel {
        username: name(state.username, member.username.as_ref()),
        email: name(state.email, member.email.as_ref()),
        role,
        status: if member.pending { "pending" } else { ACTIVE }.into(),
        ..state
    }
}

/// The role that someone has, or will have once they accept. `own` is what the state says, which stays where the server
/// does not contradict it: an invitation and older servers only tell admins from others.
fn role_of(member: &Member, own: &str) -> String {
    if member.admin {
        return "admin".to_owned();
    }
    let told = member.role.clone().filter(|_| !member.pending);
    told.unwrap_or_else(|| if own == "admin" || own.is_empty() { "member" } else { own }.to_owned())
}

pub(super) async fn is_scim_open(connection: &Connection) -> Result<bool> {
    let access =
        connection.client.scim_access().await.explain("ask whether SCIM is open to the credential's account")?;
    Ok(matches!(access, ScimAccess::Open))
}

/// Ends a membership or withdraws an invitation, unless it has to stay.
async fn end(connection: &Connection, team: &str, member: &Member) -> Result<Option<Kept>> {
    let client = &connection.client;
    let who = person::shown(member);
    let action = format!("take \"{who}\" out of the team \"{team}\"");
    if member.admin && !member.pending {
        let ended = client.remove_unless_last_admin(team, &member.id).await.needing(&action, TEAM_ADMIN)?;
        return Ok((ended == Guarded::LastAdmin).then_some(Kept::LastAdmin));
    }
    match member.user_id() {
        // Those who leave at the same time leave in one request.
        Some(user) if is_scim_open(connection).await? => {
            client.change_members(team, MemberChange::Remove(user)).await.needing(&action, TEAM_ADMIN)?;
        }
        _ => client.remove_from_team(team, &member.id).await.needing(&action, TEAM_ADMIN)?,
    }
    Ok(None)
}

async fn set_role(connection: &Connection, team: &str, member: &Member, role: &str) -> Result<()> {
    let client = &connection.client;
    let Some(user) = member.user_id() else { return Ok(()) };
    let who = person::shown(member);
    let action = format!("give \"{who}\" the role \"{role}\" in the team \"{team}\"");
    if let ScimAccess::Closed(refusal) = client.scim_access().await.explain(&action)? {
        return Err(messages::scim_needed(role, &refusal).into());
    }
    if !member.admin || role == "admin" {
        return client.set_team_role(&user, team, role).await.needing(&action, ORGANIZATION_ADMIN);
    }
    match client.set_team_role_unless_last_admin(&user, team, role).await.needing(&action, ORGANIZATION_ADMIN)? {
        Guarded::Done => Ok(()),
        Guarded::LastAdmin => Err(messages::last_admin(team, who).into()),
    }
}

/// Another role for someone who did not accept yet. W&B cannot change an invitation, so one that says too much or too
/// little is withdrawn and made anew.
async fn invite_again(
    cx: &mut ResourceContext<'_, TeamMemberResource>,
    plan: TeamMemberModel,
    invitation: &Member,
) -> Result<TeamMemberModel> {
    let (team, role) = (plan.team.get()?.clone(), plan.role.get()?.clone());
    if invitation.admin == (role == "admin") {
        cx.private.place = Some(invitation.id.to_string());
        return Ok(TeamMemberModel { status: "pending".into(), ..plan });
    }
    let who = person::shown(invitation);
    let action = format!("withdraw the invitation of \"{who}\" to the team \"{team}\"");
    let client = &cx.provider().client;
    client.remove_from_team(&team, &invitation.id).await.needing(&action, TEAM_ADMIN)?;
    let scim = is_scim_open(cx.provider()).await?;
    let (username, email) = (plan.username.clone(), plan.email.clone());
    let state = join::invite(cx, plan, scim).await?;
    // As planned: what the server shows besides is for the next refresh.
    Ok(TeamMemberModel { username, email, ..state })
}

fn not_found(team: &str, who: &str) -> Diagnostic {
    Diagnostic::error(
        "Person is not in the team",
        format!(
            "The team \"{team}\" has no member and no invitation \"{who}\". An import id is `{FORM}`, `TEAM/EMAIL` or \
             `TEAM/id:ID`; service accounts are imported as `wandb_service_account`."
        ),
    )
}

fn no_address() -> Validator {
    Validator::text("a username, not an email address, which is set as `email`", |text| !text.contains('@'))
}

fn address() -> Validator {
    Validator::text("an email address, such as `ada@example.com`", |text| {
        let clean = text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
        let parts = text.split_once('@');
        clean && parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
    })
}

/// W&B's own roles in any other case would be taken for custom ones.
fn in_lower_case() -> Validator {
    Validator::text("with `admin`, `member` and `viewer` in lower case", |text| {
        let lower = text.to_lowercase();
        lower == text || !["admin", "member", "viewer"].contains(&lower.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(TeamMemberResource.schema().agrees_with::<TeamMemberModel>(), Ok(()));
        assert_eq!(TeamMemberResource.identity_schema().agrees_with::<TeamMemberIdentity>(), Ok(()));
    }
}
