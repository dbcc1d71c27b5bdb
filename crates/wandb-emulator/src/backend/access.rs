//! Who may do what.
//!
//! Organization service accounts count as administrators of the organization: SCIM gives them that power, so the emulator
//! does not pretend that GraphQL would keep it from them. Beyond looking, members of a team may log runs, and viewers may
//! not; a custom role may what the role may that it was derived from.

use super::Session;
use crate::refusal::Refusal;
use crate::store::{
    Account, AccountKind, BaseRole, Entity, EntityKind, Members, OrganizationRole, Roles, Scope, TeamRole,
};

impl Session<'_> {
    /// Whether the caller administers the organization.
    pub(crate) fn is_organization_admin(&self) -> bool {
        match &self.caller.kind {
            AccountKind::Person(person) => person.instance_admin || person.role == OrganizationRole::Admin,
            AccountKind::Service(service) => service.scope == Scope::Organization,
        }
    }

    /// Whether the caller administers the whole instance, of which the organization may be a part.
    pub(crate) fn is_instance_admin(&self) -> bool {
        self.caller.person().is_some_and(|person| person.instance_admin)
    }

    pub(crate) fn require_organization_admin(&self) -> Result<(), Refusal> {
        if self.is_organization_admin() {
            return Ok(());
        }
        Err(Refusal::forbidden("permission denied: this is for administrators of the organization"))
    }

    /// Whether the caller may see an entity at all.
    pub(crate) fn may_see(&self, entity: &Entity) -> Result<bool, Refusal> {
        if self.is_organization_admin() {
            return Ok(true);
        }
        match entity.kind {
            EntityKind::Organization => Ok(true),
            EntityKind::User => Ok(entity.owner == Some(self.caller.id)),
            EntityKind::Team => Ok(Members(self.connection).role(entity.id, self.caller.id)?.is_some()),
        }
    }

    /// Refuses who does not administer this team; whoever may not even see it is told that there is none.
    pub(crate) fn require_team_admin(&self, team: &Entity) -> Result<(), Refusal> {
        if self.is_organization_admin() {
            return Ok(());
        }
        match Members(self.connection).role(team.id, self.caller.id)? {
            Some(TeamRole::Admin) => Ok(()),
            Some(_) => Err(Refusal::forbidden(format!(
                "permission denied: this is for administrators of the team `{}`",
                team.name
            ))),
            None => Err(Refusal::not_found(format!("there is no team `{}`", team.name))),
        }
    }

    /// Refuses who may not log runs under this entity; whoever may not even see it is told that there is none.
    pub(crate) fn require_run_writer(&self, entity: &Entity) -> Result<(), Refusal> {
        if !self.may_see(entity)? {
            return Err(Refusal::not_found(format!("there is no entity `{}`", entity.name)));
        }
        let writes = match entity.kind {
            EntityKind::User => entity.owner == Some(self.caller.id),
            EntityKind::Organization => false,
            EntityKind::Team => self.is_organization_admin() || self.writes_in(entity)?,
        };
        if writes {
            return Ok(());
        }
        Err(Refusal::forbidden(format!(
            "permission denied: `{}` may not log runs to `{}`",
            self.caller.username, entity.name
        )))
    }

    fn writes_in(&self, team: &Entity) -> Result<bool, Refusal> {
        Ok(match Members(self.connection).role(team.id, self.caller.id)? {
            None | Some(TeamRole::Base(BaseRole::Viewer)) => false,
            Some(TeamRole::Admin | TeamRole::Base(BaseRole::Member)) => true,
            Some(TeamRole::Custom { id, .. }) => {
                Roles(self.connection).by_id(id)?.is_some_and(|role| role.inherited_from == BaseRole::Member)
            }
        })
    }

    /// Whether the caller may see that an account exists.
    pub(crate) fn may_see_account(&self, account: &Account) -> Result<bool, Refusal> {
        if self.is_organization_admin() || account.id == self.caller.id {
            return Ok(true);
        }
        Ok(Members(self.connection).share_a_team(self.caller.id, account.id)?)
    }

    /// Whether the caller may see an account's keys and delete them: its owner, administrators of the organization, and of
    /// a service account also those of its team.
    pub(crate) fn administers_keys_of(&self, owner: &Account) -> Result<bool, Refusal> {
        if owner.id == self.caller.id || self.is_organization_admin() {
            return Ok(true);
        }
        Ok(owner.service().is_some() && Members(self.connection).administers(self.caller.id, owner.id)?)
    }

    /// Whether the caller may see an account's teams.
    pub(crate) fn may_see_teams_of(&self, account: &Account) -> bool {
        account.id == self.caller.id || self.is_organization_admin()
    }
}
