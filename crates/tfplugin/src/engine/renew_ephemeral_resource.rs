//! `RenewEphemeralResource`.

use std::time::SystemTime;

use super::opened::Opened;
use super::{Engine, Readiness};
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    /// Answers when to renew next. What the host holds stays the same, as hosts differ in whose they hand to the close.
    pub(crate) async fn renew_ephemeral_resource(
        &self,
        type_name: &str,
        held: &[u8],
    ) -> Result<(Option<SystemTime>, Diagnostics)> {
        let resource = self.ephemeral_resource(type_name)?;
        let Readiness::Ready(data) = self.ready(false)? else {
            return Err(Diagnostic::bug("A renewal cannot be deferred.").into());
        };
        let Some((_, notes)) = Opened::read(held) else {
            return Err(Diagnostic::bug("The host asked for a renewal of something that was never opened.").into());
        };
        let (renew_at, report) = resource.renew(self.call(&data, Value::Null), &notes).await;
        report.clone().into_result((renew_at, report))
    }
}
