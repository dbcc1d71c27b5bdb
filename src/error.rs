//! Errors of the API, told to the person who runs Terraform.

use std::error::Error as _;

use tfplugin::{Diagnostic, Diagnostics, Result};
use wandb_client::{Error, ErrorKind};

/// Tells what was being done when the API said no.
pub(crate) trait Explain<T> {
    /// `action` ends the sentence "Could not ...".
    fn explain(self, action: &str) -> Result<T>;

    /// The same; of a missing permission it says who has it. `permission` ends the sentence "That takes ...".
    fn needing(self, action: &str, permission: &str) -> Result<T>;
}

impl<T> Explain<T> for std::result::Result<T, Error> {
    fn explain(self, action: &str) -> Result<T> {
        self.map_err(|error| diagnostic(&error, action).into())
    }

    fn needing(self, action: &str, permission: &str) -> Result<T> {
        self.map_err(|error| {
            if error.is_forbidden() {
                let detail = format!(
                    "Could not {action}. That takes {permission}. Use the credential of one, or ask one for the role.\n\n{}",
                    causes(&error)
                );
                return Diagnostic::error("Permission denied", detail).into();
            }
            diagnostic(&error, action).into()
        })
    }
}

/// What happened, what to do next, and the cause with the server's own words.
pub(crate) fn diagnostic(error: &Error, action: &str) -> Diagnostic {
    let (summary, advice) = match error.kind() {
        ErrorKind::Unauthorized(_) if error.is_identity_refused() => (
            "Identity token refused",
            "The server does not accept the identity token: the organization may have another issuer, or nobody whom \
             the token's subject or audience fits; or the token has expired, or was exchanged before. Have the identity \
             provider issue a fitting one.",
        ),
        ErrorKind::Unauthorized(_) => (
            "Credential refused",
            "The server does not accept the provider's credential any more: an API key that was revoked, or an access \
             token that ended before its time. Give a valid one in the provider block, by `WANDB_API_KEY` or by `wandb \
             login`.",
        ),
        ErrorKind::Forbidden(_) => (
            "Permission denied",
            "The account of the API key may not do this. Ask an admin of the team or the organization for the role \
             that may, or use another account's key.",
        ),
        ErrorKind::RateLimited(_) | ErrorKind::MustWait { .. } => {
            ("Rate limit reached", "Run it again later; what was done so far is kept.")
        }
        ErrorKind::Unsupported { .. } => ("Not offered by this server", "A newer version of W&B Server may offer it."),
        ErrorKind::NotTheApi | ErrorKind::Redirected { .. } => {
            ("Not a W&B server", "Check `base_url` or `WANDB_BASE_URL`.")
        }
        ErrorKind::Unreachable(_) | ErrorKind::Interrupted(_) | ErrorKind::TimedOut { .. } => {
            ("Server not reached", "Check `base_url`, the network and proxies, and run it again.")
        }
        ErrorKind::Untrusted(_) => (
            "Certificate not trusted",
            "For a server of a private authority, name the authority's certificate in `ca_certificate_file`.",
        ),
        ErrorKind::ServerFailed(_) | ErrorKind::Partial(_) | ErrorKind::Broken(_) => {
            ("Server failed", "Run it again; if it stays, the server's operators should know.")
        }
        ErrorKind::NotVisible { .. } => {
            ("Not visible", "Use the credential of a member of the team or an admin of its organization.")
        }
        ErrorKind::NotFound(_) => ("Not found", ""),
        ErrorKind::Conflict(_) => ("Exists already", ""),
        ErrorKind::IdentityToken(_) => (
            "Identity token cannot be used",
            "Check `identity_token_file`, `identity_token` or `WANDB_IDENTITY_TOKEN_FILE`.",
        ),
        ErrorKind::CredentialsFileKept { .. } => (
            "Credentials file not free",
            "A run that exchanges its token there takes seconds: end the process that hangs, or name another file in \
             `WANDB_CREDENTIALS_FILE`.",
        ),
        _ => ("Request failed", ""),
    };
    let advice = if advice.is_empty() { String::new() } else { format!(" {advice}") };
    Diagnostic::error(summary, format!("Could not {action}.{advice}\n\n{}", causes(error)))
}

/// An error's text as a sentence: errors are written in lower case and without a full stop.
pub(crate) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// What errors say, for a message that is about something else.
pub(crate) fn details(errors: Diagnostics) -> String {
    let details: Vec<String> = errors.into_iter().map(|error| error.detail).collect();
    details.join("\n\n")
}

/// The error and its causes, each on a line.
pub(crate) fn causes(error: &Error) -> String {
    let mut text = sentence(error);
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str("\nCaused by: ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_sentence_begins_and_ends_as_one() {
        assert_eq!(sentence(&"no answer"), "No answer.");
        assert_eq!(sentence(&"too short; was it cut?"), "Too short; was it cut?");
    }
}
