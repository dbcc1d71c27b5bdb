//! Entities: what has a name that projects live under.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use super::{from_json, stored_words, to_json};
use crate::ids::{AccountId, EntityId, GlobalId as _};

/// A team, a person's own entity, or the organization's.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub(crate) id: EntityId,
    pub(crate) kind: EntityKind,
    pub(crate) name: String,
    /// The person whose own entity this is.
    pub(crate) owner: Option<AccountId>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Where a team keeps its files, as it was given.
    pub(crate) storage_bucket: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntityKind {
    Team,
    User,
    Organization,
}
stored_words!(EntityKind { Team = "team", User = "user", Organization = "organization" });

impl Entity {
    pub(super) const COLUMNS: &'static str = "entities.id, entities.kind, entities.name, entities.owner, \
        entities.created_at, entities.updated_at, entities.storage_bucket";

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            name: row.get("name")?,
            owner: row.get("owner")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            storage_bucket: row.get::<_, Option<String>>("storage_bucket")?.map(|text| from_json(&text)).transpose()?,
        })
    }
}

/// The entities of the organization.
pub(crate) struct Entities<'c>(pub(crate) &'c Connection);

impl Entities<'_> {
    pub(crate) fn by_id(&self, id: EntityId) -> rusqlite::Result<Option<Entity>> {
        self.find("WHERE id = ?1", &[&id])
    }

    pub(crate) fn by_name(&self, name: &str) -> rusqlite::Result<Option<Entity>> {
        self.find("WHERE name = ?1", &[&name])
    }

    pub(crate) fn team(&self, name: &str) -> rusqlite::Result<Option<Entity>> {
        self.find("WHERE name = ?1 AND kind = 'team'", &[&name])
    }

    pub(crate) fn organization(&self) -> rusqlite::Result<Option<Entity>> {
        self.find("WHERE kind = 'organization'", &[])
    }

    pub(crate) fn teams(&self) -> rusqlite::Result<Vec<Entity>> {
        self.list("WHERE kind = 'team' ORDER BY id", &[])
    }

    pub(crate) fn teams_of(&self, account: AccountId) -> rusqlite::Result<Vec<Entity>> {
        self.list(
            "JOIN members ON members.team = entities.id WHERE members.account = ?1 ORDER BY entities.id",
            &[&account],
        )
    }

    /// Makes a team or the organization's entity; people's own are made with them.
    pub(crate) fn add(
        &self,
        kind: EntityKind,
        name: &str,
        storage_bucket: Option<&Value>,
        now: Timestamp,
    ) -> rusqlite::Result<EntityId> {
        self.0.execute(
            "INSERT INTO entities (kind, name, created_at, updated_at, storage_bucket) VALUES (?1, ?2, ?3, ?3, ?4)",
            params![kind, name, now, storage_bucket.map(to_json).transpose()?],
        )?;
        Ok(EntityId::from_number(self.0.last_insert_rowid()))
    }

    fn find(&self, condition: &str, parameters: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Option<Entity>> {
        self.0
            .prepare_cached(&format!("SELECT {} FROM entities {condition}", Entity::COLUMNS))?
            .query_row(parameters, Entity::from_row)
            .optional()
    }

    fn list(&self, condition: &str, parameters: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Entity>> {
        self.0
            .prepare_cached(&format!("SELECT {} FROM entities {condition}", Entity::COLUMNS))?
            .query_map(parameters, Entity::from_row)?
            .collect()
    }
}
