//! The forms in which the API takes a credential.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::credentials::Credential;

/// The form that a part of the API takes.
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

/// The `Authorization` header's value. Marked sensitive, so that no library prints it.
pub(crate) fn authorization(credential: &Credential, scheme: &Scheme) -> Result<HeaderValue, InvalidHeaderValue> {
    let Credential::ApiKey(key) = credential;
    let user = match scheme {
        Scheme::GraphQl => "api",
        Scheme::ScimPerson { username } => username,
        Scheme::ScimServiceAccount => "",
    };
    let mut value =
        HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{user}:{}", key.expose_secret()))))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::ApiKey;

    #[test]
    fn each_part_of_the_api_has_its_form() {
        let key = "0123456789abcdef0123456789abcdef01234567";
        let credential = Credential::ApiKey(ApiKey::parse(key).unwrap());
        for (scheme, user) in [
            (Scheme::GraphQl, "api"),
            (Scheme::ScimPerson { username: "ada".into() }, "ada"),
            (Scheme::ScimServiceAccount, ""),
        ] {
            let value = authorization(&credential, &scheme).unwrap();
            let encoded = value.to_str().unwrap().strip_prefix("Basic ").unwrap();
            assert_eq!(STANDARD.decode(encoded).unwrap(), format!("{user}:{key}").into_bytes());
            assert_eq!(format!("{value:?}"), "Sensitive");
        }
    }
}
