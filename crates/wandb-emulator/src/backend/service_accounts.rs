//! Service accounts.

use super::Session;
use crate::refusal::Refusal;
use crate::store::{Account, Accounts, Authentication, Entities, Entity, NewServiceAccount, Scope, ServiceAccount};

/// A service account as SCIM makes them: with a username, and perhaps for the whole organization.
#[derive(Debug)]
pub(crate) struct NewScimServiceAccount {
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) default_team: String,
    /// The teams that it joins besides its default one.
    pub(crate) teams: Vec<String>,
}

impl Session<'_> {
    /// Makes a service account of a team.
    pub(crate) fn create_service_account(
        &self,
        team: &str,
        name: &str,
        authentication: Authentication,
    ) -> Result<Account, Refusal> {
        let team = self.administered_team(team)?;
        if name.trim().is_empty() {
            return Err(Refusal::invalid("a service account needs a name"));
        }
        if let Authentication::Federated { subject } = &authentication
            && Accounts(self.connection).by_subject(subject)?.is_some()
        {
            return Err(Refusal::conflict(format!("there is already a service account with the subject `{subject}`")));
        }
        let service = ServiceAccount { scope: Scope::Team, authentication, default_team: team.id };
        self.add_service_account(&NewServiceAccount { username: self.slug(name)?, name: name.to_owned(), service }, &[])
    }

    /// Makes a service account by SCIM.
    pub(crate) fn create_account_by_scim(&self, new: &NewScimServiceAccount) -> Result<Account, Refusal> {
        self.require_free_name(&new.username)?;
        let team = |name: &str| {
            Entities(self.connection).team(name)?.ok_or_else(|| Refusal::invalid(format!("there is no team `{name}`")))
        };
        let default_team = team(&new.default_team)?.id;
        let teams = new.teams.iter().map(|name| team(name)).collect::<Result<Vec<_>, _>>()?;
        let service = ServiceAccount { scope: new.scope, authentication: Authentication::BuiltIn, default_team };
        self.add_service_account(
            &NewServiceAccount { username: new.username.clone(), name: new.name.clone(), service },
            &teams,
        )
    }

    fn add_service_account(&self, new: &NewServiceAccount, teams: &[Entity]) -> Result<Account, Refusal> {
        if new.service.scope == Scope::Team && self.settings()?.team_service_account_creation_disabled {
            return Err(Refusal::forbidden(
                "permission denied: the creation of team service accounts is disabled by the administrator of this instance",
            ));
        }
        let accounts = Accounts(self.connection);
        let id = accounts.add_service(new, self.now)?;
        self.join(id, new.service.default_team)?;
        for team in teams {
            self.join(id, team.id)?;
        }
        self.audit("service_account:create", &new.username)?;
        accounts.by_id(id)?.ok_or_else(|| Refusal::not_found("the service account is gone"))
    }

    /// Puts every service account of the organization into a new team.
    pub(crate) fn admit_organization_accounts(&self, team: &Entity) -> Result<(), Refusal> {
        let of_organization =
            |account: &Account| account.service().is_some_and(|service| service.scope == Scope::Organization);
        for account in Accounts(self.connection).all()?.iter().filter(|account| of_organization(account)) {
            self.join(account.id, team.id)?;
        }
        Ok(())
    }
}
