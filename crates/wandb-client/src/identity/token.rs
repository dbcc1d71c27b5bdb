//! Identity tokens: what an identity provider says of a program, as a JWT, and where it is found.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::environment::{self, Environment};

/// Longer files are not identity tokens.
const LONGEST: u64 = 64 * 1024;

/// Where an identity provider's token is found, and where the access tokens that it is exchanged for are shared.
#[derive(Debug, Clone)]
pub struct IdentityToken {
    pub(crate) source: Source,
    pub(crate) credentials_file: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Text(Jwt),
    GitHubActions(GitHubActions),
}

/// What a job of GitHub Actions may fetch its tokens with.
#[derive(Clone)]
pub(crate) struct GitHubActions {
    pub(crate) url: Url,
    pub(crate) bearer: SecretString,
}

/// A signed token. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone)]
pub(crate) struct Jwt(SecretString);

/// Why there is no identity token where one should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityTokenError {
    /// The file cannot be read.
    #[error("the identity token file {} cannot be read", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// What the file holds is not a signed JWT.
    #[error("the identity token file {} does not hold a signed JWT", file.display())]
    NotATokenInFile {
        /// The file.
        file: PathBuf,
    },
    /// The text is not a signed JWT.
    #[error("the identity token is not a signed JWT")]
    NotAToken,
    /// The address at which GitHub Actions gives tokens is none.
    #[error("the address in {} is not valid", environment::GITHUB_TOKEN_URL)]
    GitHubActionsUrl(#[source] url::ParseError),
    /// A variable is not Unicode.
    #[error(transparent)]
    NotUnicode(#[from] environment::NotUnicode),
}

impl IdentityToken {
    /// The token in a file, read anew for every exchange, as those who write it replace it before it expires.
    #[must_use]
    pub fn from_file(file: impl Into<PathBuf>) -> Self {
        Self { source: Source::File(file.into()), credentials_file: None }
    }

    /// This token. It can be exchanged once, so a client that outlives its access token cannot renew it.
    pub fn from_text(text: &str) -> Result<Self, IdentityTokenError> {
        let jwt = Jwt::parse(text).ok_or(IdentityTokenError::NotAToken)?;
        Ok(Self { source: Source::Text(jwt), credentials_file: None })
    }

    /// The tokens of a job of GitHub Actions that has the permission `id-token: write`. None outside of such a job. The
    /// audience is the organization's name, or what the server is configured to expect.
    pub fn from_github_actions(audience: &str, environment: &Environment) -> Result<Option<Self>, IdentityTokenError> {
        let url = environment.text(environment::GITHUB_TOKEN_URL)?;
        let bearer = environment.text(environment::GITHUB_TOKEN_BEARER)?;
        let Some((url, bearer)) = url.zip(bearer) else {
            return Ok(None);
        };
        let mut url = Url::parse(url).map_err(IdentityTokenError::GitHubActionsUrl)?;
        url.query_pairs_mut().append_pair("audience", audience);
        let source = Source::GitHubActions(GitHubActions { url, bearer: bearer.into() });
        Ok(Some(Self { source, credentials_file: None }))
    }

    /// Shares access tokens with the other processes of a run through this file, which W&B's own clients use as well.
    /// An identity token is accepted once, so processes that have the same one need this.
    #[must_use]
    pub fn shared_in(mut self, credentials_file: Option<PathBuf>) -> Self {
        self.credentials_file = credentials_file;
        self
    }
}

impl Jwt {
    /// A token of a text, without the white space around it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_base64_url = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let is_signed = text.split('.').count() == 3 && text.split('.').all(is_base64_url);
        is_signed.then(|| Self(text.into()))
    }

    /// The token in a file. Blocks.
    pub(crate) fn read(file: &Path) -> Result<Self, IdentityTokenError> {
        let failed = |source| IdentityTokenError::File { file: file.to_owned(), source };
        let mut text = String::new();
        let opened = std::fs::File::open(file).map_err(failed)?;
        io::Read::read_to_string(&mut io::Read::take(opened, LONGEST), &mut text).map_err(failed)?;
        Self::parse(&text).ok_or_else(|| IdentityTokenError::NotATokenInFile { file: file.to_owned() })
    }

    /// Whether it is this very token.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.expose_secret() == other.expose_secret()
    }

    pub(crate) fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwt([redacted])")
    }
}

impl fmt::Debug for GitHubActions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GitHubActions([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts() {
        for (text, expected) in [
            ("aa.bb.cc", true),
            (" aa.b-b.c_c\n", true),
            ("aa.bb", false),
            ("aa.bb.cc.dd", false),
            ("aa..cc", false),
            ("aa.b b.cc", false),
            ("", false),
        ] {
            assert_eq!(
                Jwt::parse(text).map(|jwt| jwt.expose_secret() == text.trim()),
                expected.then_some(true),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = IdentityToken::from_text("hunter2.hunter2.hunter2").unwrap();
        let pairs = [
            (environment::GITHUB_TOKEN_URL, "https://token.example.com/?hunter2=1"),
            (environment::GITHUB_TOKEN_BEARER, "hunter2"),
        ];
        let job = IdentityToken::from_github_actions("acme", &Environment::from_pairs(pairs)).unwrap().unwrap();
        let error = IdentityToken::from_text("hunter2").unwrap_err();
        let shown = format!("{token:?} {job:?} {error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_job_asks_for_its_audience() {
        let url = (environment::GITHUB_TOKEN_URL, "https://token.example.com/x?api-version=2");
        let bearer = (environment::GITHUB_TOKEN_BEARER, "secret");
        let job = IdentityToken::from_github_actions("acme & co", &Environment::from_pairs([url, bearer]));
        let Source::GitHubActions(job) = job.unwrap().unwrap().source else { panic!("a job's token") };
        assert_eq!(job.url.as_str(), "https://token.example.com/x?api-version=2&audience=acme+%26+co");
        for pairs in [vec![], vec![url], vec![bearer]] {
            assert!(IdentityToken::from_github_actions("acme", &Environment::from_pairs(pairs)).unwrap().is_none());
        }
    }
}
