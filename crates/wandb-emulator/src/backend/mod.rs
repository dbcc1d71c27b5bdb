//! What the emulated W&B does, and who may have it done: the rules behind both of its APIs.

mod access;
mod accounts;
mod api_keys;
mod people;
mod roles;
mod runs;
mod service_accounts;
mod teams;

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

pub(crate) use api_keys::MintedKey;
pub(crate) use runs::{Progress, RunChange, RunTarget, UpsertedRun};
pub(crate) use service_accounts::NewScimServiceAccount;
pub(crate) use teams::RosterEntry;

use crate::clock::Clock;
use crate::deployment::Deployment;
use crate::refusal::Refusal;
use crate::secret::SecretSource;
use crate::store::{Account, AuditLog, Organization, Settings, Store};

/// The whole emulated W&B, behind its APIs.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) secrets: SecretSource,
    pub(crate) deployment: Deployment,
}

/// One caller's view of the backend, within one transaction.
pub(crate) struct Session<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) caller: &'a Account,
    pub(crate) now: Timestamp,
    pub(crate) deployment: Deployment,
    secrets: &'a SecretSource,
}

impl Backend {
    /// Looks something up for a caller.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        caller: &Arc<Account>,
        job: impl FnOnce(&Session<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (backend, caller) = (Arc::clone(self), Arc::clone(caller));
        self.store.read(move |connection| job(&backend.session(connection, &caller))).await
    }

    /// Changes something for a caller: all of it or nothing.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        caller: &Arc<Account>,
        job: impl FnOnce(&Session<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (backend, caller) = (Arc::clone(self), Arc::clone(caller));
        self.store.write(move |transaction| job(&backend.session(transaction, &caller))).await
    }

    /// A caller's view, within the transaction of this connection.
    pub(crate) fn session<'a>(&'a self, connection: &'a Connection, caller: &'a Account) -> Session<'a> {
        Session { connection, caller, now: self.clock.now(), deployment: self.deployment, secrets: &self.secrets }
    }
}

impl Session<'_> {
    fn settings(&self) -> Result<Settings, Refusal> {
        Ok(Organization(self.connection).get()?.settings)
    }

    /// Notes a change in the audit log.
    fn audit(&self, action: &str, target: &str) -> Result<(), Refusal> {
        Ok(AuditLog(self.connection).note(self.now, &self.caller.username, action, target)?)
    }
}
