//! The variables that W&B's users have set already, read once and passed on as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// The server's address.
pub const BASE_URL: &str = "WANDB_BASE_URL";
/// An API key.
pub const API_KEY: &str = "WANDB_API_KEY";
/// A file with an identity provider's token.
pub const IDENTITY_TOKEN_FILE: &str = "WANDB_IDENTITY_TOKEN_FILE";
/// The file in which processes share access tokens, in place of `~/.config/wandb/credentials.json`.
pub const CREDENTIALS_FILE: &str = "WANDB_CREDENTIALS_FILE";
/// Where a job of GitHub Actions fetches its identity tokens.
pub const GITHUB_TOKEN_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// What a job of GitHub Actions fetches its identity tokens with.
pub const GITHUB_TOKEN_BEARER: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
/// The netrc file to read in place of `~/.netrc`.
pub const NETRC: &str = "NETRC";
/// The proxy for servers with TLS, in the order in which the names are looked at; so the next ones.
pub const HTTPS_PROXY: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
/// The proxy for servers without TLS.
pub const HTTP_PROXY: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// The proxy for servers for which no other one is set.
pub const ALL_PROXY: [&str; 2] = ["ALL_PROXY", "all_proxy"];
/// The servers that are spoken to without a proxy.
pub const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// A file with certificates to trust.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of files with certificates to trust, separated as in `PATH`.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
/// A file or a folder with certificates to trust, as users of W&B's own SDK have it.
pub const REQUESTS_CA_BUNDLE: &str = "REQUESTS_CA_BUNDLE";
/// The home directory, except on Windows.
const HOME: &str = "HOME";
/// The home directory on Windows.
const USER_PROFILE: &str = "USERPROFILE";

/// Every variable that this crate reads.
pub const NAMES: [&str; 20] = [
    BASE_URL,
    API_KEY,
    IDENTITY_TOKEN_FILE,
    CREDENTIALS_FILE,
    GITHUB_TOKEN_URL,
    GITHUB_TOKEN_BEARER,
    NETRC,
    HTTPS_PROXY[0],
    HTTPS_PROXY[1],
    HTTP_PROXY[0],
    HTTP_PROXY[1],
    ALL_PROXY[0],
    ALL_PROXY[1],
    NO_PROXY[0],
    NO_PROXY[1],
    SSL_CERT_FILE,
    SSL_CERT_DIR,
    REQUESTS_CA_BUNDLE,
    HOME,
    USER_PROFILE,
];

/// The environment as a value, so that nothing else in this crate reads the process's and a test passes its own.
/// A variable that is set to nothing counts as not set.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

/// A variable holds something that is not Unicode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} is not valid Unicode")]
pub struct NotUnicode {
    /// The variable's name.
    pub name: String,
}

impl Environment {
    /// The [variables of interest](NAMES) of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::from_pairs(NAMES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))))
    }

    /// An environment of these variables alone.
    #[must_use]
    pub fn from_pairs<N: Into<String>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A variable's text.
    pub fn text(&self, name: &str) -> Result<Option<&str>, NotUnicode> {
        self.get(name).map(|value| value.to_str().ok_or_else(|| NotUnicode { name: name.to_owned() })).transpose()
    }

    /// A variable that holds a path.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new)
    }

    /// The netrc file: `NETRC`, else the usual one in the home directory. None without a home directory.
    #[must_use]
    pub fn netrc_file(&self) -> Option<PathBuf> {
        let usual = if cfg!(windows) { "_netrc" } else { ".netrc" };
        self.path(NETRC).map(Path::to_owned).or_else(|| Some(self.home()?.join(usual)))
    }

    /// The file in which processes share access tokens: `WANDB_CREDENTIALS_FILE`, else the usual one in the home
    /// directory. None without a home directory.
    #[must_use]
    pub fn credentials_file(&self) -> Option<PathBuf> {
        let named = self.path(CREDENTIALS_FILE).map(Path::to_owned);
        named.or_else(|| Some(self.home()?.join(".config").join("wandb").join("credentials.json")))
    }

    fn home(&self) -> Option<&Path> {
        self.path(if cfg!(windows) { USER_PROFILE } else { HOME })
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Environment {
    /// The names alone: a value may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_counts_as_not_set() {
        let environment = Environment::from_pairs([(API_KEY, ""), (BASE_URL, "https://example.com")]);
        assert_eq!(environment.text(API_KEY), Ok(None));
        assert_eq!(environment.text(BASE_URL), Ok(Some("https://example.com")));
        assert_eq!(environment.text(NETRC), Ok(None));
    }

    #[cfg(unix)]
    #[test]
    fn files_are_the_named_ones_or_in_the_home_directory() {
        let home = [(HOME, "/home/ada")];
        let usual = "/home/ada/.config/wandb/credentials.json";
        assert_eq!(Environment::from_pairs(home).credentials_file(), Some(usual.into()));
        let named = home.into_iter().chain([(CREDENTIALS_FILE, "/run/credentials.json")]);
        assert_eq!(Environment::from_pairs(named).credentials_file(), Some("/run/credentials.json".into()));
        assert_eq!(Environment::default().credentials_file(), None);
        assert_eq!(Environment::from_pairs(home).netrc_file(), Some("/home/ada/.netrc".into()));
        let named = home.into_iter().chain([(NETRC, "/run/netrc")]);
        assert_eq!(Environment::from_pairs(named).netrc_file(), Some("/run/netrc".into()));
        assert_eq!(Environment::default().netrc_file(), None);
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_unicode_is_an_error() {
        use std::os::unix::ffi::OsStringExt;
        let environment = Environment::from_pairs([(API_KEY, OsString::from_vec(vec![0xff]))]);
        assert_eq!(environment.text(API_KEY), Err(NotUnicode { name: API_KEY.to_owned() }));
    }

    #[test]
    fn values_are_not_printed() {
        let environment = Environment::from_pairs([(API_KEY, "hunter2")]);
        assert_eq!(format!("{environment:?}"), "{\"WANDB_API_KEY\"}");
    }
}
