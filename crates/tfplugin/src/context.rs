//! What an operation has at hand besides its values.

use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// The provider's data, a place for warnings, and the host's wish to stop.
pub struct Context<'a, D> {
    provider: &'a D,
    stop: CancellationToken,
    pub(crate) report: Diagnostics,
}

impl<'a, D> Context<'a, D> {
    pub(crate) fn new(provider: &'a D, stop: CancellationToken) -> Self {
        Self { provider, stop, report: Diagnostics::new() }
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

    /// Set off when the user interrupts: end soon, and return what was reached. What has begun on the remote side and
    /// cannot be taken back is finished first.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}
