//! Teams, their members, and the invitations to them.

use serde_json::Value;

use super::Session;
use crate::ids::{AccountId, EntityId, GlobalId as _, InviteId};
use crate::refusal::Refusal;
use crate::store::{
    Account, Accounts, Entities, Entity, EntityKind, Invitation, Invitations, Member, Members, NewPerson,
    OrganizationRole, Person, TeamRole,
};

/// A line in a team's list of members.
#[derive(Debug, Clone)]
pub(crate) enum RosterEntry {
    Invited(Invitation),
    Member(Box<Member>),
}

impl Session<'_> {
    /// The entity of this name, if it is there and the caller may see it.
    pub(crate) fn visible_entity(&self, name: &str) -> Result<Option<Entity>, Refusal> {
        match Entities(self.connection).by_name(name)? {
            Some(entity) if self.may_see(&entity)? => Ok(Some(entity)),
            _ => Ok(None),
        }
    }

    /// The members of a team, or the owner of a personal entity. Invitations come first: W&B's SDK takes the last one for
    /// the service account that it has just made.
    pub(crate) fn roster(&self, entity: &Entity) -> Result<Vec<RosterEntry>, Refusal> {
        if let Some(owner) = entity.owner {
            let owner = Accounts(self.connection).by_id(owner)?;
            return Ok(owner
                .into_iter()
                .map(|account| RosterEntry::Member(Box::new(Member { account, role: TeamRole::Admin })))
                .collect());
        }
        let invited = Invitations(self.connection).of_team(entity.id)?.into_iter().map(RosterEntry::Invited);
        let members = Members(self.connection)
            .of_team(entity.id)?
            .into_iter()
            .map(|member| RosterEntry::Member(Box::new(member)));
        Ok(invited.chain(members).collect())
    }

    /// Makes a team with one administrator: the caller, if nobody is named.
    pub(crate) fn create_team(&self, name: &str, admin: Option<&str>) -> Result<Entity, Refusal> {
        self.require_organization_admin()?;
        self.require_free_name(name)?;
        let admin = match admin {
            Some(username) => match Accounts(self.connection).by_username(username)? {
                Some(account) if account.person().is_some() => account.id,
                _ => return Err(Refusal::not_found(format!("there is no user `{username}`"))),
            },
            None => self.caller.id,
        };
        let team = self.add_team(name, None)?;
        Members(self.connection).put(team.id, admin, &TeamRole::Admin)?;
        Ok(team)
    }

    /// Makes a team without members.
    pub(crate) fn add_team(&self, name: &str, storage_bucket: Option<&Value>) -> Result<Entity, Refusal> {
        self.require_free_name(name)?;
        let entities = Entities(self.connection);
        let id = entities.add(EntityKind::Team, name, storage_bucket, self.now)?;
        self.audit("team:create", name)?;
        entities.by_id(id)?.ok_or_else(|| Refusal::not_found(format!("there is no team `{name}`")))
    }

    /// The team of this name, for its administrators.
    pub(super) fn administered_team(&self, name: &str) -> Result<Entity, Refusal> {
        let team = Entities(self.connection)
            .team(name)?
            .ok_or_else(|| Refusal::not_found(format!("there is no team `{name}`")))?;
        self.require_team_admin(&team)?;
        Ok(team)
    }

    /// Invites a person, by email or username. Where invitations are accepted at once, known people are in the team with it.
    pub(crate) fn invite(
        &self,
        team: &str,
        email: Option<&str>,
        username: Option<&str>,
        admin: bool,
    ) -> Result<Invitation, Refusal> {
        let team = self.administered_team(team)?;
        let accounts = Accounts(self.connection);
        let (email, account) = match (email, username) {
            (Some(email), None) => (email.to_owned(), accounts.by_email(email)?),
            (None, Some(username)) => match accounts.by_username(username)? {
                Some(account) => match account.email() {
                    Some(email) => (email.to_owned(), Some(account)),
                    None => return Err(Refusal::invalid("a service account cannot be invited")),
                },
                None => return Err(Refusal::not_found(format!("there is no user `{username}`"))),
            },
            _ => return Err(Refusal::invalid("an invitation takes either an email or a username")),
        };
        if !is_email(&email) {
            return Err(Refusal::invalid(format!("`{email}` is not an email address")));
        }
        let members = Members(self.connection);
        if let Some(account) = &account
            && members.role(team.id, account.id)?.is_some()
        {
            return Err(Refusal::conflict(format!(
                "`{}` is already a member of the team `{}`",
                account.username, team.name
            )));
        }
        let invitations = Invitations(self.connection);
        if invitations.of_team(team.id)?.iter().any(|pending| pending.email.eq_ignore_ascii_case(&email)) {
            return Err(Refusal::conflict(format!("`{email}` is already invited to the team `{}`", team.name)));
        }
        let account = account.map(|account| account.id);
        let id = invitations.add(team.id, &email, account, admin, self.now)?;
        let invitation = Invitation { id, team: team.id, email, account, admin, created_at: self.now };
        self.audit("team:invite", &format!("{}/{}", team.name, invitation.email))?;
        if let Some(account) = account
            && self.settings()?.invitations_accepted_at_once
        {
            self.admit(&invitation, account)?;
        }
        Ok(invitation)
    }

    /// What the invited person does with the link in their mail: who is not known yet becomes a person of the organization.
    pub(crate) fn accept(&self, invitation: &Invitation) -> Result<(), Refusal> {
        let account = match (invitation.account, Accounts(self.connection).by_email(&invitation.email)?) {
            (Some(account), _) => account,
            (None, Some(account)) => account.id,
            (None, None) => {
                let local = invitation.email.split('@').next().unwrap_or_default();
                self.add_person(&NewPerson {
                    username: self.slug(local)?,
                    name: local.to_owned(),
                    person: Person {
                        email: invitation.email.clone(),
                        role: OrganizationRole::Member,
                        instance_admin: false,
                        models_seat: None,
                        weave_role: None,
                    },
                })?
                .id
            }
        };
        self.admit(invitation, account)
    }

    fn admit(&self, invitation: &Invitation, account: AccountId) -> Result<(), Refusal> {
        let role = if invitation.admin { TeamRole::Admin } else { TeamRole::MEMBER };
        Members(self.connection).put(invitation.team, account, &role)?;
        Ok(Invitations(self.connection).remove(invitation.id)?)
    }

    /// Takes a member out of a team, or withdraws an invitation; `id` is a `Member.id`. Everyone may leave by themselves.
    pub(crate) fn remove_from_team(&self, id: &str, team: &str) -> Result<(), Refusal> {
        let nobody = || Refusal::not_found(format!("nobody in the team `{team}` has the id `{id}`"));
        let account = AccountId::from_global(id);
        let found = Entities(self.connection).team(team)?;
        if let (Some(found), Some(account)) = (&found, account)
            && account == self.caller.id
            && Members(self.connection).role(found.id, account)?.is_some()
        {
            return self.remove_member(found, account);
        }
        let team = self.administered_team(team)?;
        if let Some(account) = account {
            if Members(self.connection).role(team.id, account)?.is_none() {
                return Err(nobody());
            }
            return self.remove_member(&team, account);
        }
        let invitation = match InviteId::from_global(id) {
            Some(id) => Invitations(self.connection).by_id(id)?.filter(|invitation| invitation.team == team.id),
            None => None,
        };
        let invitation = invitation.ok_or_else(nobody)?;
        Invitations(self.connection).remove(invitation.id)?;
        self.audit("team:withdraw_invitation", &format!("{}/{}", team.name, invitation.email))
    }

    /// Takes an account out of a team that keeps an administrator.
    pub(crate) fn remove_member(&self, team: &Entity, account: AccountId) -> Result<(), Refusal> {
        self.require_other_admin(team.id, account, &team.name)?;
        Members(self.connection).remove(team.id, account)?;
        self.audit("team:remove_member", &format!("{}/{}", team.name, account.to_global()))
    }

    /// Gives a member of a team another role there.
    pub(crate) fn set_team_role(&self, team: &Entity, account: &Account, role: &TeamRole) -> Result<(), Refusal> {
        if *role != TeamRole::Admin {
            self.require_other_admin(team.id, account.id, &team.name)?;
        }
        Members(self.connection).put(team.id, account.id, role)?;
        self.audit("team:set_role", &format!("{}/{}", team.name, account.username))
    }

    /// Refuses where this account is a team's only administrator.
    pub(super) fn require_other_admin(&self, team: EntityId, account: AccountId, name: &str) -> Result<(), Refusal> {
        if Members(self.connection).administrators(team)? == [account] {
            return Err(Refusal::invalid(format!("the last administrator of the team `{name}` cannot be removed")));
        }
        Ok(())
    }
}

pub(super) fn is_email(text: &str) -> bool {
    let clean = text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
    clean
        && matches!(text.split_once('@'), Some((local, domain)) if !local.is_empty() && domain.contains('.') && !domain.contains('@'))
}
