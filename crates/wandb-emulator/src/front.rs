//! The way of every request to the emulated W&B: who is it, may it come in, what goes wrong on purpose, what is written down.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header, request};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use futures::{StreamExt as _, stream};
use hyper::body::Incoming;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::json;
use tower::ServiceExt as _;

use crate::auth::{Credentials, OnBehalfOf};
use crate::backend::Backend;
use crate::faults::{Effect, Faults, When};
use crate::federation::Federation;
use crate::graphql::{GraphqlApi, GraphqlCall, NotGraphql};
use crate::journal::{Exchange, Journal};
use crate::limits::{Limits, Standing};
use crate::operation::Operation;
use crate::refusal::with_causes;
use crate::server::Dropped;
use crate::store::Account;
use crate::{federation, file_stream, scim};

/// The largest body of a request, in bytes.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// The largest body that is refused with an answer, in bytes.
const LARGEST_REFUSED_BODY: usize = 8 * LARGEST_BODY;

/// What a request brought, and whose it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Authentication {
    pub(crate) credentials: Option<Credentials>,
    pub(crate) account: Option<Arc<Account>>,
}

/// The emulated W&B as it is seen from outside.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) backend: Arc<Backend>,
    pub(crate) graphql: GraphqlApi,
    pub(crate) journal: Journal,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    routes: Router,
}

/// A request, read and understood as far as it can be without knowing whose it is.
struct Asked {
    head: request::Parts,
    body: Bytes,
    operation: Operation,
    graphql: Option<Result<GraphqlCall, NotGraphql>>,
}

impl Front {
    pub(crate) fn new(
        backend: Arc<Backend>,
        graphql: GraphqlApi,
        limits: Limits,
        faults: Faults,
        federation: Federation,
    ) -> Self {
        let routes = scim::router(Arc::clone(&backend))
            .merge(file_stream::router(Arc::clone(&backend)))
            .merge(federation::router(federation))
            .fallback(unknown_path);
        Self { backend, graphql, journal: Journal::default(), limits, faults, routes }
    }

    /// Answers a request. Once it was read it is carried out, whether or not the client is still there.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response, Dropped> {
        tokio::spawn(self.exchange(request)).await.unwrap_or(Err(Dropped))
    }

    async fn exchange(self: Arc<Self>, request: Request<Incoming>) -> Result<Response, Dropped> {
        let (head, body) = request.into_parts();
        let body = read(body).await?;
        let too_large = body.is_none();
        let asked = Asked::new(head, body.unwrap_or_default());
        let now = self.backend.clock.now();
        let mut noted = asked.noted(now);
        let labels = asked.operation.labels();
        if too_large {
            let answer = error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
            return Ok(self.finish(answer, noted, &labels, None));
        }
        let authentication = match self.authenticate(&asked.head).await {
            Ok(authentication) => authentication,
            Err(failure) => return Ok(self.finish(failure, noted, &labels, None)),
        };
        noted.caller = authentication.account.as_ref().map(|account| account.username.clone());
        let standing = self.limits.count(authentication.account.as_ref().map(|account| account.id), now);
        if standing.exceeded {
            let answer = error(StatusCode::TOO_MANY_REQUESTS, "the rate limit is exceeded");
            return Ok(self.finish(answer, noted, &labels, Some(standing)));
        }

        let effect = self.faults.strike(&labels);
        noted.fault = effect.as_ref().map(Effect::kind);
        match self.carry_out(effect, asked, authentication).await {
            Ok(answer) => Ok(self.finish(answer, noted, &labels, Some(standing))),
            Err(dropped) => {
                self.journal.note(noted, &labels);
                Err(dropped)
            }
        }
    }

    async fn carry_out(
        &self,
        effect: Option<Effect>,
        asked: Asked,
        authentication: Authentication,
    ) -> Result<Response, Dropped> {
        match effect {
            None => Ok(self.dispatch(asked, authentication).await),
            Some(effect) if effect.when() == When::Before => match spoil(effect, None).await? {
                Some(instead) => Ok(instead),
                None => Ok(self.dispatch(asked, authentication).await),
            },
            Some(effect) => {
                let answer = self.dispatch(asked, authentication).await;
                spoil(effect, Some(answer)).await?.ok_or(Dropped)
            }
        }
    }

    async fn authenticate(&self, head: &request::Parts) -> Result<Authentication, Response> {
        let Some(credentials) = Credentials::of(&head.headers) else {
            return Ok(Authentication::default());
        };
        let account = self.backend.authenticate(&credentials).await.map_err(|failure| {
            error(StatusCode::INTERNAL_SERVER_ERROR, &format!("the emulator failed: {}", with_causes(&failure)))
        })?;
        Ok(Authentication { credentials: Some(credentials), account })
    }

    async fn dispatch(&self, asked: Asked, authentication: Authentication) -> Response {
        if let Some(call) = asked.graphql {
            return match (authentication.account, call) {
                (None, _) => unauthorized(),
                (Some(_), Err(wrong)) => wrong.into_response(),
                (Some(caller), Ok(call)) => {
                    let on_behalf_of = OnBehalfOf::of(&asked.head.headers);
                    self.graphql.answer(&self.backend, caller, on_behalf_of, call).await
                }
            };
        }
        let mut request = Request::from_parts(asked.head, Body::from(asked.body));
        request.extensions_mut().insert(authentication);
        let answered: Result<Response, Infallible> = self.routes.clone().oneshot(request).await;
        match answered {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }

    /// Notes a request that was answered, and puts on the answer what every answer has.
    fn finish(
        &self,
        mut answer: Response,
        mut noted: Exchange,
        labels: &[String],
        standing: Option<Standing>,
    ) -> Response {
        let headers = answer.headers_mut();
        if let Some(date) = http_date(noted.at) {
            headers.insert(header::DATE, date);
        }
        if let Some(Standing { remaining, reset, .. }) = standing {
            headers.insert("RateLimit-Remaining", remaining.into());
            headers.insert("RateLimit-Reset", reset.into());
        }
        noted.status = Some(answer.status().as_u16());
        self.journal.note(noted, labels);
        answer
    }
}

