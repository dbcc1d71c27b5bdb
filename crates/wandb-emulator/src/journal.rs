//! What was asked of the emulator: names and outcomes, never values, so that no secret can be in it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

/// The most entries that are kept; the oldest go first.
const MOST_ENTRIES: usize = 100_000;

/// One request and how it ended.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// One more than that of the request that ended before.
    pub(crate) number: u64,
    #[serde(flatten)]
    pub(crate) exchange: Exchange,
}

/// What is noted of a request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Exchange {
    /// When it was answered, by the emulator's clock.
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    /// The path without its query.
    pub(crate) path: String,
    /// The name of a GraphQL operation.
    pub(crate) operation: Option<String>,
    /// The root fields of a GraphQL operation, with aliases and fragments seen through.
    pub(crate) fields: Vec<String>,
    /// The username of the caller; none if it was not known.
    pub(crate) caller: Option<String>,
    /// The HTTP status; none where the connection was dropped instead.
    pub(crate) status: Option<u16>,
    /// The kind of the fault that was injected.
    pub(crate) fault: Option<&'static str>,
}

/// The requests since the start, or since it was last emptied.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_number: u64,
    entries: VecDeque<Entry>,
    counters: BTreeMap<String, u64>,
}

impl Journal {
    /// Notes a request, and counts it under each of its labels.
    pub(crate) fn note(&self, exchange: Exchange, labels: &[String]) {
        let mut state = self.state();
        state.last_number += 1;
        let number = state.last_number;
        if state.entries.len() == MOST_ENTRIES {
            state.entries.pop_front();
        }
        state.entries.push_back(Entry { number, exchange });
        for label in labels {
            *state.counters.entry(label.clone()).or_default() += 1;
        }
    }

    /// The entries with a higher number than this.
    pub(crate) fn after(&self, number: u64) -> Vec<Entry> {
        self.state().entries.iter().filter(|entry| entry.number > number).cloned().collect()
    }

    /// How often each operation was asked for.
    pub(crate) fn counters(&self) -> BTreeMap<String, u64> {
        self.state().counters.clone()
    }

    /// Forgets entries and counters; the numbers go on.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.entries.clear();
        state.counters.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
