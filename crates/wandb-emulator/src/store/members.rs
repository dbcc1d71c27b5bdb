//! Who is in which team, and as what.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Account, BaseRole};
use crate::ids::{AccountId, EntityId, RoleId};

/// A person or service account in a team.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) account: Account,
    pub(crate) role: TeamRole,
}

/// What a member may do in its team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TeamRole {
    Admin,
    Base(BaseRole),
    Custom { id: RoleId, name: String },
}

impl TeamRole {
    pub(crate) const MEMBER: Self = Self::Base(BaseRole::Member);

    /// The role's name, as clients give and see it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Admin => "admin",
            Self::Base(base) => base.word(),
            Self::Custom { name, .. } => name,
        }
    }

    fn columns(&self) -> (&'static str, Option<RoleId>) {
        match self {
            Self::Admin => ("admin", None),
            Self::Base(base) => (base.word(), None),
            Self::Custom { id, .. } => ("custom", Some(*id)),
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(match row.get::<_, Option<RoleId>>("custom_role")? {
            Some(id) => Self::Custom { id, name: row.get("role_name")? },
            None if row.get_ref("role")?.as_str()? == "admin" => Self::Admin,
            None => Self::Base(row.get("role")?),
        })
    }
}

/// The memberships in all teams.
pub(crate) struct Members<'c>(pub(crate) &'c Connection);

impl Members<'_> {
    /// In the order in which they joined.
    pub(crate) fn of_team(&self, team: EntityId) -> rusqlite::Result<Vec<Member>> {
        self.0
            .prepare_cached(&format!(
                "SELECT {}, members.role, members.custom_role, custom_roles.name AS role_name FROM members \
                 JOIN accounts ON accounts.id = members.account \
                 LEFT JOIN custom_roles ON custom_roles.id = members.custom_role \
                 WHERE members.team = ?1 ORDER BY members.id",
                Account::COLUMNS
            ))?
            .query_map([team], |row| Ok(Member { account: Account::from_row(row)?, role: TeamRole::from_row(row)? }))?
            .collect()
    }

    /// The role of an account in a team, if it is in it.
    pub(crate) fn role(&self, team: EntityId, account: AccountId) -> rusqlite::Result<Option<TeamRole>> {
        self.0
            .prepare_cached(
                "SELECT members.role, members.custom_role, custom_roles.name AS role_name FROM members \
                 LEFT JOIN custom_roles ON custom_roles.id = members.custom_role WHERE team = ?1 AND account = ?2",
            )?
            .query_row(params![team, account], TeamRole::from_row)
            .optional()
    }

    /// The teams of an account with its role in each.
    pub(crate) fn roles_of(&self, account: AccountId) -> rusqlite::Result<Vec<(String, TeamRole)>> {
        self.0
            .prepare_cached(
                "SELECT entities.name AS team_name, members.role, members.custom_role, custom_roles.name AS role_name \
                 FROM members JOIN entities ON entities.id = members.team \
                 LEFT JOIN custom_roles ON custom_roles.id = members.custom_role \
                 WHERE members.account = ?1 ORDER BY members.id",
            )?
            .query_map([account], |row| Ok((row.get("team_name")?, TeamRole::from_row(row)?)))?
            .collect()
    }

    /// Whether two accounts are in one team.
    pub(crate) fn share_a_team(&self, one: AccountId, other: AccountId) -> rusqlite::Result<bool> {
        self.0
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM members a JOIN members b ON a.team = b.team \
                 WHERE a.account = ?1 AND b.account = ?2)",
            )?
            .query_row(params![one, other], |row| row.get(0))
    }

    /// Whether the first account is an administrator of a team that the second is in.
    pub(crate) fn administers(&self, admin: AccountId, account: AccountId) -> rusqlite::Result<bool> {
        self.0
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM members a JOIN members b ON a.team = b.team \
                 WHERE a.account = ?1 AND a.role = 'admin' AND b.account = ?2)",
            )?
            .query_row(params![admin, account], |row| row.get(0))
    }

    /// Puts an account into a team, or gives it another role there.
    pub(crate) fn put(&self, team: EntityId, account: AccountId, role: &TeamRole) -> rusqlite::Result<()> {
        let (word, custom) = role.columns();
        self.0.execute(
            "INSERT INTO members (team, account, role, custom_role) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (team, account) DO UPDATE SET role = excluded.role, custom_role = excluded.custom_role",
            params![team, account, word, custom],
        )?;
        Ok(())
    }

    pub(crate) fn remove(&self, team: EntityId, account: AccountId) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM members WHERE team = ?1 AND account = ?2", params![team, account])?;
        Ok(())
    }

    /// Gives everyone who has a custom role the role that it was derived from.
    pub(crate) fn replace_custom_role(&self, role: RoleId, base: BaseRole) -> rusqlite::Result<()> {
        self.0
            .execute("UPDATE members SET role = ?2, custom_role = NULL WHERE custom_role = ?1", params![role, base])?;
        Ok(())
    }

    /// The administrators of a team, people and service accounts.
    pub(crate) fn administrators(&self, team: EntityId) -> rusqlite::Result<Vec<AccountId>> {
        self.0
            .prepare_cached("SELECT account FROM members WHERE team = ?1 AND role = 'admin' ORDER BY id")?
            .query_map([team], |row| row.get(0))?
            .collect()
    }
}