impl Asked {
    fn new(head: request::Parts, body: Bytes) -> Self {
        let route = Operation::of_route(&head.method, head.uri.path());
        if head.uri.path() != "/graphql" || head.method != Method::POST {
            return Self { head, body, operation: route, graphql: None };
        }
        let call = GraphqlCall::parse(&body);
        let operation = call.as_ref().ok().and_then(GraphqlCall::operation).map_or(route, Operation::Graphql);
        Self { head, body, operation, graphql: Some(call) }
    }

    fn noted(&self, at: Timestamp) -> Exchange {
        let (operation, fields) = match &self.operation {
            Operation::Graphql(operation) => (operation.name.clone(), operation.fields.clone()),
            Operation::Route(_) => (None, Vec::new()),
        };
        Exchange {
            at,
            method: self.head.method.to_string(),
            path: self.head.uri.path().to_owned(),
            operation,
            fields,
            caller: None,
            status: None,
            fault: None,
        }
    }
}

/// Reads a body; none if it is too large. It is read on then, as far as is bearable, because a client that is still sending
/// would not see the answer.
async fn read(body: Incoming) -> Result<Option<Bytes>, Dropped> {
    let mut chunks = Body::new(body).into_data_stream();
    let mut body = Vec::new();
    let mut length = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Dropped)?;
        length += chunk.len();
        if length <= LARGEST_BODY {
            body.extend_from_slice(&chunk);
        } else if length > LARGEST_REFUSED_BODY {
            return Err(Dropped);
        }
    }
    Ok((length <= LARGEST_BODY).then(|| body.into()))
}

/// What a fault makes of an answer, or does where there is none yet; none if things are to go on.
async fn spoil(effect: Effect, answer: Option<Response>) -> Result<Option<Response>, Dropped> {
    match effect {
        Effect::Delay { milliseconds, .. } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(answer)
        }
        Effect::Status { status, body, retry_after, .. } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut spoilt = match body {
                Some(body) => (status, body).into_response(),
                None => error(status, "a fault was injected"),
            };
            if let Some(seconds) = retry_after {
                spoilt.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(Some(spoilt))
        }
        Effect::Reset { .. } => Err(Dropped),
        Effect::Torn { bytes } => {
            let (mut head, whole) = whole(answer).await?;
            head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
            let sent = whole.slice(..bytes.min(whole.len().saturating_sub(1)));
            let torn = stream::iter([Ok(sent)]).chain(stream::once(async {
                // What was sent leaves the buffers only when nothing more is ready.
                tokio::task::yield_now().await;
                Err(Dropped)
            }));
            Ok(Some(Response::from_parts(head, Body::from_stream(torn))))
        }
        Effect::Endless => {
            let (mut head, whole) = whole(answer).await?;
            head.headers.remove(header::CONTENT_LENGTH);
            let spaces = Bytes::from_static(&[b' '; 4096]);
            let endless = stream::iter([whole]).chain(stream::repeat(spaces)).map(Ok::<_, Infallible>);
            Ok(Some(Response::from_parts(head, Body::from_stream(endless))))
        }
    }
}

async fn whole(answer: Option<Response>) -> Result<(axum::http::response::Parts, Bytes), Dropped> {
    let (head, body) = answer.ok_or(Dropped)?.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| Dropped)?;
    Ok((head, body))
}

async fn unknown_path(method: Method, uri: Uri) -> Response {
    error(StatusCode::NOT_FOUND, &format!("the W&B emulator has no {method} {}", uri.path()))
}

/// The answer to credentials that are missing or not valid.
pub(crate) fn unauthorized() -> Response {
    error(StatusCode::UNAUTHORIZED, "the credentials are missing or not valid")
}

/// An error outside of GraphQL and SCIM.
pub(crate) fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&date).ok()
}
