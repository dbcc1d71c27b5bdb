//! Refusals as SCIM has them: the status is a text.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::refusal::Refusal;

const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The media type of all of SCIM.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// The answer to a request that was refused.
#[derive(Debug)]
pub(crate) struct ScimError {
    status: StatusCode,
    detail: String,
}

impl ScimError {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let body = json!({ "schemas": [SCHEMA], "detail": self.detail, "status": self.status.as_u16().to_string() });
        (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], Json(body).into_response().into_body()).into_response()
    }
}

impl From<Refusal> for ScimError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.to_string())
    }
}
