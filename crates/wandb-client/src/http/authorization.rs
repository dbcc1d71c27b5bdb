//! The forms in which the API takes a credential.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::HeaderValue;

use crate::credentials::ApiKey;
use crate::error::{Error, ErrorKind};
use crate::identity::AccessTokens;

/// What an access token comes after.
const BEARER: &str = "Bearer ";

/// The form that a part of the API takes an API key in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// GraphQL: the key is the password of the user `api`.
    GraphQl,
    /// SCIM, for a person: the key is the password of their user name.
    ScimPerson {
        /// The person's user name.
        username: String,
    },
    /// SCIM, for an organization's service account: the key is the password of nobody.
    ScimServiceAccount,
}

/// Gives each attempt its credential, as one may end while a request waits for its turn.
pub(crate) trait Authorize: Send + Sync {
    /// The `Authorization` header's value, after an exchange where one is due.
    fn authorization(&self) -> BoxFuture<'_, Result<HeaderValue, Error>>;

    /// Whether this value can be sent now, as one may end.
    fn is_good(&self, value: &HeaderValue) -> bool;

    /// Notes that the server refused this value. False if there is no other, as far as that is known.
    fn refuse(&self, value: &HeaderValue) -> bool;
}

/// A client's credential in the form that a part of the API takes.
pub(crate) struct Authorization<'a> {
    pub(crate) authorizer: &'a Authorizer,
    pub(crate) scheme: &'a Scheme,
    /// Whether a refusal is believed to be about this very token: not every part of the API takes tokens at all.
    pub(crate) is_taken: bool,
}

impl Authorize for Authorization<'_> {
    fn authorization(&self) -> BoxFuture<'_, Result<HeaderValue, Error>> {
        self.authorizer.authorization(self.scheme).boxed()
    }

    fn is_good(&self, value: &HeaderValue) -> bool {
        match self.authorizer {
            Authorizer::AccessTokens(tokens) => token(value).is_some_and(|token| tokens.is_good(token)),
            Authorizer::ApiKey(_) => true,
        }
    }

    fn refuse(&self, value: &HeaderValue) -> bool {
        match self.authorizer {
            Authorizer::AccessTokens(tokens) if self.is_taken => token(value).is_some_and(|token| tokens.refuse(token)),
            Authorizer::AccessTokens(_) | Authorizer::ApiKey(_) => false,
        }
    }
}

/// The access token in a header's value.
fn token(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()?.strip_prefix(BEARER)
}

/// What authorizes a client's requests.
pub(crate) enum Authorizer {
    ApiKey(ApiKey),
    AccessTokens(AccessTokens),
}

impl Authorizer {
    /// The `Authorization` header's value, after an exchange where one is due.
    async fn authorization(&self, scheme: &Scheme) -> Result<HeaderValue, Error> {
        let value = match self {
            Self::ApiKey(key) => basic(key, scheme),
            Self::AccessTokens(tokens) => format!("{BEARER}{}", tokens.current().await?.expose_secret()),
        };
        // Basic authorization has a header's characters by its encoding, so this is about the access token.
        HeaderValue::try_from(value).map_err(|error| {
            let (path, source) = ("access_token".to_owned(), error.into());
            Error::of("Authorization", ErrorKind::Unexpected { path, source })
        })
    }

    /// Whether the form depends on the part of the API. An access token has one form everywhere.
    pub(crate) fn has_forms(&self) -> bool {
        matches!(self, Self::ApiKey(_))
    }
}

fn basic(key: &ApiKey, scheme: &Scheme) -> String {
    let user = match scheme {
        Scheme::GraphQl => "api",
        Scheme::ScimPerson { username } => username,
        Scheme::ScimServiceAccount => "",
    };
    format!("Basic {}", STANDARD.encode(format!("{user}:{}", key.expose_secret())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_api_has_its_form() {
        let key = "0123456789abcdef0123456789abcdef01234567";
        for (scheme, user) in [
            (Scheme::GraphQl, "api"),
            (Scheme::ScimPerson { username: "ada".into() }, "ada"),
            (Scheme::ScimServiceAccount, ""),
        ] {
            let value = basic(&ApiKey::parse(key).unwrap(), &scheme);
            let decoded = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
            assert_eq!(decoded, format!("{user}:{key}").into_bytes());
        }
    }
}
