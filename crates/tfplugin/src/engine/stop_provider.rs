//! `StopProvider`.

use super::Engine;
use crate::provider::Provider;

impl<P: Provider> Engine<P> {
    /// Asks the running operations to end soon. They decide what is safe to leave.
    pub(crate) fn stop_provider(&self) {
        self.stop.cancel();
    }
}
