//! What an operation has at hand besides its values.

use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Value;

/// The provider's data, a place for warnings, and the host's wish to stop.
pub struct Context<'a, D> {
    provider: &'a D,
    stop: CancellationToken,
    meta: Value,
    pub(crate) report: Diagnostics,
}

impl<'a, D> Context<'a, D> {
    pub(crate) fn new(provider: &'a D, stop: CancellationToken, meta: Value) -> Self {
        Self { provider, stop, meta, report: Diagnostics::new() }
    }

    /// What the provider's `configure` made.
    #[must_use]
    pub fn provider(&self) -> &'a D {
        self.provider
    }

    /// Tells the user something that does not stop the operation.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.report.push(warning);
    }

    /// What the module's `provider_meta` block says; null where there is none.
    #[must_use]
    pub fn meta(&self) -> &Value {
        &self.meta
    }

    /// Set off when the user interrupts: end soon, and return what was reached. What has begun on the remote side and
    /// cannot be taken back is finished first.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}
