//! Makes a key whose secret is not lost on the way.
//!
//! A request that makes a key is never sent again blindly: its answer, with the secret in it, may be what was lost. After
//! an answer that is not clear the key is looked for by its whole name, which is unlike any other; whatever is found has
//! a secret that nobody knows, so it is revoked, and only then another one is made. A server that refuses in words alone
//! is looked after in the same way; if nothing is found, the refusal was one, and asking again would not change it.

use jiff::Timestamp;
use tfplugin::{Attr, Diagnostic, Diagnostics, Result};
use wandb_client::{ApiKeyId, ApiKeyInfo, Error, ErrorKind, NewApiKey, UserId};

use super::encryption::{Storage, Stored};
use super::owner;
use crate::error::{Explain as _, details, diagnostic};
use crate::provider::Connection;

/// How often a key is made at most.
const ATTEMPTS: usize = 3;

/// A key to be made.
pub(super) struct Order<'a> {
    pub(super) owner: &'a UserId,
    /// A team that shows the owner, where one is known.
    pub(super) team: Option<&'a str>,
    /// Its name in W&B, which no other key has.
    pub(super) whole_name: &'a str,
    pub(super) storage: &'a Storage,
}

/// A key that was made.
pub(super) struct Made {
    pub(super) object: ApiKeyId,
    pub(super) key_id: String,
    pub(super) stored: Stored,
    /// By the server, or by its clock where it does not tell.
    pub(super) created_at: Timestamp,
}

impl Order<'_> {
    /// Makes the key.
    pub(super) async fn make(&self, connection: &Connection) -> Result<Made> {
        let key = self.mint(connection).await?;
        let stored = match self.storage.store(&key.secret) {
            Ok(stored) => stored,
            Err(error) => {
                let detail = format!("The new API key \"{}\" could not be encrypted: {error}.", self.whole_name);
                // A key that nobody can use must not stay.
                let action = format!("revoke the API key `{}` (\"{}\")", key.key_id, self.whole_name);
                let mut errors = Diagnostics::from(Diagnostic::error("API key not encrypted", detail));
                errors.extend(
                    connection.client.delete_api_key(&key.id).await.explain(&action).err().into_iter().flatten(),
                );
                return Err(errors);
            }
        };
        let created_at = key.created_at.or_else(|| connection.client.server_time()).unwrap_or_else(Timestamp::now);
        Ok(Made { object: key.id, key_id: key.key_id, stored, created_at })
    }

    async fn mint(&self, connection: &Connection) -> Result<NewApiKey> {
        let client = &connection.client;
        let action = format!("create the API key \"{}\" of the account `{}`", self.whole_name, self.owner);
        let mut last_failure: Option<Error> = None;
        for _ in 0..ATTEMPTS {
            let error = match client.create_api_key(self.owner, self.whole_name).await {
                Ok(key) => {
                    if last_failure.is_some() {
                        self.revoke_late(connection, &key.id).await;
                    }
                    return Ok(key);
                }
                Err(error) => error,
            };
            if let ErrorKind::NoSecret { id } = error.kind() {
                // A key that nobody can use must not stay.
                let revoke = format!(
                    "revoke the API key \"{}\" of the account `{}`, which came without its secret; revoke it in W&B",
                    self.whole_name, self.owner
                );
                client.delete_api_key(id).await.explain(&revoke)?;
            }
            if !error.is_unclear() {
                return Err(error).explain(&action);
            }
            tracing::warn!(operation = error.operation(), "the answer is not clear; looking for what was made");
            let lost = self.revoke_lost(connection, None).await;
            if lost.map_err(|cause| self.perhaps_created(&error, cause, &action))? == 0 && !error.is_retryable() {
                return Err(error).explain(&action);
            }
            last_failure = Some(error);
        }
        match last_failure {
            Some(error) => Err(error).explain(&action),
            None => Err(Diagnostic::bug("No attempt was made to create an API key.").into()),
        }
    }

    /// Revokes the keys of this name but for `kept`, and for the one that this run itself uses: that has reached someone.
    /// The next plan tells of it, as of a key of the same name. Tells how many were revoked.
    pub(super) async fn revoke_lost(&self, connection: &Connection, kept: Option<&ApiKeyId>) -> Result<usize> {
        let keys = match self.team {
            Some(team) => owner::keys_in(connection, team, self.owner).await?,
            None => owner::keys(connection, self.owner).await?,
        };
        let own = connection.client.own_key_id();
        let is_lost = |key: &&ApiKeyInfo| Some(&key.id) != kept && self.is_named(key) && own != Some(&key.key_id);
        let mut revoked = 0;
        for key in keys.iter().filter(is_lost) {
            tracing::warn!(key_id = key.key_id, "revoking a key whose secret was lost");
            let action = format!("revoke the API key `{}`, whose secret was lost", key.key_id);
            connection.client.delete_api_key(&key.id).await.explain(&action)?;
            revoked += 1;
        }
        Ok(revoked)
    }

    /// What an earlier request has made only after it was looked for. The key that is there must not be lost over it:
    /// what cannot be revoked now is told by a later plan, as a key of the same name.
    async fn revoke_late(&self, connection: &Connection, kept: &ApiKeyId) {
        if self.revoke_lost(connection, Some(kept)).await.is_err() {
            tracing::warn!("could not look for further keys whose secret was lost");
        }
    }

    fn is_named(&self, key: &ApiKeyInfo) -> bool {
        key.description.as_deref() == Some(self.whole_name)
    }

    fn perhaps_created(&self, error: &Error, cause: Diagnostics, action: &str) -> Diagnostic {
        Diagnostic::error(
            "API key perhaps created",
            format!(
                "The server did not confirm the creation of the API key \"{}\", and looking for it failed too. So a key of \
                 this name may exist whose secret nobody knows. Run it again: the plan tells of such a key.\n\n{}\n\n{}",
                self.whole_name,
                diagnostic(error, action).detail,
                details(cause),
            ),
        )
    }
}

/// The key with this id as an object where that is noted, else with this key id.
pub(super) fn locate<'a>(
    keys: &'a [ApiKeyInfo],
    object: Option<&str>,
    key_id: &Attr<String>,
) -> Option<&'a ApiKeyInfo> {
    keys.iter().find(|key| match object {
        Some(object) => key.id.as_str() == object,
        None => key_id.as_str() == Some(&key.key_id),
    })
}
