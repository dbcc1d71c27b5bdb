//! Who changed what.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

/// One change.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AuditEntry {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    /// The username of the account that made the change.
    pub(crate) actor: String,
    /// What was done, as `object:operation`.
    pub(crate) action: String,
    /// What it was done to; never a secret.
    pub(crate) target: String,
}

/// The changes since the organization was made.
pub(crate) struct AuditLog<'c>(pub(crate) &'c Connection);

impl AuditLog<'_> {
    pub(crate) fn note(&self, at: Timestamp, actor: &str, action: &str, target: &str) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("INSERT INTO audit_log (at, actor, action, target) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![at, actor, action, target])?;
        Ok(())
    }

    /// Those with a higher number than this.
    pub(crate) fn after(&self, number: i64) -> rusqlite::Result<Vec<AuditEntry>> {
        self.0
            .prepare_cached("SELECT * FROM audit_log WHERE id > ?1 ORDER BY id")?
            .query_map([number], |row| {
                Ok(AuditEntry {
                    number: row.get("id")?,
                    at: row.get("at")?,
                    actor: row.get("actor")?,
                    action: row.get("action")?,
                    target: row.get("target")?,
                })
            })?
            .collect()
    }
}
