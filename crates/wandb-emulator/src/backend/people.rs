//! People of the organization.

use super::Session;
use super::teams::is_email;
use crate::refusal::Refusal;
use crate::store::{Account, Accounts, NewPerson, OrganizationRole, Person};

impl Session<'_> {
    /// What an administrator of the instance does: makes a person of whom only the email is known.
    pub(crate) fn create_user(&self, email: &str, admin: bool) -> Result<Account, Refusal> {
        if !self.is_instance_admin() {
            return Err(Refusal::forbidden("permission denied: this is for administrators of the instance"));
        }
        let local = email.split('@').next().unwrap_or_default();
        self.add_person(&NewPerson {
            username: self.slug(local)?,
            name: local.to_owned(),
            person: Person {
                email: email.to_owned(),
                role: if admin { OrganizationRole::Admin } else { OrganizationRole::Member },
                instance_admin: admin,
                models_seat: None,
                weave_role: None,
            },
        })
    }

    /// Makes a person whose username and email are free.
    pub(crate) fn add_person(&self, new: &NewPerson) -> Result<Account, Refusal> {
        let accounts = Accounts(self.connection);
        self.require_free_name(&new.username)?;
        self.require_free_email(&new.person.email)?;
        let id = accounts.add_person(new, self.now)?;
        self.audit("person:create", &new.username)?;
        accounts.by_id(id)?.ok_or_else(|| Refusal::not_found(format!("there is no user `{}`", new.username)))
    }

    /// Stores what was changed of a person.
    pub(crate) fn update_person(&self, account: &Account, name: &str, person: &Person) -> Result<(), Refusal> {
        if !person.email.eq_ignore_ascii_case(account.email().unwrap_or_default()) {
            self.require_free_email(&person.email)?;
        }
        Accounts(self.connection).update_person(account.id, name, person, self.now)?;
        self.audit("person:update", &account.username)
    }

    /// Shuts a person out, or lets them in again.
    pub(crate) fn set_active(&self, account: &Account, active: bool) -> Result<(), Refusal> {
        let since = if active { None } else { account.deactivated_at.or(Some(self.now)) };
        Accounts(self.connection).set_deactivated(account.id, since, self.now)?;
        self.audit(if active { "person:activate" } else { "person:deactivate" }, &account.username)
    }

    fn require_free_email(&self, email: &str) -> Result<(), Refusal> {
        if !is_email(email) {
            return Err(Refusal::invalid(format!("`{email}` is not an email address")));
        }
        if Accounts(self.connection).by_email(email)?.is_some() {
            return Err(Refusal::conflict(format!("there is already a user with the email `{email}`")));
        }
        Ok(())
    }
}
