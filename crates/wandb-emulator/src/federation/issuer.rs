//! An issuer of identity tokens inside the emulator, so that federated login can be tried without any other.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

const KEY_ID: &str = "emulator";
const DEFAULT_LIFETIME: i64 = 600;

/// The issuer, with a key that lives as long as the process.
pub(crate) struct Issuer {
    url: String,
    key: EncodingKey,
    published: Jwk,
    issued: AtomicU64,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The issuer could not make its key or sign with it.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// No key could be made.
    #[error("no key could be made for the issuer of identity tokens")]
    Key(#[source] aws_lc_rs::error::Unspecified),
    /// The key was refused.
    #[error("the key of the issuer of identity tokens was refused")]
    Token(#[source] jsonwebtoken::errors::Error),
}

/// A token that is asked for. All but the subject can be left out, and set wrong on purpose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    pub(crate) subject: String,
    pub(crate) audience: String,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    jti: Option<String>,
    /// Seconds from now; negative for a token that has expired.
    #[serde(default)]
    expires_in: Option<i64>,
    /// Seconds from now.
    #[serde(default)]
    valid_in: Option<i64>,
}

impl Issuer {
    pub(crate) fn new(url: String) -> Result<Self, IssuerError> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(IssuerError::Key)?;
        let key = EncodingKey::from_ec_der(pkcs8.as_ref());
        let mut published = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(IssuerError::Token)?;
        published.common.key_id = Some(KEY_ID.to_owned());
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { url, key, published, issued: AtomicU64::new(0) })
    }

    /// One more than the last time, for the ids of tokens.
    pub(crate) fn next_number(&self) -> u64 {
        self.issued.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The document under `/.well-known/openid-configuration`.
    pub(crate) fn configuration(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/jwks", self.url),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    /// The public keys.
    pub(crate) fn keys(&self) -> JwkSet {
        JwkSet { keys: vec![self.published.clone()] }
    }

    /// Signs a token as it was asked for.
    pub(crate) fn token(&self, request: &TokenRequest, jti: &str, now: Timestamp) -> Result<SecretString, IssuerError> {
        let now = now.as_second();
        let mut claims = json!({
            "iss": request.issuer.as_deref().unwrap_or(&self.url),
            "sub": request.subject,
            "aud": request.audience,
            "jti": request.jti.as_deref().unwrap_or(jti),
            "iat": now,
            "exp": now.saturating_add(request.expires_in.unwrap_or(DEFAULT_LIFETIME)),
        });
        if let Some(valid_in) = request.valid_in {
            claims["nbf"] = json!(now.saturating_add(valid_in));
        }
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, &claims, &self.key).map(SecretString::from).map_err(IssuerError::Token)
    }
}
