//! Invitations that are still to be accepted.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::ids::{AccountId, EntityId, GlobalId as _, InviteId};

/// An invitation to a team.
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub(crate) id: InviteId,
    pub(crate) team: EntityId,
    pub(crate) email: String,
    /// The invited person, where the organization knows one.
    pub(crate) account: Option<AccountId>,
    /// Whether the person is to be an administrator of the team.
    pub(crate) admin: bool,
    pub(crate) created_at: Timestamp,
}

impl Invitation {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            team: row.get("team")?,
            email: row.get("email")?,
            account: row.get("account")?,
            admin: row.get("admin")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The pending invitations to all teams.
pub(crate) struct Invitations<'c>(pub(crate) &'c Connection);

impl Invitations<'_> {
    pub(crate) fn by_id(&self, id: InviteId) -> rusqlite::Result<Option<Invitation>> {
        self.0
            .prepare_cached("SELECT * FROM invitations WHERE id = ?1")?
            .query_row([id], Invitation::from_row)
            .optional()
    }

    pub(crate) fn of_team(&self, team: EntityId) -> rusqlite::Result<Vec<Invitation>> {
        self.0
            .prepare_cached("SELECT * FROM invitations WHERE team = ?1 ORDER BY id")?
            .query_map([team], Invitation::from_row)?
            .collect()
    }

    pub(crate) fn add(
        &self,
        team: EntityId,
        email: &str,
        account: Option<AccountId>,
        admin: bool,
        now: Timestamp,
    ) -> rusqlite::Result<InviteId> {
        self.0.execute(
            "INSERT INTO invitations (team, email, account, admin, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![team, email, account, admin, now],
        )?;
        Ok(InviteId::from_number(self.0.last_insert_rowid()))
    }

    pub(crate) fn remove(&self, id: InviteId) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM invitations WHERE id = ?1", [id])?;
        Ok(())
    }
}
