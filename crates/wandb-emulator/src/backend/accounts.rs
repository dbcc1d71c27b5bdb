//! What people and service accounts have in common.

use super::Session;
use crate::ids::EntityId;
use crate::refusal::Refusal;
use crate::store::{Account, Accounts, Entities, Members};

const LONGEST_NAME: usize = 128;

impl Session<'_> {
    /// The accounts that the caller may see and whose username, email or name contains the text.
    pub(crate) fn search_accounts(&self, text: Option<&str>) -> Result<Vec<Account>, Refusal> {
        let accounts = Accounts(self.connection);
        let found = match text {
            Some(text) => accounts.search(text)?,
            None => accounts.all()?,
        };
        let mut visible = Vec::new();
        for account in found {
            if self.may_see_account(&account)? {
                visible.push(account);
            }
        }
        Ok(visible)
    }

    pub(crate) fn account_by_username(&self, username: &str) -> Result<Option<Account>, Refusal> {
        Ok(Accounts(self.connection).by_username(username)?)
    }

    /// The name of the entity that is used when none is named.
    pub(crate) fn default_entity(&self, account: &Account) -> Result<Option<String>, Refusal> {
        match account.service() {
            None => Ok(Some(account.username.clone())),
            Some(service) => Ok(Entities(self.connection).by_id(service.default_team)?.map(|team| team.name)),
        }
    }

    /// Removes an account, where that leaves every team with an administrator that had one.
    pub(crate) fn delete_account(&self, account: &Account) -> Result<(), Refusal> {
        for team in Entities(self.connection).teams_of(account.id)? {
            self.require_other_admin(team.id, account.id, &team.name)?;
        }
        Accounts(self.connection).delete(account.id)?;
        self.audit("account:delete", &account.username)
    }

    /// A new account's username must be free, as account and as entity, and have the form of one.
    pub(super) fn require_free_name(&self, name: &str) -> Result<(), Refusal> {
        require_form_of_name(name)?;
        let taken = Accounts(self.connection).by_username(name)?.is_some()
            || Entities(self.connection).by_name(name)?.is_some();
        if taken {
            return Err(Refusal::conflict(format!("the name `{name}` is already taken")));
        }
        Ok(())
    }

    /// Puts an organization service account into teams, with the role that service accounts have.
    pub(super) fn join(&self, account: crate::ids::AccountId, team: EntityId) -> Result<(), Refusal> {
        Ok(Members(self.connection).put(team, account, &crate::store::TeamRole::MEMBER)?)
    }

    /// A username made from a text, with something random behind it that makes it unique.
    pub(super) fn slug(&self, text: &str) -> Result<String, Refusal> {
        let number = Accounts(self.connection).next_number()?;
        let suffix = self.secrets.suffix(&format!("username {number}"))?;
        let words: Vec<String> = text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let stem: String = words.join("-").chars().take(LONGEST_NAME - suffix.len() - 1).collect();
        Ok(if stem.is_empty() { format!("account-{suffix}") } else { format!("{stem}-{suffix}") })
    }
}

/// Names of teams and users: letters, digits, `-` and `_`.
pub(super) fn require_form_of_name(name: &str) -> Result<(), Refusal> {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(letters) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "`{name}` is not a name: it takes 1 to {LONGEST_NAME} letters, digits, hyphens and underscores"
    )))
}
