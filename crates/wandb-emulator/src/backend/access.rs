//! Who may do what.
//!
//! Organization service accounts count as administrators of the organization: SCIM gives them that power, so the emulator
//! does not pretend that GraphQL would keep it from them. What a member of a team may do beyond looking is none of the
//! emulator's business, as it has no projects.

use super::Session;
use crate::refusal::Refusal;
use crate::store::{Account, AccountKind, Entity, EntityKind, Members, OrganizationRole, Scope, TeamRole};

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
