//! Access tokens, and the identity tokens that they were exchanged for.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::next_number;
use crate::ids::AccountId;
use crate::secret::SecretDigest;

/// The access tokens that were given out.
pub(crate) struct AccessTokens<'c>(pub(crate) &'c Connection);

impl AccessTokens<'_> {
    /// Whose token this is, if it is still valid.
    pub(crate) fn account(&self, digest: SecretDigest, now: Timestamp) -> rusqlite::Result<Option<AccountId>> {
        self.0
            .prepare_cached("SELECT account FROM access_tokens WHERE digest = ?1 AND expires_at > ?2")?
            .query_row(params![digest, now], |row| row.get(0))
            .optional()
    }

    /// The number that the next token will have, for which its secret is made.
    pub(crate) fn next_number(&self) -> rusqlite::Result<i64> {
        next_number(self.0, "access_tokens")
    }

    /// Stores a token, and forgets those that have expired.
    pub(crate) fn add(
        &self,
        account: AccountId,
        digest: SecretDigest,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM access_tokens WHERE expires_at <= ?1", [now])?;
        self.0.execute(
            "INSERT INTO access_tokens (account, digest, expires_at) VALUES (?1, ?2, ?3)",
            params![account, digest, expires_at],
        )?;
        Ok(())
    }

    /// Notes that an identity token was exchanged; false if it had been before.
    pub(crate) fn note_exchange(
        &self,
        issuer: &str,
        jti: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> rusqlite::Result<bool> {
        // Expired ones are refused as such, so they need not be remembered.
        self.0.execute("DELETE FROM exchanged_tokens WHERE expires_at < ?1", [now])?;
        let inserted = self.0.execute(
            "INSERT INTO exchanged_tokens (issuer, jti, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![issuer, jti, expires_at],
        )?;
        Ok(inserted == 1)
    }
}
