//! Roles in teams: the predefined ones, and the organization's own.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{from_json, stored_words, to_json};
use crate::ids::{GlobalId as _, RoleId};

/// The predefined roles that a custom role can be derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BaseRole {
    Member,
    Viewer,
}
stored_words!(BaseRole { Member = "member", Viewer = "viewer" });

/// A role that the organization made.
#[derive(Debug, Clone)]
pub(crate) struct CustomRole {
    pub(crate) id: RoleId,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) inherited_from: BaseRole,
    /// Its own permissions, `object:operation`, without those that it inherits.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What is stored of a custom role.
#[derive(Debug, Clone)]
pub(crate) struct NewCustomRole {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) inherited_from: BaseRole,
    pub(crate) permissions: Vec<String>,
}

impl CustomRole {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            description: row.get("description")?,
            inherited_from: row.get("inherited_from")?,
            permissions: from_json(row.get_ref("permissions")?.as_str()?)?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// The organization's own roles.
pub(crate) struct Roles<'c>(pub(crate) &'c Connection);

impl Roles<'_> {
    pub(crate) fn all(&self) -> rusqlite::Result<Vec<CustomRole>> {
        self.0.prepare_cached("SELECT * FROM custom_roles ORDER BY id")?.query_map([], CustomRole::from_row)?.collect()
    }

    pub(crate) fn by_id(&self, id: RoleId) -> rusqlite::Result<Option<CustomRole>> {
        self.0
            .prepare_cached("SELECT * FROM custom_roles WHERE id = ?1")?
            .query_row([id], CustomRole::from_row)
            .optional()
    }

    pub(crate) fn by_name(&self, name: &str) -> rusqlite::Result<Option<CustomRole>> {
        self.0
            .prepare_cached("SELECT * FROM custom_roles WHERE name = ?1")?
            .query_row([name], CustomRole::from_row)
            .optional()
    }

    pub(crate) fn add(&self, new: &NewCustomRole, now: Timestamp) -> rusqlite::Result<RoleId> {
        self.0.execute(
            "INSERT INTO custom_roles (name, description, inherited_from, permissions, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            params![new.name, new.description, new.inherited_from, to_json(&new.permissions)?, now],
        )?;
        Ok(RoleId::from_number(self.0.last_insert_rowid()))
    }

    pub(crate) fn update(&self, id: RoleId, new: &NewCustomRole, now: Timestamp) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE custom_roles SET name = ?2, description = ?3, inherited_from = ?4, permissions = ?5, updated_at = ?6 \
             WHERE id = ?1",
            params![id, new.name, new.description, new.inherited_from, to_json(&new.permissions)?, now],
        )?;
        Ok(())
    }

    pub(crate) fn delete(&self, id: RoleId) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM custom_roles WHERE id = ?1", [id])?;
        Ok(())
    }
}
