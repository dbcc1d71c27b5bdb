//! What is open: ephemeral resources that the host has not closed yet.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The instances that are open, by the number that each was given.
#[derive(Default)]
pub(super) struct Opened {
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, Instance>>,
}

/// One open instance.
#[derive(Clone)]
pub(super) struct Instance {
    pub type_name: String,
    /// What the resource noted for its close.
    pub notes: Vec<u8>,
}

/// What the host holds of an instance: its number, and the notes in case that this process is another one.
#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    instance: u64,
    #[serde(borrow)]
    notes: &'a RawValue,
}

impl Opened {
    /// Keeps an instance, and answers what the host is to hold of it.
    pub(super) fn insert(&self, instance: Instance) -> Vec<u8> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let notes = serde_json::from_slice(&instance.notes).unwrap_or(RawValue::NULL);
        let held = serde_json::to_vec(&Envelope { instance: number, notes }).unwrap_or_default();
        self.lock().insert(number, instance);
        held
    }

    /// The notes in what the host holds, with the instance's number.
    pub(super) fn read(held: &[u8]) -> Option<(u64, Vec<u8>)> {
        let envelope: Envelope<'_> = serde_json::from_slice(held).ok()?;
        Some((envelope.instance, envelope.notes.get().as_bytes().to_vec()))
    }

    /// Forgets an instance that is closed.
    pub(super) fn remove(&self, number: u64) {
        self.lock().remove(&number);
    }

    /// All that is open; nothing is, afterwards.
    pub(super) fn take(&self) -> Vec<Instance> {
        std::mem::take(&mut *self.lock()).into_values().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Instance>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
