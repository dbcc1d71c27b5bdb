//! Who is calling.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use crate::backend::Backend;
use crate::secret::SecretDigest;
use crate::store::{AccessTokens, Account, Accounts, ApiKeys, StoreError};

/// What a request brought to prove who it is from.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    /// A key as password.
    Basic { username: String, key: SecretString },
    /// A key or an access token.
    Bearer { token: SecretString },
}

impl Credentials {
    /// Those of a request; none where it brought none, or none that can be read.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Bearer { token: rest.trim().into() });
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
        let (username, key) = decoded.split_once(':')?;
        Some(Self::Basic { username: username.to_owned(), key: key.into() })
    }

    fn secret(&self) -> &SecretString {
        match self {
            Self::Basic { key, .. } => key,
            Self::Bearer { token } => token,
        }
    }
}

/// The person on whose behalf a service account logs a run, as `WANDB_USERNAME` and `WANDB_USER_EMAIL` name one: W&B's SDK
/// sends their values with every request.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnBehalfOf {
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
}

impl OnBehalfOf {
    /// Whom a request names.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        Self { username: text("x-wandb-username"), email: text("x-wandb-user-email") }
    }
}

impl Backend {
    /// The account that these credentials belong to, and notes that its key was used.
    pub(crate) async fn authenticate(&self, credentials: &Credentials) -> Result<Option<Arc<Account>>, StoreError> {
        let digest = SecretDigest::of(credentials.secret().expose_secret());
        let takes_tokens = matches!(credentials, Credentials::Bearer { .. });
        let now = self.clock.now();
        self.store
            .write(move |transaction| {
                let keys = ApiKeys(transaction);
                let account = if let Some(key) = keys.by_digest(digest)? {
                    keys.note_use(&key, now)?;
                    Some(key.owner)
                } else if takes_tokens {
                    AccessTokens(transaction).account(digest, now)?
                } else {
                    None
                };
                let account = match account {
                    Some(account) => Accounts(transaction).by_id(account)?,
                    None => None,
                };
                Ok(account.filter(|account| account.deactivated_at.is_none()).map(Arc::new))
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str) -> Option<(Option<String>, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        Credentials::of(&headers).map(|credentials| match credentials {
            Credentials::Basic { username, key } => (Some(username), key.expose_secret().to_owned()),
            Credentials::Bearer { token } => (None, token.expose_secret().to_owned()),
        })
    }

    #[test]
    fn both_schemes_are_read_and_others_are_not() {
        assert_eq!(parsed("Bearer abc"), Some((None, "abc".to_owned())));
        assert_eq!(parsed("bearer abc"), Some((None, "abc".to_owned())));
        let basic = format!("Basic {}", STANDARD.encode("api:a:b"));
        assert_eq!(parsed(&basic), Some((Some("api".to_owned()), "a:b".to_owned())));
        for wrong in ["", "Basic", "Basic !", "Basic YWJj", "Digest abc"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn credentials_do_not_print_their_secret() {
        let credentials = Credentials::Bearer { token: "very-secret".into() };
        assert!(!format!("{credentials:?}").contains("very-secret"));
    }
}
