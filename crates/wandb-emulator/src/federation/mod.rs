//! Federated login: identity tokens of the organization's issuer, exchanged for access tokens (RFC 7523).

mod issuer;
mod keys;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use issuer::IssuerError;
pub(crate) use issuer::{Issuer, TokenRequest};

use crate::backend::Backend;
use crate::deployment::DeploymentKind;
use crate::refusal::with_causes;
use crate::secret::SecretDigest;
use crate::store::{AccessTokens, Account, Accounts, Organization, StoreError};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How long an access token is good.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The audience that tokens for a self-managed server have.
const SELF_MANAGED_AUDIENCE: &str = "wandb";

/// What signs may sign: nothing that needs a shared secret.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];

/// The exchange of tokens.
#[derive(Debug)]
pub(crate) struct Federation {
    pub(crate) backend: Arc<Backend>,
    /// The URL of the issuer inside the emulator.
    pub(crate) own_issuer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    grant_type: String,
    assertion: SecretString,
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    jti: Option<String>,
}

/// Why a token was not exchanged.
#[derive(Debug, thiserror::Error)]
enum ExchangeError {
    #[error("the request is not a form with grant_type and assertion")]
    NoGrant(#[source] FormRejection),
    #[error("the grant type must be {GRANT_TYPE}")]
    GrantType,
    #[error("the organization has registered no issuer of identity tokens")]
    NoIssuer,
    #[error("the identity token is not valid")]
    Invalid(#[source] jsonwebtoken::errors::Error),
    #[error("the identity token is signed with an algorithm that is not taken")]
    Algorithm,
    #[error("the identity token has expired")]
    Expired,
    #[error("the identity token is not valid yet")]
    NotYet,
    #[error("the keys of the issuer cannot be read")]
    Keys(#[from] keys::KeysError),
    #[error("nobody has the email, and no service account the subject, `{0}`")]
    UnknownSubject(String),
    #[error("jti_known: the identity token was exchanged before")]
    Replayed,
    #[error("the emulator failed")]
    Store(#[from] StoreError),
    #[error("the emulator failed")]
    NoRandomness(#[from] crate::secret::NoRandomness),
}

impl From<rusqlite::Error> for ExchangeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl ExchangeError {
    fn answer(&self) -> Response {
        let (status, code) = match self {
            Self::NoGrant(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::Store(_) | Self::NoRandomness(_) => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
            _ => (StatusCode::BAD_REQUEST, "invalid_grant"),
        };
        (status, Json(json!({ "error": code, "error_description": with_causes(self) }))).into_response()
    }
}

/// The route of the exchange.
pub(crate) fn router(federation: Federation) -> Router {
    Router::new().route("/oidc/token", post(exchange)).with_state(Arc::new(federation))
}

async fn exchange(State(federation): State<Arc<Federation>>, grant: Result<Form<Grant>, FormRejection>) -> Response {
    let exchanged = match grant {
        Ok(Form(grant)) => federation.exchange(&grant).await,
        Err(rejection) => Err(ExchangeError::NoGrant(rejection)),
    };
    match exchanged {
        Ok(token) => Json(json!({
            "access_token": token.expose_secret(),
            "token_type": "Bearer",
            "expires_in": LIFETIME.as_secs(),
        }))
        .into_response(),
        Err(error) => error.answer(),
    }
}

impl Federation {
    pub(crate) fn new(backend: Arc<Backend>, own_issuer: String) -> Self {
        Self { backend, own_issuer }
    }

    async fn exchange(&self, grant: &Grant) -> Result<SecretString, ExchangeError> {
        if grant.grant_type != GRANT_TYPE {
            return Err(ExchangeError::GrantType);
        }
        let read = self.backend.store.read(|connection| Ok::<_, StoreError>(Organization(connection).get()?));
        let organization = read.await?;
        let login = organization.settings.federated_login.ok_or(ExchangeError::NoIssuer)?;
        let issuer = login.issuer.unwrap_or_else(|| self.own_issuer.clone());
        let audience = match self.backend.deployment.kind() {
            DeploymentKind::SelfManaged if !login.check_audience => None,
            DeploymentKind::SelfManaged => Some(SELF_MANAGED_AUDIENCE.to_owned()),
            DeploymentKind::MultiTenant | DeploymentKind::Dedicated => Some(organization.name),
        };
        let claims = self.verify(grant.assertion.expose_secret(), &issuer, audience.as_deref()).await?;
        let token_digest = Sha256::digest(grant.assertion.expose_secret().as_bytes());
        // A token without an id is known by itself.
        let jti = claims.jti.unwrap_or_else(|| STANDARD_NO_PAD.encode(token_digest));
        self.issue(issuer, jti, claims.sub, claims.exp).await
    }

    async fn verify(&self, assertion: &str, issuer: &str, audience: Option<&str>) -> Result<Claims, ExchangeError> {
        let header = jsonwebtoken::decode_header(assertion).map_err(ExchangeError::Invalid)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(ExchangeError::Algorithm);
        }
        let key = keys::find(issuer, header.kid.as_deref()).await?;
        let key = DecodingKey::from_jwk(&key).map_err(ExchangeError::Invalid)?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["iss", "sub"]);
        match audience {
            Some(audience) => {
                validation.set_audience(&[audience]);
                validation.required_spec_claims.insert("aud".to_owned());
            }
            None => validation.validate_aud = false,
        }
        // Expiry is judged below, by the emulator's clock.
        validation.validate_exp = false;
        let claims: Claims = jsonwebtoken::decode(assertion, &key, &validation).map_err(ExchangeError::Invalid)?.claims;
        let now = self.backend.clock.now().as_second();
        if claims.exp <= now {
            return Err(ExchangeError::Expired);
        }
        if claims.nbf.is_some_and(|not_before| not_before > now) {
            return Err(ExchangeError::NotYet);
        }
        Ok(claims)
    }

    async fn issue(
        &self,
        issuer: String,
        jti: String,
        subject: String,
        expires: i64,
    ) -> Result<SecretString, ExchangeError> {
        let now = self.backend.clock.now();
        let secrets = self.backend.secrets.clone();
        self.backend
            .store
            .write(move |transaction| {
                let account = find_account(transaction, &subject)?;
                let account = account.ok_or(ExchangeError::UnknownSubject(subject))?;
                let tokens = AccessTokens(transaction);
                let known_until = Timestamp::from_second(expires).unwrap_or(Timestamp::MAX);
                if !tokens.note_exchange(&issuer, &jti, known_until, now)? {
                    return Err(ExchangeError::Replayed);
                }
                let token = secrets.access_token(tokens.next_number()?)?;
                let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
                tokens.add(account.id, SecretDigest::of(token.expose_secret()), expires_at, now)?;
                Ok(token)
            })
            .await
    }
}

fn find_account(connection: &rusqlite::Connection, subject: &str) -> rusqlite::Result<Option<Account>> {
    let accounts = Accounts(connection);
    let account = match accounts.by_subject(subject)? {
        Some(account) => Some(account),
        None => accounts.by_email(subject)?,
    };
    Ok(account.filter(|account| account.deactivated_at.is_none()))
}
