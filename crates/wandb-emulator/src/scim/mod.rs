//! The SCIM API, with the ways of W&B's own: see each resource.

mod error;
pub(crate) mod filter;
mod groups;
mod resource;
mod roles;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::routing::get;

use self::error::ScimError;
use self::resource::Precondition;
use crate::auth::Credentials;
use crate::backend::{Backend, Session};
use crate::front::Authentication;
use crate::refusal::Refusal;
use crate::store::{Account, Scope};

/// A request that was let in.
#[derive(Debug)]
struct Call {
    backend: Arc<Backend>,
    caller: Arc<Account>,
    /// The version of the resource that the client has seen.
    precondition: Precondition,
}

impl Call {
    /// Looks something up for the caller.
    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Session<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.backend.read(&self.caller, job).await
    }

    /// Changes something for the caller, of the version that the caller has seen: all of it or nothing.
    async fn write<T: Send + 'static>(
        self,
        job: impl FnOnce(&Session<'_>, &Precondition) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let Self { backend, caller, precondition } = self;
        backend.write(&caller, move |session| job(session, &precondition)).await
    }
}

/// Lets in administrators of the organization and its service accounts, each with the credentials that are theirs.
impl FromRequestParts<Arc<Backend>> for Call {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, backend: &Arc<Backend>) -> Result<Self, ScimError> {
        let authentication = parts.extensions.get().cloned().unwrap_or_default();
        let caller = admit(backend, authentication).await?;
        let precondition = Precondition::of(&parts.headers);
        Ok(Self { backend: Arc::clone(backend), caller, precondition })
    }
}

/// The routes under `/scim`.
pub(crate) fn router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/scim/Users", get(users::list).post(users::create))
        .route("/scim/Users/{id}", get(users::get).patch(users::patch).delete(users::delete))
        .route("/scim/Groups", get(groups::list).post(groups::create))
        .route("/scim/Groups/{id}", get(groups::get).patch(groups::patch).put(groups::put))
        .route("/scim/Roles", get(roles::list).post(roles::create))
        .route("/scim/Roles/{id}", get(roles::get).patch(roles::patch).put(roles::put).delete(roles::delete))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(backend)
}

async fn method_not_allowed(method: Method, uri: Uri) -> ScimError {
    ScimError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("W&B has no {method} {}, and so the emulator has none", uri.path()),
    )
}

async fn admit(backend: &Arc<Backend>, authentication: Authentication) -> Result<Arc<Account>, ScimError> {
    let unauthorized = |detail: &str| ScimError::new(StatusCode::UNAUTHORIZED, detail);
    let Authentication { credentials: Some(credentials), account: Some(account) } = authentication else {
        return Err(unauthorized("the credentials are missing or not valid"));
    };
    match (&credentials, account.service()) {
        (Credentials::Bearer { .. }, _) if !backend.deployment.takes_scim_bearer() => {
            return Err(unauthorized("this server takes no bearer tokens for SCIM: use basic authentication"));
        }
        (Credentials::Bearer { .. }, _) => {}
        (Credentials::Basic { username, .. }, None) if username.eq_ignore_ascii_case(&account.username) => {}
        (Credentials::Basic { username, .. }, Some(_)) if username.is_empty() => {}
        (Credentials::Basic { .. }, None) => {
            return Err(unauthorized("the username is not that of the API key's owner"));
        }
        (Credentials::Basic { .. }, Some(_)) => {
            return Err(unauthorized("a service account sends its API key with an empty username"));
        }
    }
    if account.service().is_some_and(|service| service.scope == Scope::Team) {
        return Err(ScimError::new(StatusCode::FORBIDDEN, "service accounts of teams cannot use SCIM"));
    }
    let administers = backend.read(&account, |session| Ok(session.is_organization_admin()));
    if !administers.await? {
        return Err(ScimError::new(StatusCode::FORBIDDEN, "SCIM is for administrators of the organization"));
    }
    Ok(account)
}
