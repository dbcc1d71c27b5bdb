//! Where service accounts were seen.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::ids::UserId;

/// The team in which each service account was seen last. It only says where to look first.
#[derive(Debug, Default)]
pub(crate) struct SeenAccounts(Mutex<HashMap<UserId, String>>);

impl SeenAccounts {
    /// Notes accounts of a team. One that was seen in another team stays noted there: an account of the organization is
    /// in many.
    pub(crate) fn note(&self, team: &str, accounts: impl IntoIterator<Item = UserId>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for account in accounts {
            seen.entry(account).or_insert_with(|| team.to_owned());
        }
    }

    /// Forgets an account.
    pub(crate) fn forget(&self, account: &UserId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }

    pub(crate) fn team_of(&self, account: &UserId) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }
}
