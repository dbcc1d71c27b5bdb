//! A panic in a provider's code ends one call, not the process.

use crate::diagnostic::Diagnostic;

/// What the user sees of a panic. Its message stays out, as it may show a secret; the log has the place.
pub(crate) fn diagnostic(subject: &str) -> Diagnostic {
    Diagnostic::bug(format!(
        "The code of `{subject}` ended in a panic. Run again with TF_LOG=error to see where in the provider's source."
    ))
}
