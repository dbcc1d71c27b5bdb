//! What this crate authenticates with, and where that is found.

mod api_key;
pub(crate) mod netrc;

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::base_url::{BaseUrl, InvalidBaseUrl};
use crate::environment::{self, Environment};
use crate::identity::{IdentityToken, IdentityTokenError};

pub use api_key::{ApiKey, InvalidApiKey};
pub(crate) use api_key::{has_known_form, key_id};

/// What is found at a place where nothing is.
const NOT_SET: &str = "not set";

/// What a client authenticates with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credential {
    /// An API key of a person or a service account.
    ApiKey(ApiKey),
    /// An identity provider's token, to be exchanged for access tokens.
    IdentityToken(IdentityToken),
}

/// What the program that uses this crate was told. At most one of the first three may be set.
#[derive(Clone, Copy, Default)]
pub struct Configured<'a> {
    /// An API key.
    pub api_key: Option<&'a str>,
    /// An identity provider's token.
    pub identity_token: Option<&'a str>,
    /// A file with an identity provider's token.
    pub identity_token_file: Option<&'a Path>,
    /// The audience to ask GitHub Actions' tokens for: the organization's name, or what the server is configured to
    /// expect. Without it a job's token is not used.
    pub audience: Option<&'a str>,
}

impl fmt::Debug for Configured<'_> {
    /// Whether, not what: most of it is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configured")
            .field("api_key", &self.api_key.is_some())
            .field("identity_token", &self.identity_token.is_some())
            .field("identity_token_file", &self.identity_token_file)
            .field("audience", &self.audience)
            .finish()
    }
}

/// A place where a credential may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Given to this crate by the program that uses it.
    Configured,
    /// An environment variable.
    Variable(&'static str),
    /// The identity token of a job of GitHub Actions.
    GitHubActions,
    /// A netrc file.
    Netrc(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured => f.write_str("the configured credential"),
            Self::GitHubActions => f.write_str("the identity token of a GitHub Actions job"),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Netrc(file) => write!(f, "the netrc file {}", file.display()),
        }
    }
}

/// A credential and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The credential.
    pub credential: Credential,
    /// Where it was.
    pub place: Place,
}

/// Why there is no credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// None of the places has one.
    #[error("no credential for {base_url} was found; looked in {}", list(looked_in))]
    NoneFound {
        /// The server it is for.
        base_url: BaseUrl,
        /// Every place that was looked in, with what was found there.
        looked_in: Vec<Looked>,
    },
    /// An environment variable's credential belongs to another server.
    #[error(
        "{variable} belongs to {belongs_to}, as {} says, and is not sent to {base_url}; configure a credential for \
         {base_url} itself, or unset one of the two variables",
        environment::BASE_URL
    )]
    OtherServer {
        /// The variable that holds the credential.
        variable: &'static str,
        /// The server that `WANDB_BASE_URL` names.
        belongs_to: BaseUrl,
        /// The server that is used.
        base_url: BaseUrl,
    },
    /// What was found is no API key.
    #[error("{place} is not a W&B API key: {reason}")]
    InvalidApiKey {
        /// Where it was found.
        place: Place,
        /// What is wrong with it.
        reason: InvalidApiKey,
    },
    /// More than one credential was configured.
    #[error("configure one of an API key, an identity token and an identity token file, not several")]
    SeveralConfigured,
    /// The identity token cannot be one.
    #[error(transparent)]
    IdentityToken(IdentityTokenError),
    /// `WANDB_BASE_URL` is needed to know whose credential it is, and is no address.
    #[error("{} cannot be used", environment::BASE_URL)]
    BaseUrl(#[source] InvalidBaseUrl),
    /// A variable is not Unicode.
    #[error(transparent)]
    NotUnicode(#[from] environment::NotUnicode),
}

/// A place that has no credential, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The place.
    pub place: Place,
    /// What was there instead, such as "not set".
    pub found: String,
}

fn list(looked_in: &[Looked]) -> String {
    let places: Vec<_> = looked_in.iter().map(|looked| format!("{} ({})", looked.place, looked.found)).collect();
    places.join(", ")
}

impl Credential {
    /// Finds the credential for a server.
    ///
    /// Looked at in this order; the first that is set is taken, and an error in it is an error, not a reason to look
    /// on:
    ///
    /// 1. what was configured: an API key, an identity token or a file with one;
    /// 2. `WANDB_API_KEY`;
    /// 3. the file that `WANDB_IDENTITY_TOKEN_FILE` names;
    /// 4. the identity token of a job of GitHub Actions, if the audience to ask it for is configured;
    /// 5. the netrc file (`NETRC`, else `.netrc` in the home directory, `_netrc` on Windows): the entry for the
    ///    server's host, as `wandb login` writes it.
    ///
    /// A credential goes only to the server that it belongs to. A netrc entry names its host, a job's token its
    /// audience. The two variables belong to the server of `WANDB_BASE_URL`: with that set, using them for another
    /// server is an error. With `WANDB_BASE_URL` unset nothing contradicts, and they belong to whatever server was
    /// configured.
    ///
    /// Reads at most one small file, blocking. A file with an identity token is read when a client needs it.
    pub fn find(
        base_url: &BaseUrl,
        configured: &Configured<'_>,
        environment: &Environment,
    ) -> Result<Found, CredentialError> {
        let mut search = Search { base_url, environment, looked_in: Vec::new() };
        let places =
            [Search::configured, Search::api_key_variable, Search::token_file_variable, Search::job, Search::netrc];
        for look in places {
            if let Some(found) = look(&mut search, configured)? {
                return Ok(found);
            }
        }
        Err(CredentialError::NoneFound { base_url: base_url.clone(), looked_in: search.looked_in })
    }
}

