//! The address of a W&B server.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use url::Url;

use crate::environment::{self, Environment};

/// The multi-tenant cloud's API.
const CLOUD: &str = "https://api.wandb.ai";

/// The address of a W&B server, in one spelling: `https` or `http`, no user information, query or fragment, and no
/// slash at its end. A path is kept, for servers behind a gateway. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BaseUrl(Arc<Url>);

/// Why a text is not a [`BaseUrl`]. No variant repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// It is not an absolute URL.
    #[error("it is not an absolute URL, such as `{CLOUD}`")]
    NotAUrl(#[source] url::ParseError),
    /// Its scheme is neither `https` nor `http`.
    #[error("its scheme is `{found}`, not `https` or `http`")]
    Scheme {
        /// The scheme that was given.
        found: String,
    },
    /// It names a user or a password, which belong in the credentials.
    #[error("it holds a user name or password, which have no place in an address")]
    UserInfo,
    /// It ends in a query or a fragment.
    #[error("it has a query or a fragment")]
    QueryOrFragment,
    /// It is the address of the cloud's pages, not of its API.
    #[error("it is the address of the web pages; the API is at `{CLOUD}`")]
    WebPages,
    /// It would send credentials for the cloud in the clear.
    #[error("it would send credentials to the cloud unencrypted; the API is at `{CLOUD}`")]
    CloudWithoutTls,
    /// The variable `WANDB_BASE_URL` is not valid Unicode.
    #[error("it is not valid Unicode")]
    NotUnicode,
}

impl BaseUrl {
    /// The multi-tenant cloud, `https://api.wandb.ai`.
    #[must_use]
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a constant, which a test parses")]
    pub fn cloud() -> Self {
        CLOUD.parse().expect("the cloud's address is one")
    }

    /// The address to use: the one given, else `WANDB_BASE_URL`, else [the cloud](Self::cloud).
    pub fn choose(given: Option<&str>, environment: &Environment) -> Result<Self, InvalidBaseUrl> {
        if let Some(given) = given {
            return given.parse();
        }
        Ok(Self::of_environment(environment)?.unwrap_or_else(Self::cloud))
    }

    /// What `WANDB_BASE_URL` says, if it is set.
    pub fn of_environment(environment: &Environment) -> Result<Option<Self>, InvalidBaseUrl> {
        environment.text(environment::BASE_URL).map_err(|_| InvalidBaseUrl::NotUnicode)?.map(str::parse).transpose()
    }

    /// Whether both addresses are the same server: scheme, host and port. A credential for one of them may be sent to
    /// the other.
    #[must_use]
    pub fn is_same_server(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// The host's name, as certificates and netrc files know it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, where the address names one that is not its scheme's own.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.0.port()
    }

    /// The URL of something on this server. Segments are percent-encoded, so an opaque id cannot leave its place.
    pub(crate) fn endpoint(&self, segments: &[&str]) -> Url {
        let mut url = Url::clone(&self.0);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self::cloud()
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = Url::parse(text.trim()).map_err(InvalidBaseUrl::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(InvalidBaseUrl::Scheme { found: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::QueryOrFragment);
        }
        match url.host_str() {
            Some("wandb.ai" | "www.wandb.ai" | "app.wandb.ai") => return Err(InvalidBaseUrl::WebPages),
            Some("api.wandb.ai") if url.scheme() == "http" => return Err(InvalidBaseUrl::CloudWithoutTls),
            _ => {}
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(Arc::new(url)))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> BaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn one_spelling_for_each_server() {
        for (text, spelled) in [
            ("https://api.wandb.ai", "https://api.wandb.ai"),
            ("https://API.wandb.ai/", "https://api.wandb.ai"),
            ("https://api.wandb.ai:443", "https://api.wandb.ai"),
            (" https://wandb.example.com//\n", "https://wandb.example.com"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://gateway.example.com/ml/wandb/", "https://gateway.example.com/ml/wandb"),
        ] {
            assert_eq!(url(text).to_string(), spelled, "{text:?}");
        }
        assert_eq!(BaseUrl::cloud().to_string(), CLOUD);
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for (text, expected) in [
            ("ftp://example.com", InvalidBaseUrl::Scheme { found: "ftp".into() }),
            ("https://ada:hunter2@example.com", InvalidBaseUrl::UserInfo),
            ("https://example.com?x=hunter2", InvalidBaseUrl::QueryOrFragment),
            ("https://example.com#hunter2", InvalidBaseUrl::QueryOrFragment),
            ("https://wandb.ai/acme", InvalidBaseUrl::WebPages),
            ("http://api.wandb.ai", InvalidBaseUrl::CloudWithoutTls),
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        assert!(matches!("wandb.example.com".parse::<BaseUrl>(), Err(InvalidBaseUrl::NotAUrl(_))));
    }

    #[test]
    fn an_id_stays_one_segment() {
        let endpoint = url("https://example.com/ml").endpoint(&["scim", "Users", "VX/../Nl?cjox=#"]);
        assert_eq!(endpoint.as_str(), "https://example.com/ml/scim/Users/VX%2F..%2FNl%3Fcjox=%23");
        assert_eq!(url("https://example.com").endpoint(&["graphql"]).as_str(), "https://example.com/graphql");
    }

    #[test]
    fn the_given_address_goes_before_the_environment() {
        let environment = Environment::from_pairs([(environment::BASE_URL, "https://env.example.com")]);
        let nothing = Environment::from_pairs([(environment::BASE_URL, "")]);
        assert_eq!(BaseUrl::choose(Some("https://a.example.com"), &environment), Ok(url("https://a.example.com")));
        assert_eq!(BaseUrl::choose(None, &environment), Ok(url("https://env.example.com")));
        assert_eq!(BaseUrl::choose(None, &nothing), Ok(BaseUrl::cloud()));
    }

    #[test]
    fn a_server_is_scheme_host_and_port() {
        assert!(url("https://a.example.com/x").is_same_server(&url("https://A.example.com:443")));
        assert!(!url("https://a.example.com").is_same_server(&url("http://a.example.com")));
        assert!(!url("https://a.example.com").is_same_server(&url("https://a.example.com:8443")));
    }
}
