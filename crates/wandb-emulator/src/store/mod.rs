//! The state of the emulated W&B, in SQLite.
//!
//! One thread owns the connection; everything else sends it jobs. A job that writes is one transaction, so a killed process
//! leaves either all of it or nothing. A job that was sent is done, even if nobody waits for its answer any more.

mod access_tokens;
mod accounts;
mod api_keys;
mod audit_log;
mod entities;
mod invitations;
mod members;
mod organization;
mod roles;
mod runs;

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

pub(crate) use access_tokens::AccessTokens;
pub(crate) use accounts::{
    Account, AccountKind, Accounts, Authentication, NewPerson, NewServiceAccount, OrganizationRole, Person, Scope,
    Seat, ServiceAccount,
};
pub(crate) use api_keys::{ApiKey, ApiKeys, NewApiKey};
pub(crate) use audit_log::AuditLog;
pub(crate) use entities::{Entities, Entity, EntityKind};
pub(crate) use invitations::{Invitation, Invitations};
pub(crate) use members::{Member, Members, TeamRole};
pub use organization::{FederatedLogin, Settings};
pub(crate) use organization::{Organization, OrganizationRow};
pub(crate) use roles::{BaseRole, CustomRole, NewCustomRole, Roles};
pub(crate) use runs::{NewRun, Project, Projects, Run, RunDetails, RunState, Runs};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The version of `schema.sql`; kept in the file so that a file of another version is refused.
const SCHEMA_VERSION: i64 = 2;

/// More than the store has statements, so that each is prepared once.
const MOST_STATEMENTS: usize = 128;

/// How long an emulator may take to let go of the data file that another one wants.
const PATIENCE: Duration = Duration::from_secs(1);

/// The thread that owns the database. When this is dropped, the thread ends and the file is closed.
#[derive(Debug)]
pub(crate) struct Store {
    jobs: mpsc::Sender<Job>,
}

/// Tells when the file is closed.
#[derive(Debug)]
pub(crate) struct Closing(oneshot::Receiver<()>);

impl Closing {
    /// Returns once the [`Store`] is gone and its file closed.
    pub(crate) async fn wait(self) {
        let _ = self.0.await;
    }
}

/// The store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process, or another emulator of this one, has the data file open.
    #[error("the data file is in use by another emulator")]
    InUse,
    /// The database refused.
    #[error("the database failed")]
    Database(#[source] rusqlite::Error),
    /// The data file was made by another version of the emulator.
    #[error("the data file has schema version {found}, this emulator has {SCHEMA_VERSION}")]
    OtherSchema {
        /// The version in the file.
        found: i64,
    },
    /// The thread that owns the database could not be started.
    #[error("the store's thread could not be started")]
    Thread(#[source] std::io::Error),
    /// The thread that owns the database is gone.
    #[error("the store has stopped")]
    Stopped,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Database(error),
        }
    }
}

/// How the ids of a new database are numbered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbering {
    /// From 1.
    FromOne,
    /// From some number, so that nobody comes to rely on ids.
    Anywhere,
}

impl Store {
    /// Opens the file, or a database in memory, and makes the tables where there are none.
    pub(crate) async fn open(path: Option<&Path>, numbering: Numbering) -> Result<(Self, Closing), StoreError> {
        let path = path.map(Path::to_owned);
        let (jobs, received) = mpsc::channel::<Job>();
        let (opened, wait) = oneshot::channel();
        let (closed, closing) = oneshot::channel();
        std::thread::Builder::new()
            .name("wandb-emulator-store".to_owned())
            .spawn(move || match open_connection(path.as_deref(), numbering) {
                Ok(mut connection) => {
                    let _ = opened.send(Ok(()));
                    for job in received {
                        job(&mut connection);
                    }
                    drop(connection);
                    let _ = closed.send(());
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            })
            .map_err(StoreError::Thread)?;
        wait.await.map_err(|_| StoreError::Stopped)??;
        Ok((Self { jobs }, Closing(closing)))
    }

    /// Does a job that changes nothing.
    pub(crate) async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.send(move |connection| job(connection)).await
    }

    /// Does a job in a transaction: all of it, or nothing if it fails.
    pub(crate) async fn write<T, E>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.send(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
            let answer = job(&transaction)?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(answer)
        })
        .await
    }

    async fn send<T, E>(&self, job: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let _ = reply.send(job(connection));
        });
        self.jobs.send(job).map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

fn open_connection(path: Option<&Path>, numbering: Numbering) -> Result<Connection, StoreError> {
    let mut connection = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(MOST_STATEMENTS);
    // Exclusive: two emulators on one file would not see each other's changes in time.
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
    )?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0 => {
            transaction.execute_batch(include_str!("schema.sql"))?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            if let Numbering::Anywhere = numbering {
                start_numbering_anywhere(&transaction)?;
            }
        }
        SCHEMA_VERSION => {}
        found => return Err(StoreError::OtherSchema { found }),
    }
    transaction.commit()?;
    Ok(connection)
}

fn start_numbering_anywhere(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["accounts", "entities", "custom_roles", "invitations", "api_keys", "projects", "runs"] {
        connection
            .execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, abs(random() % 900000) + 100000)", [table])?;
    }
    Ok(())
}

/// The number that the next row of a table will have.
fn next_number(connection: &Connection, table: &str) -> rusqlite::Result<i64> {
    connection
        .query_row("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = ?1", [table], |row| row.get(0))
}

/// Reads a stored JSON document.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// Writes a JSON document to store.
fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Implements the storing of an enum by the words of `schema.sql`.
macro_rules! stored_words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The word for it, in the store and in W&B's API.
            pub(crate) const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What the word stands for.
            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.word().into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                Self::from_word(value.as_str()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
            }
        }
    };
}
use stored_words;
