//! Where the server's address and the credential come from, and what to say where they do not.

use tfplugin::{Diagnostic, Result};
use wandb_client::{BaseUrl, Configured, Credential, CredentialError, Environment, Error, Found, Place};

use crate::error::{causes, sentence};

/// `base_url`, else `WANDB_BASE_URL`, else the cloud.
pub(crate) fn base_url(configured: Option<&str>, environment: &Environment) -> Result<BaseUrl> {
    match configured {
        Some(text) => text.parse::<BaseUrl>().map_err(|error| {
            let detail = format!("`base_url` cannot be used: {error}.");
            Diagnostic::error("Invalid base URL", detail).at("base_url").into()
        }),
        None => match BaseUrl::of_environment(environment) {
            Ok(base_url) => Ok(base_url.unwrap_or_default()),
            Err(error) => {
                let detail = format!("The environment variable `WANDB_BASE_URL` cannot be used: {error}.");
                Err(Diagnostic::error("Invalid base URL", detail).into())
            }
        },
    }
}

/// The credential for a server.
pub(crate) fn find(base_url: &BaseUrl, configured: &Configured<'_>, environment: &Environment) -> Result<Found> {
    match Credential::find(base_url, configured, environment) {
        Ok(found) => {
            tracing::debug!(place = %found.place, "credential found");
            Ok(found)
        }
        Err(error) => Err(explain(base_url, &error).into()),
    }
}

/// What to say where the server does not accept the credential that was found.
pub(crate) fn refused(base_url: &BaseUrl, found: &Found, configured: &Configured<'_>, error: &Error) -> Diagnostic {
    let (what, reasons) = match &found.credential {
        Credential::IdentityToken(_) => (
            "identity token",
            "The organization may have another issuer, or nobody whom the token's subject or audience fits; or the \
             token has expired, or was exchanged before",
        ),
        _ => ("API key", "It was revoked, belongs to another server, or was copied incompletely"),
    };
    // The attributes that the block may hold are exclusive.
    let attribute = [
        ("api_key", configured.api_key.is_some()),
        ("identity_token", configured.identity_token.is_some()),
        ("identity_token_file", configured.identity_token_file.is_some()),
    ];
    let attribute = attribute.into_iter().find(|(_, is_set)| *is_set && found.place == Place::Configured);
    let place = match (&found.place, attribute) {
        (_, Some((attribute, _))) => format!("the {what} in `{attribute}` of the provider block"),
        (Place::GitHubActions, None) => "the identity token of this GitHub Actions job".to_owned(),
        (Place::Variable(name @ "WANDB_IDENTITY_TOKEN_FILE"), None) => {
            format!("the {what} in the file that `{name}` names")
        }
        (Place::Variable(name), None) => format!("the {what} in the environment variable `{name}`"),
        (Place::Netrc(file), None) => format!("the {what} for this server in the netrc file `{}`", file.display()),
        (_, None) => format!("the {what}"),
    };
    let detail = format!("{base_url} does not accept {place}. {reasons}. Give a valid one there.\n\n{}", causes(error));
    let refused = Diagnostic::error("Credential refused", detail);
    // Of the others the host would print the line, and with it the secret.
    match attribute {
        Some((attribute @ "identity_token_file", _)) => refused.at(attribute),
        _ => refused,
    }
}

fn explain(base_url: &BaseUrl, error: &CredentialError) -> Diagnostic {
    match error {
        CredentialError::NoneFound { looked_in, .. } => {
            let places: Vec<String> = looked_in
                .iter()
                .map(|looked| {
                    let place = match &looked.place {
                        Place::Configured => {
                            "`api_key`, `identity_token` and `identity_token_file` in the provider block".to_owned()
                        }
                        Place::Variable(name) => format!("the environment variable `{name}`"),
                        Place::Netrc(file) => format!("the netrc file `{}`", file.display()),
                        other => other.to_string(),
                    };
                    format!("  - {place}: {}", looked.found)
                })
                .collect();
            Diagnostic::error(
                "No W&B credential",
                format!(
                    "No credential for {base_url} was found. These places were looked in:\n\n{}\n\nIn CI, set \
                     `WANDB_API_KEY` to the key of a service account, or use an identity token; on your own machine, run \
                     `wandb login`.",
                    places.join("\n")
                ),
            )
        }
        CredentialError::OtherServer { variable, belongs_to, .. } => Diagnostic::error(
            "Credential of another server",
            format!(
                "`{variable}` belongs to {belongs_to}, as `WANDB_BASE_URL` says, and is not sent to {base_url}, which \
                 `base_url` names. Give a key for {base_url} in `api_key`, or let both addresses agree."
            ),
        )
        .at("base_url"),
        CredentialError::InvalidApiKey { place: Place::Configured, reason } => {
            // Without its place, of which the host would print the line.
            Diagnostic::error("Not a W&B API key", sentence(&format_args!("`api_key` is not a W&B API key: {reason}")))
        }
        CredentialError::SeveralConfigured => Diagnostic::error(
            "Several W&B credentials",
            "The provider block has more than one of `api_key`, `identity_token` and `identity_token_file`. Keep the one \
             that is meant.",
        ),
        other => Diagnostic::error("Credential cannot be used", sentence(other)),
    }
}
