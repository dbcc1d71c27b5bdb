//! API keys.

use secrecy::{ExposeSecret as _, SecretString};

use super::Session;
use crate::ids::{AccountId, ApiKeyId, GlobalId as _};
use crate::refusal::Refusal;
use crate::secret::{SecretDigest, key_id};
use crate::store::{Account, Accounts, ApiKey, ApiKeys, Authentication, NewApiKey, Scope};

/// A key at the only time at which it is whole.
#[derive(Debug)]
pub(crate) struct MintedKey {
    pub(crate) key: ApiKey,
    pub(crate) secret: SecretString,
}

impl Session<'_> {
    /// Makes a key for the caller, or for the account of this id: a service account that the caller administers.
    pub(crate) fn generate_api_key(
        &self,
        owner: Option<&str>,
        description: Option<&str>,
    ) -> Result<MintedKey, Refusal> {
        let owner = match owner {
            None => self.caller.clone(),
            Some(id) => self.visible_account(id)?,
        };
        if owner.id != self.caller.id && (owner.service().is_none() || !self.administers_keys_of(&owner)?) {
            return Err(Refusal::forbidden(format!(
                "permission denied: API keys of `{}` are made by itself or, of a service account, by administrators of its team",
                owner.username
            )));
        }
        self.require_key_creation_allowed(&owner)?;
        self.mint(&owner, description, None)
    }

    /// Makes a key: a new one, or one that was given.
    pub(crate) fn mint(
        &self,
        owner: &Account,
        description: Option<&str>,
        given: Option<SecretString>,
    ) -> Result<MintedKey, Refusal> {
        if let Some(Authentication::Federated { .. }) = owner.service().map(|service| &service.authentication) {
            return Err(Refusal::invalid(format!(
                "the service account `{}` logs in by identity federation and cannot own API keys",
                owner.username
            )));
        }
        let keys = ApiKeys(self.connection);
        let secret = match given {
            Some(secret) => secret,
            None => self.secrets.api_key(self.deployment.key_form(), keys.next_number()?)?,
        };
        let digest = SecretDigest::of(secret.expose_secret());
        if keys.by_digest(digest)?.is_some() {
            return Err(Refusal::conflict("there is already such an API key"));
        }
        let id = keys.add(&NewApiKey { owner: owner.id, key_id: &key_id(&secret), digest, description }, self.now)?;
        self.audit("api_key:create", &format!("{}/{}", owner.username, key_id(&secret)))?;
        let key = keys.by_id(id)?.ok_or_else(|| Refusal::not_found("the API key is gone"))?;
        Ok(MintedKey { key, secret })
    }

    /// The keys of an account; none where the caller may not see them.
    pub(crate) fn visible_keys(&self, owner: &Account) -> Result<Option<Vec<ApiKey>>, Refusal> {
        if self.administers_keys_of(owner)? {
            return Ok(Some(ApiKeys(self.connection).of(owner.id)?));
        }
        Ok(None)
    }

    /// Revokes a key, at once.
    pub(crate) fn delete_api_key(&self, id: &str) -> Result<(), Refusal> {
        let nothing = || Refusal::not_found(format!("there is no API key with the id `{id}`"));
        let keys = ApiKeys(self.connection);
        let key = match ApiKeyId::from_global(id) {
            Some(id) => keys.by_id(id)?,
            None => None,
        };
        let key = key.ok_or_else(nothing)?;
        let owner = Accounts(self.connection).by_id(key.owner)?.ok_or_else(nothing)?;
        if !self.administers_keys_of(&owner)? {
            return Err(Refusal::forbidden("permission denied: this API key belongs to another account"));
        }
        keys.delete(key.id)?;
        self.audit("api_key:delete", &format!("{}/{}", owner.username, key.key_id))
    }

    fn visible_account(&self, id: &str) -> Result<Account, Refusal> {
        let account = match AccountId::from_global(id) {
            Some(id) => Accounts(self.connection).by_id(id)?,
            None => None,
        };
        match account {
            Some(account) if self.may_see_account(&account)? => Ok(account),
            _ => Err(Refusal::not_found(format!("there is no user with the id `{id}`"))),
        }
    }

    fn require_key_creation_allowed(&self, owner: &Account) -> Result<(), Refusal> {
        let of_organization = owner.service().is_some_and(|service| service.scope == Scope::Organization);
        if !of_organization && self.settings()?.api_key_creation_disabled {
            return Err(Refusal::forbidden("API key creation is disabled by your organization's administrator"));
        }
        Ok(())
    }
}
