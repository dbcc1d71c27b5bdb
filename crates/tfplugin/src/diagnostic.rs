//! What a provider tells the person who runs Terraform.

use crate::value::{Path, ValueError};

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation did not succeed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message: what happened, where, and what to do next.
///
/// The summary is a title of a few words without a full stop. The detail is for reading: what happened, the
/// offending value unless it may be secret, what to do, the cause last.
///
/// ```
/// use tfplugin::{Diagnostic, Diagnostics};
///
/// let found = "notes";
/// let detail = format!("There is no team \"{found}\". Correct the name, or ask to be let in.");
/// let error = Diagnostic::error("Team not found", detail).at("team");
/// assert!(error.is_error());
///
/// // Several at once are better than one after the other.
/// let mut report = Diagnostics::new();
/// report.push(error);
/// report.push(Diagnostic::warning("Name is long", "It will be cut in lists."));
/// assert!(report.into_result(()).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// A title of at most some eight words.
    pub summary: String,
    /// The explanation.
    pub detail: String,
    /// The attribute to blame, where there is one.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// An error that no configuration can cause or mend.
    pub fn bug(detail: impl std::fmt::Display) -> Self {
        Self::error(
            "Bug in the provider",
            format!(
                "{detail}\n\nThis is a bug in the provider, not in your configuration. Please report it to the \
                 provider's developers, with the steps that led here."
            ),
        )
    }

    /// The same message about one attribute.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Whether this is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Messages in the order in which they came, exact duplicates left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    /// Whether there is no message at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The messages of something that failed. A failure without an error would pass for a success, so it is
    /// told as a bug.
    pub(crate) fn of_failure(mut self, subject: &str) -> Self {
        if !self.has_error() {
            self.push(Diagnostic::bug(format!("`{subject}` failed and gave no error.")));
        }
        self
    }

    /// `value` where no message is an error, else the messages.
    pub fn into_result<T>(self, value: T) -> Result<T> {
        if self.has_error() { Err(self) } else { Ok(value) }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut all = Self::new();
        all.extend(diagnostics);
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// A value that does not fit its schema came from the host or from the provider's own code: no user can mend it.
impl From<ValueError> for Diagnostic {
    fn from(error: ValueError) -> Self {
        let path = error.path.clone();
        let bug = Self::bug(format!("A value does not fit its schema: {error}."));
        if path.is_root() { bug } else { bug.at(path) }
    }
}

impl From<ValueError> for Diagnostics {
    fn from(error: ValueError) -> Self {
        Diagnostic::from(error).into()
    }
}

/// The outcome of what can fail with messages; `?` hands them on.
pub type Result<T> = std::result::Result<T, Diagnostics>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_duplicates_are_dropped() {
        let warning = Diagnostic::warning("Slow", "It took long.");
        let error = Diagnostic::error("Gone", "It is not there.").at("name");
        let all: Diagnostics = [warning.clone(), error.clone(), warning.clone()].into_iter().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), [&warning, &error]);
        assert!(all.has_error());
        assert_eq!(all.clone().into_result(()), Err(all));
        assert_eq!(Diagnostics::from(warning).into_result(7), Ok(7));
    }
}
