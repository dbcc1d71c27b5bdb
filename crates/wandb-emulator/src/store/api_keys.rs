//! API keys: their digests, never the keys.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::next_number;
use crate::ids::{AccountId, ApiKeyId, GlobalId as _};
use crate::secret::SecretDigest;

/// What is known of a key once it was shown.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: ApiKeyId,
    pub(crate) owner: AccountId,
    /// The first part of the key.
    pub(crate) key_id: String,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// A key to be stored.
#[derive(Debug)]
pub(crate) struct NewApiKey<'a> {
    pub(crate) owner: AccountId,
    pub(crate) key_id: &'a str,
    pub(crate) digest: SecretDigest,
    pub(crate) description: Option<&'a str>,
}

impl ApiKey {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner: row.get("owner")?,
            key_id: row.get("key_id")?,
            description: row.get("description")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
        })
    }
}

/// All keys.
pub(crate) struct ApiKeys<'c>(pub(crate) &'c Connection);

impl ApiKeys<'_> {
    /// How exactly the last use is kept: not every request should cost a write.
    const USE_RESOLUTION: SignedDuration = SignedDuration::from_mins(1);

    pub(crate) fn by_id(&self, id: ApiKeyId) -> rusqlite::Result<Option<ApiKey>> {
        self.0.prepare_cached("SELECT * FROM api_keys WHERE id = ?1")?.query_row([id], ApiKey::from_row).optional()
    }

    pub(crate) fn by_digest(&self, digest: SecretDigest) -> rusqlite::Result<Option<ApiKey>> {
        self.0
            .prepare_cached("SELECT * FROM api_keys WHERE digest = ?1")?
            .query_row([digest], ApiKey::from_row)
            .optional()
    }

    pub(crate) fn of(&self, owner: AccountId) -> rusqlite::Result<Vec<ApiKey>> {
        self.0
            .prepare_cached("SELECT * FROM api_keys WHERE owner = ?1 ORDER BY id")?
            .query_map([owner], ApiKey::from_row)?
            .collect()
    }

    /// The number that the next key will have, for which its secret is made.
    pub(crate) fn next_number(&self) -> rusqlite::Result<i64> {
        next_number(self.0, "api_keys")
    }

    pub(crate) fn add(&self, new: &NewApiKey<'_>, now: Timestamp) -> rusqlite::Result<ApiKeyId> {
        self.0.execute(
            "INSERT INTO api_keys (owner, key_id, digest, description, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![new.owner, new.key_id, new.digest, new.description, now],
        )?;
        Ok(ApiKeyId::from_number(self.0.last_insert_rowid()))
    }

    /// Notes that a key was used.
    pub(crate) fn note_use(&self, key: &ApiKey, now: Timestamp) -> rusqlite::Result<()> {
        if key.last_used_at.is_none_or(|last| now.duration_since(last).abs() >= Self::USE_RESOLUTION) {
            self.0
                .prepare_cached("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1")?
                .execute(params![key.id, now])?;
        }
        Ok(())
    }

    pub(crate) fn delete(&self, id: ApiKeyId) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM api_keys WHERE id = ?1", [id])?;
        Ok(())
    }
}
