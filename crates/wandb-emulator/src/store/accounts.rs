//! People and service accounts.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{next_number, stored_words};
use crate::ids::{AccountId, EntityId, GlobalId as _};

/// Who can log in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deactivated_at: Option<Timestamp>,
    pub(crate) kind: AccountKind,
}

#[derive(Debug, Clone)]
pub(crate) enum AccountKind {
    Person(Person),
    Service(ServiceAccount),
}

/// What only people have.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) role: OrganizationRole,
    pub(crate) instance_admin: bool,
    pub(crate) models_seat: Option<Seat>,
    pub(crate) weave_role: Option<Seat>,
}

/// What only service accounts have.
#[derive(Debug, Clone)]
pub(crate) struct ServiceAccount {
    pub(crate) scope: Scope,
    pub(crate) authentication: Authentication,
    pub(crate) default_team: EntityId,
}

/// How a service account logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Authentication {
    /// By API keys that it owns.
    BuiltIn,
    /// By identity tokens with this subject; it owns no keys.
    Federated { subject: String },
}

/// A person's role in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrganizationRole {
    Admin,
    Member,
}
stored_words!(OrganizationRole { Admin = "admin", Member = "member" });

/// How far a service account reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Team,
    Organization,
}
stored_words!(Scope { Team = "team", Organization = "organization" });

/// A licence of a person for one of the products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seat {
    Full,
    Viewer,
    None,
}
stored_words!(Seat { Full = "full", Viewer = "viewer", None = "none" });

/// A person to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewPerson {
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) person: Person,
}

/// A service account to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewServiceAccount {
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) service: ServiceAccount,
}

impl Account {
    /// The columns of an account in a query that calls the table `accounts`.
    pub(super) const COLUMNS: &'static str = "accounts.id, accounts.username, accounts.name, accounts.created_at, \
        accounts.updated_at, accounts.deactivated_at, accounts.kind, accounts.email, accounts.organization_role, \
        accounts.instance_admin, accounts.models_seat, accounts.weave_role, accounts.scope, accounts.subject, \
        accounts.default_team";

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind = if row.get_ref("kind")?.as_str()? == "person" {
            AccountKind::Person(Person {
                email: row.get("email")?,
                role: row.get("organization_role")?,
                instance_admin: row.get("instance_admin")?,
                models_seat: row.get("models_seat")?,
                weave_role: row.get("weave_role")?,
            })
        } else {
            AccountKind::Service(ServiceAccount {
                scope: row.get("scope")?,
                authentication: match row.get("subject")? {
                    Some(subject) => Authentication::Federated { subject },
                    None => Authentication::BuiltIn,
                },
                default_team: row.get("default_team")?,
            })
        };
        Ok(Self {
            id: row.get("id")?,
            username: row.get("username")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            deactivated_at: row.get("deactivated_at")?,
            kind,
        })
    }

    /// The emulator's own operator, who makes the organization and is not in it.
    pub(crate) fn operator(now: Timestamp) -> Self {
        Self {
            id: AccountId::from_number(0),
            username: "emulator".to_owned(),
            name: "The emulator".to_owned(),
            created_at: now,
            updated_at: now,
            deactivated_at: None,
            kind: AccountKind::Person(Person {
                email: String::new(),
                role: OrganizationRole::Admin,
                instance_admin: true,
                models_seat: None,
                weave_role: None,
            }),
        }
    }

    pub(crate) fn person(&self) -> Option<&Person> {
        match &self.kind {
            AccountKind::Person(person) => Some(person),
            AccountKind::Service(_) => None,
        }
    }

    pub(crate) fn service(&self) -> Option<&ServiceAccount> {
        match &self.kind {
            AccountKind::Service(service) => Some(service),
            AccountKind::Person(_) => None,
        }
    }

    pub(crate) fn email(&self) -> Option<&str> {
        self.person().map(|person| person.email.as_str())
    }
}

/// The accounts of the organization.
pub(crate) struct Accounts<'c>(pub(crate) &'c Connection);

