//! What this crate authenticates with, and where that is found.
//!
//! Looked at in this order; the first that is set is taken, and an error in it is an error, not a reason to look on:
//!
//! 1. the API key that was configured;
//! 2. `WANDB_API_KEY`;
//! 3. the netrc file (`NETRC`, else `.netrc` in the home directory, `_netrc` on Windows): the entry for the server's host,
//!    as `wandb login` writes it.
//!
//! A credential goes only to the server that it belongs to. A netrc entry names its host. `WANDB_API_KEY` belongs to the
//! server of `WANDB_BASE_URL`: with that set, using the key for another server is an error. With `WANDB_BASE_URL` unset
//! nothing contradicts, and the key belongs to whatever server was configured.

mod api_key;
mod netrc;

use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::base_url::{BaseUrl, InvalidBaseUrl};
use crate::environment::{self, Environment};

pub use api_key::{ApiKey, InvalidApiKey};
pub(crate) use api_key::{has_known_form, key_id};

/// What a client authenticates with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credential {
    /// An API key of a person or a service account.
    ApiKey(ApiKey),
}

/// A place where a credential may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Given to this crate by the program that uses it.
    Configured,
    /// An environment variable.
    Variable(&'static str),
    /// A netrc file.
    Netrc(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured => f.write_str("the configured API key"),
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
        "{variable} belongs to {belongs_to}, as {} says, and is not sent to {base_url}; give a key for {base_url} itself, or \
         unset one of the two variables",
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
    /// Finds the credential for a server, in the [order of this module](self). Reads at most one small file, blocking.
    pub fn find(
        base_url: &BaseUrl,
        configured: Option<&str>,
        environment: &Environment,
    ) -> Result<Found, CredentialError> {
        let mut looked_in = Vec::new();
        let mut absent = |place, found: &str| looked_in.push(Looked { place, found: found.to_owned() });

        match configured {
            Some(key) => return found_key(key, Place::Configured),
            None => absent(Place::Configured, "not set"),
        }

        let variable = environment::API_KEY;
        match environment.text(variable)? {
            Some(key) => {
                check_server(variable, base_url, environment)?;
                return found_key(key, Place::Variable(variable));
            }
            None => absent(Place::Variable(variable), "not set"),
        }

        match environment.netrc_file() {
            Some(file) => {
                let machines = machines(base_url);
                match std::fs::read_to_string(&file) {
                    Ok(text) => match netrc::password(&text, &machines) {
                        Some(key) => return found_key(secrecy::ExposeSecret::expose_secret(&key), Place::Netrc(file)),
                        None => {
                            absent(Place::Netrc(file), &format!("no password for machine {}", machines.join(" or ")));
                        }
                    },
                    Err(error) if error.kind() == ErrorKind::NotFound => absent(Place::Netrc(file), "no such file"),
                    Err(error) => absent(Place::Netrc(file), &format!("cannot be read: {error}")),
                }
            }
            None => absent(Place::Netrc(PathBuf::from("~/.netrc")), "no home directory is set"),
        }

        Err(CredentialError::NoneFound { base_url: base_url.clone(), looked_in })
    }
}

fn found_key(text: &str, place: Place) -> Result<Found, CredentialError> {
    match ApiKey::parse(text) {
        Ok(key) => Ok(Found { credential: Credential::ApiKey(key), place }),
        Err(reason) => Err(CredentialError::InvalidApiKey { place, reason }),
    }
}

/// A credential of the environment goes only to the server that the environment names.
fn check_server(variable: &'static str, base_url: &BaseUrl, environment: &Environment) -> Result<(), CredentialError> {
    match BaseUrl::of_environment(environment).map_err(CredentialError::BaseUrl)? {
        Some(belongs_to) if !belongs_to.is_same_server(base_url) => {
            Err(CredentialError::OtherServer { variable, belongs_to, base_url: base_url.clone() })
        }
        _ => Ok(()),
    }
}

/// How a server may be named in a netrc file: `wandb login` writes the port where the address has one, and others do not.
fn machines(base_url: &BaseUrl) -> Vec<String> {
    let host = base_url.host().to_owned();
    let with_port = base_url.port().map(|port| format!("{host}:{port}"));
    with_port.into_iter().chain([host]).collect()
}

#[cfg(test)]
mod tests;