/// A look at one place after the other.
struct Search<'a> {
    base_url: &'a BaseUrl,
    environment: &'a Environment,
    looked_in: Vec<Looked>,
}

impl Search<'_> {
    fn absent(&mut self, place: Place, found: impl Into<String>) {
        self.looked_in.push(Looked { place, found: found.into() });
    }

    fn configured(&mut self, configured: &Configured<'_>) -> Result<Option<Found>, CredentialError> {
        let &Configured { api_key, identity_token, identity_token_file, audience: _ } = configured;
        match (api_key, identity_token, identity_token_file) {
            (Some(key), None, None) => found_key(key, Place::Configured).map(Some),
            (None, Some(text), None) => {
                let token = IdentityToken::from_text(text).map_err(CredentialError::IdentityToken)?;
                Ok(Some(self.found_token(token, Place::Configured)))
            }
            (None, None, Some(file)) => Ok(Some(self.found_token(IdentityToken::from_file(file), Place::Configured))),
            (None, None, None) => {
                self.absent(Place::Configured, NOT_SET);
                Ok(None)
            }
            _ => Err(CredentialError::SeveralConfigured),
        }
    }

    fn api_key_variable(&mut self, _: &Configured<'_>) -> Result<Option<Found>, CredentialError> {
        let variable = environment::API_KEY;
        if let Some(key) = self.environment.text(variable)? {
            self.check_server(variable)?;
            return found_key(key, Place::Variable(variable)).map(Some);
        }
        self.absent(Place::Variable(variable), NOT_SET);
        Ok(None)
    }

    fn token_file_variable(&mut self, _: &Configured<'_>) -> Result<Option<Found>, CredentialError> {
        let variable = environment::IDENTITY_TOKEN_FILE;
        if let Some(file) = self.environment.path(variable) {
            self.check_server(variable)?;
            return Ok(Some(self.found_token(IdentityToken::from_file(file), Place::Variable(variable))));
        }
        self.absent(Place::Variable(variable), NOT_SET);
        Ok(None)
    }

    fn job(&mut self, configured: &Configured<'_>) -> Result<Option<Found>, CredentialError> {
        let Some(audience) = configured.audience else {
            return Ok(None);
        };
        let token = IdentityToken::from_github_actions(audience, self.environment);
        if let Some(token) = token.map_err(CredentialError::IdentityToken)? {
            return Ok(Some(self.found_token(token, Place::GitHubActions)));
        }
        self.absent(Place::GitHubActions, "not a job with the permission `id-token: write`");
        Ok(None)
    }

    fn netrc(&mut self, _: &Configured<'_>) -> Result<Option<Found>, CredentialError> {
        let Some(file) = self.environment.netrc_file() else {
            self.absent(Place::Netrc(PathBuf::from("~/.netrc")), "no home directory is set");
            return Ok(None);
        };
        let machines = machines(self.base_url);
        let found = match std::fs::read_to_string(&file) {
            Ok(text) => match netrc::password(&text, &machines) {
                Some(key) => return found_key(key.expose_secret(), Place::Netrc(file)).map(Some),
                None => format!("no password for machine {}", machines.join(" or ")),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => "no such file".to_owned(),
            Err(error) => format!("cannot be read: {error}"),
        };
        self.absent(Place::Netrc(file), found);
        Ok(None)
    }

    /// A credential of the environment goes only to the server that the environment names.
    fn check_server(&self, variable: &'static str) -> Result<(), CredentialError> {
        let base_url = self.base_url;
        match BaseUrl::of_environment(self.environment).map_err(CredentialError::BaseUrl)? {
            Some(belongs_to) if !belongs_to.is_same_server(base_url) => {
                Err(CredentialError::OtherServer { variable, belongs_to, base_url: base_url.clone() })
            }
            _ => Ok(()),
        }
    }

    fn found_token(&self, token: IdentityToken, place: Place) -> Found {
        let token = token.shared_in(self.environment.credentials_file());
        Found { credential: Credential::IdentityToken(token), place }
    }
}

fn found_key(text: &str, place: Place) -> Result<Found, CredentialError> {
    match ApiKey::parse(text) {
        Ok(key) => Ok(Found { credential: Credential::ApiKey(key), place }),
        Err(reason) => Err(CredentialError::InvalidApiKey { place, reason }),
    }
}

/// How a server may be named in a netrc file: `wandb login` writes the port where the address has one, and others do
/// not.
fn machines(base_url: &BaseUrl) -> Vec<String> {
    let host = base_url.host().to_owned();
    let with_port = base_url.port().map(|port| format!("{host}:{port}"));
    with_port.into_iter().chain([host]).collect()
}

#[cfg(test)]
mod tests;