impl Accounts<'_> {
    pub(crate) fn all(&self) -> rusqlite::Result<Vec<Account>> {
        self.list("ORDER BY accounts.id", &[])
    }

    pub(crate) fn by_id(&self, id: AccountId) -> rusqlite::Result<Option<Account>> {
        self.find("WHERE accounts.id = ?1", &[&id])
    }

    pub(crate) fn by_username(&self, username: &str) -> rusqlite::Result<Option<Account>> {
        self.find("WHERE accounts.username = ?1", &[&username])
    }

    pub(crate) fn by_email(&self, email: &str) -> rusqlite::Result<Option<Account>> {
        self.find("WHERE accounts.email = ?1", &[&email])
    }

    /// The federated account with exactly this subject.
    pub(crate) fn by_subject(&self, subject: &str) -> rusqlite::Result<Option<Account>> {
        self.find("WHERE accounts.subject = ?1", &[&subject])
    }

    /// Those whose username, email or name contains the text, whatever its case.
    pub(crate) fn search(&self, text: &str) -> rusqlite::Result<Vec<Account>> {
        let condition = "WHERE instr(lower(accounts.username), lower(?1)) OR instr(lower(accounts.name), lower(?1)) \
            OR instr(lower(coalesce(accounts.email, '')), lower(?1)) ORDER BY accounts.id";
        self.list(condition, &[&text])
    }

    /// The number that the next account will have.
    pub(crate) fn next_number(&self) -> rusqlite::Result<i64> {
        next_number(self.0, "accounts")
    }

    /// Makes a person and the entity of their own that has their name.
    pub(crate) fn add_person(&self, new: &NewPerson, now: Timestamp) -> rusqlite::Result<AccountId> {
        let NewPerson { username, name, person } = new;
        self.0.execute(
            "INSERT INTO accounts (username, name, kind, created_at, updated_at, email, organization_role, instance_admin, \
             models_seat, weave_role) VALUES (?1, ?2, 'person', ?3, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                username,
                name,
                now,
                person.email,
                person.role,
                person.instance_admin,
                person.models_seat,
                person.weave_role
            ],
        )?;
        let id = self.last_id();
        self.0.execute(
            "INSERT INTO entities (kind, name, owner, created_at, updated_at) VALUES ('user', ?1, ?2, ?3, ?3)",
            params![username, id, now],
        )?;
        Ok(id)
    }

    pub(crate) fn add_service(&self, new: &NewServiceAccount, now: Timestamp) -> rusqlite::Result<AccountId> {
        let NewServiceAccount { username, name, service } = new;
        let subject = match &service.authentication {
            Authentication::BuiltIn => None,
            Authentication::Federated { subject } => Some(subject),
        };
        self.0.execute(
            "INSERT INTO accounts (username, name, kind, created_at, updated_at, scope, subject, default_team) \
             VALUES (?1, ?2, 'service', ?3, ?3, ?4, ?5, ?6)",
            params![username, name, now, service.scope, subject, service.default_team],
        )?;
        Ok(self.last_id())
    }

    /// Stores what can change of a person.
    pub(crate) fn update_person(
        &self,
        id: AccountId,
        name: &str,
        person: &Person,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE accounts SET name = ?2, email = ?3, organization_role = ?4, instance_admin = ?5, models_seat = ?6, \
             weave_role = ?7, updated_at = ?8 WHERE id = ?1",
            params![
                id,
                name,
                person.email,
                person.role,
                person.instance_admin,
                person.models_seat,
                person.weave_role,
                now
            ],
        )?;
        Ok(())
    }

    /// Shuts an account out, or lets it in again.
    pub(crate) fn set_deactivated(
        &self,
        id: AccountId,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE accounts SET deactivated_at = ?2, updated_at = ?3 WHERE id = ?1",
            params![id, since, now],
        )?;
        Ok(())
    }

    /// Removes an account with its keys, memberships, invitations and own entity.
    pub(crate) fn delete(&self, id: AccountId) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM accounts WHERE id = ?1", [id])?;
        Ok(())
    }

    fn find(&self, condition: &str, parameters: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Option<Account>> {
        self.0
            .prepare_cached(&format!("SELECT {} FROM accounts {condition}", Account::COLUMNS))?
            .query_row(parameters, Account::from_row)
            .optional()
    }

    fn list(&self, condition: &str, parameters: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Account>> {
        self.0
            .prepare_cached(&format!("SELECT {} FROM accounts {condition}", Account::COLUMNS))?
            .query_map(parameters, Account::from_row)?
            .collect()
    }

    fn last_id(&self) -> AccountId {
        AccountId::from_number(self.0.last_insert_rowid())
    }
}
