//! The keys that an issuer publishes.

use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How long an issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most that an issuer may answer, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// The keys of an issuer cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysError {
    #[error("no client for asking issuers could be made")]
    Client(#[source] reqwest::Error),
    #[error("the issuer at `{url}` cannot be asked")]
    Request { url: String, source: reqwest::Error },
    #[error("the answer of the issuer at `{url}` is not understood")]
    Decode { url: String, source: serde_json::Error },
    #[error("the answer of the issuer at `{url}` is too large")]
    TooLarge { url: String },
    #[error("the issuer at `{url}` calls itself `{named}`")]
    OtherIssuer { url: String, named: String },
    #[error("the issuer has no key of the id that the token names")]
    NoKey,
}

#[derive(Debug, Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

/// Asks an issuer for its key of this id, or its only key where the token names none. It is asked anew for every exchange:
/// a key that was withdrawn is not taken any more.
pub(super) async fn find(issuer: &str, kid: Option<&str>) -> Result<Jwk, KeysError> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(KeysError::Client)?;
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let configuration: Configuration = get(&client, &url).await?;
    if configuration.issuer != issuer {
        return Err(KeysError::OtherIssuer { url, named: configuration.issuer });
    }
    let mut set: JwkSet = get(&client, &configuration.jwks_uri).await?;
    match kid {
        Some(kid) => set.find(kid).cloned().ok_or(KeysError::NoKey),
        None if set.keys.len() == 1 => set.keys.pop().ok_or(KeysError::NoKey),
        None => Err(KeysError::NoKey),
    }
}

async fn get<T: DeserializeOwned>(client: &reqwest::Client, url: &str) -> Result<T, KeysError> {
    let failed = |source| KeysError::Request { url: url.to_owned(), source };
    let answer = client.get(url).send().await.map_err(failed)?;
    let mut answer = answer.error_for_status().map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(KeysError::TooLarge { url: url.to_owned() });
        }
    }
    serde_json::from_slice(&body).map_err(|source| KeysError::Decode { url: url.to_owned(), source })
}
