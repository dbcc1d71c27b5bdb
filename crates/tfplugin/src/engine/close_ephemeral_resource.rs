//! `CloseEphemeralResource`, and the close of what hosts leave open.

use super::opened::Opened;
use super::{Configuration, Engine, Readiness};
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::provider::Provider;

impl<P: Provider> Engine<P> {
    pub(crate) async fn close_ephemeral_resource(&self, type_name: &str, held: &[u8]) -> Result<Diagnostics> {
        let resource = self.ephemeral_resource(type_name)?;
        if held.is_empty() {
            // Nothing was noted to close.
            return Ok(Diagnostics::new());
        }
        let Readiness::Ready(data) = self.ready(false)? else {
            return Err(Diagnostic::bug("A close cannot be deferred.").into());
        };
        let Some((number, notes)) = Opened::read(held) else {
            return Err(Diagnostic::bug("The host closed something that was never opened.").into());
        };
        let report = resource.close(self.closing_call(&data), &notes).await;
        if !report.has_error() {
            self.opened.remove(number);
        }
        Ok(report)
    }

    /// Closes all that is still open, before the process ends. There is nobody left to tell of failures but the log.
    pub(crate) async fn close_all(&self) {
        let Configuration::Ready(data) = self.configuration() else { return };
        for instance in self.opened.take() {
            let Ok(resource) = self.ephemeral_resource(&instance.type_name) else { continue };
            let report = resource.close(self.closing_call(&data), &instance.notes).await;
            if report.has_error() {
                tracing::error!(
                    tf_ephemeral_resource_type = instance.type_name,
                    "an ephemeral resource could not be closed"
                );
            } else {
                tracing::debug!(
                    tf_ephemeral_resource_type = instance.type_name,
                    "closed an ephemeral resource that was left open"
                );
            }
        }
    }
}
