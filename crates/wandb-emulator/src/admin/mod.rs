//! The emulator's own API, on a port of its own: with it tests look behind the scenes and move them.

mod state;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use crate::clock::Clock;
use crate::faults::Fault;
use crate::federation::{Issuer, TokenRequest};
use crate::front::Front;
use crate::ids::{GlobalId as _, InviteId};
use crate::limits::RateLimit;
use crate::operation::is_route;
use crate::refusal::Refusal;
use crate::store::{Account, AuditLog, Invitations, Organization, Settings, StoreError};

/// What the admin API is about.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) front: Arc<Front>,
    pub(crate) issuer: Issuer,
}

type Shared = State<Arc<Admin>>;

/// The routes of the admin API.
pub(crate) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/journal", get(journal))
        .route("/counters", get(counters))
        .route("/reset-journal", post(reset_journal))
        .route("/clock", get(clock).put(set_clock))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/rate-limit", get(rate_limit).put(set_rate_limit))
        .route("/settings", get(settings).put(set_settings))
        .route("/invitations/{id}/accept", post(accept_invitation))
        .route("/state", get(whole_state))
        .route("/audit-log", get(audit_log))
        .route("/schema", get(schema))
        .route("/issuer/.well-known/openid-configuration", get(issuer_configuration))
        .route("/issuer/jwks", get(issuer_keys))
        .route("/issuer/tokens", post(issue_token))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_path)
        .with_state(Arc::new(admin))
}

/// A request that was not carried out.
#[derive(Debug)]
struct AdminError {
    status: StatusCode,
    message: String,
}

impl AdminError {
    fn invalid(message: &impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_string() }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.message }))).into_response()
    }
}

impl From<Refusal> for AdminError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Store(_) | Refusal::NoRandomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, message: refusal.to_string() }
    }
}

impl From<JsonRejection> for AdminError {
    fn from(rejection: JsonRejection) -> Self {
        Self::invalid(&rejection.body_text())
    }
}

/// A JSON body, whose mistakes are answered as all others are.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(AdminError))]
struct Body<T>(T);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    #[serde(default)]
    after: u32,
}

async fn journal(State(admin): Shared, Query(After { after }): Query<After>) -> Response {
    Json(json!({ "entries": admin.front.journal.after(u64::from(after)) })).into_response()
}

async fn counters(State(admin): Shared) -> Response {
    Json(admin.front.journal.counters()).into_response()
}

async fn reset_journal(State(admin): Shared) -> StatusCode {
    admin.front.journal.reset();
    StatusCode::NO_CONTENT
}

/// How the clock is moved: exactly one of these.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockChange {
    /// Stops it at this time.
    StopAt(Timestamp),
    /// Moves it, running or stopped, by a duration such as `PT24H` or `24h`.
    Advance(SignedDuration),
    /// Lets it run with the system's time again.
    Run {},
}

fn shown_clock(clock: &Clock) -> Response {
    Json(json!({ "now": clock.now(), "running": clock.is_running() })).into_response()
}

async fn clock(State(admin): Shared) -> Response {
    shown_clock(&admin.front.backend.clock)
}

async fn set_clock(State(admin): Shared, Body(change): Body<ClockChange>) -> Result<Response, AdminError> {
    let clock = &admin.front.backend.clock;
    match change {
        ClockChange::StopAt(at) => clock.stop_at(at),
        ClockChange::Advance(by) => clock.advance(by).map_err(|error| AdminError::invalid(&error))?,
        ClockChange::Run {} => clock.run(),
    }
    Ok(shown_clock(clock))
}

async fn faults(State(admin): Shared) -> Response {
    Json(json!({ "faults": admin.front.faults.all() })).into_response()
}

async fn add_fault(State(admin): Shared, Body(fault): Body<Fault>) -> Result<StatusCode, AdminError> {
    let Front { graphql, faults, .. } = &*admin.front;
    if let Some(operation) = &fault.operation
        && !graphql.has_root_field(operation)
        && !is_route(operation)
    {
        return Err(AdminError::invalid(&format!("no request is called `{operation}`: see /counters for names")));
    }
    faults.add(fault);
    Ok(StatusCode::CREATED)
}

async fn clear_faults(State(admin): Shared) -> StatusCode {
    admin.front.faults.clear();
    StatusCode::NO_CONTENT
}

async fn rate_limit(State(admin): Shared) -> Response {
    Json(admin.front.limits.limit()).into_response()
}

async fn set_rate_limit(State(admin): Shared, Body(limit): Body<RateLimit>) -> Response {
    admin.front.limits.set(limit);
    Json(limit).into_response()
}

async fn settings(State(admin): Shared) -> Result<Response, AdminError> {
    let read = admin.front.backend.store.read(|connection| Ok::<_, Refusal>(Organization(connection).get()?));
    Ok(Json(read.await?.settings).into_response())
}

async fn set_settings(State(admin): Shared, Body(wanted): Body<Settings>) -> Result<Response, AdminError> {
    let write = admin.front.backend.store.write(move |transaction| {
        let mut row = Organization(transaction).get()?;
        row.settings = wanted;
        Organization(transaction).put(&row)?;
        Ok::<_, Refusal>(row.settings)
    });
    Ok(Json(write.await?).into_response())
}

/// Does what an invited person does with the link in their mail.
async fn accept_invitation(State(admin): Shared, Path(id): Path<String>) -> Result<StatusCode, AdminError> {
    let backend = &admin.front.backend;
    let operator = Arc::new(Account::operator(backend.clock.now()));
    let accept = backend.write(&operator, move |session| {
        let invitation = match InviteId::from_global(&id) {
            Some(id) => Invitations(session.connection).by_id(id)?,
            None => None,
        };
        let invitation =
            invitation.ok_or_else(|| Refusal::not_found(format!("there is no pending invitation `{id}`")))?;
        session.accept(&invitation)
    });
    accept.await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn whole_state(State(admin): Shared) -> Result<Response, AdminError> {
    let read = admin.front.backend.store.read(|connection| Ok::<_, Refusal>(state::dump(connection)?));
    Ok(Json(read.await?).into_response())
}

async fn audit_log(State(admin): Shared, Query(After { after }): Query<After>) -> Result<Response, AdminError> {
    let read = admin
        .front
        .backend
        .store
        .read(move |connection| Ok::<_, StoreError>(AuditLog(connection).after(i64::from(after))?));
    Ok(Json(json!({ "entries": read.await.map_err(Refusal::from)? })).into_response())
}

async fn schema(State(admin): Shared) -> String {
    admin.front.graphql.sdl()
}

async fn issuer_configuration(State(admin): Shared) -> Response {
    Json(admin.issuer.configuration()).into_response()
}

async fn issuer_keys(State(admin): Shared) -> Response {
    Json(admin.issuer.keys()).into_response()
}

async fn issue_token(State(admin): Shared, Body(request): Body<TokenRequest>) -> Result<Response, AdminError> {
    let backend = &admin.front.backend;
    let number = admin.issuer.next_number();
    let jti = backend.secrets.suffix(&format!("jti {number}")).map_err(Refusal::from)?;
    let token = admin.issuer.token(&request, &jti, backend.clock.now()).map_err(|error| AdminError::invalid(&error))?;
    Ok(Json(json!({ "token": token.expose_secret() })).into_response())
}

async fn unknown_path(method: Method, uri: Uri) -> Response {
    let message = format!("the emulator's admin API has no {method} {}", uri.path());
    AdminError { status: StatusCode::NOT_FOUND, message }.into_response()
}
