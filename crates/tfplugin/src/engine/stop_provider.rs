//! `StopProvider`.

use std::sync::PoisonError;

use super::Engine;
use crate::provider::Provider;

impl<P: Provider> Engine<P> {
    /// Asks the running operations to end soon. They decide what is safe to leave. Those that begin later are not
    /// asked: a process that was started by hand outlives the run that is interrupted.
    pub(crate) fn stop_provider(&self) {
        std::mem::take(&mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }
}
