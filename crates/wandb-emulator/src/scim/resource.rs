//! What all resources have in common: their answers, lists, versions and patches.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::error::{MEDIA_TYPE, ScimError};
use crate::refusal::Refusal;

const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The most that a list holds; there is no second page.
const MOST_ITEMS: usize = 9999;

/// A resource as it is shown, with its version in `meta.version`.
#[derive(Debug)]
pub(super) struct Resource {
    body: Value,
    version: String,
}

impl Resource {
    /// Its version is a digest of what it shows, so every visible change makes another.
    pub(super) fn new(mut body: Value) -> Self {
        let digest = Sha256::digest(body.to_string().as_bytes());
        let version = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..9]));
        body["meta"]["version"] = json!(version);
        Self { body, version }
    }

    pub(super) fn answer(self, status: StatusCode) -> Response {
        let headers = [(header::CONTENT_TYPE, MEDIA_TYPE.to_owned()), (header::ETAG, self.version)];
        (status, headers, Json(self.body).into_response().into_body()).into_response()
    }

    /// Refuses a change of a version that the client has not seen.
    pub(super) fn require(&self, precondition: &Precondition) -> Result<(), Refusal> {
        match &precondition.0 {
            Some(wanted) if !wanted.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim() == self.version) => {
                Err(Refusal::Precondition(format!("the resource has the version {}, not {wanted}", self.version)))
            }
            _ => Ok(()),
        }
    }
}

/// The `If-Match` of a request.
#[derive(Debug)]
pub(super) struct Precondition(Option<String>);

impl Precondition {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self(headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).map(str::to_owned))
    }
}

/// A list of resources.
pub(super) fn list(resources: Vec<Resource>) -> Response {
    let shown: Vec<Value> = resources.into_iter().take(MOST_ITEMS).map(|resource| resource.body).collect();
    let body = json!({
        "schemas": [LIST_SCHEMA],
        "totalResults": shown.len(),
        "itemsPerPage": MOST_ITEMS,
        "startIndex": 1,
        "Resources": shown,
    });
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], Json(body).into_response().into_body()).into_response()
}

/// Reads a body; an attribute that the emulator does not know is refused.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ScimError> {
    serde_json::from_slice(body).map_err(|error| ScimError::invalid(format!("the request is not understood: {error}")))
}

/// Refuses a body of schemas that are not among those expected.
pub(super) fn require_schemas(given: Option<&[String]>, expected: &[&str]) -> Result<(), ScimError> {
    match given.unwrap_or_default().iter().find(|schema| !expected.contains(&schema.as_str())) {
        Some(unknown) => Err(ScimError::invalid(format!("the schema `{unknown}` is not expected here"))),
        None => Ok(()),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchBody {
    schemas: Vec<String>,
    #[serde(rename = "Operations")]
    operations: Vec<PatchOperation>,
}

/// One step of a patch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchOperation {
    pub(super) op: Op,
    pub(super) path: Option<String>,
    pub(super) value: Option<Value>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Op {
    /// Adds to a list.
    #[serde(rename = "add", alias = "Add")]
    Add,
    /// Takes out of a list.
    #[serde(rename = "remove", alias = "Remove")]
    Remove,
    /// Sets.
    #[serde(rename = "replace", alias = "Replace")]
    Replace,
}

/// The steps of a patch.
pub(super) fn read_patch(body: &[u8]) -> Result<Vec<PatchOperation>, ScimError> {
    let patch: PatchBody = read(body)?;
    if patch.schemas != [PATCH_SCHEMA] {
        return Err(ScimError::invalid(format!("a patch has the schema `{PATCH_SCHEMA}`")));
    }
    if patch.operations.is_empty() {
        return Err(ScimError::invalid("a patch has at least one operation"));
    }
    Ok(patch.operations)
}

impl PatchOperation {
    /// The value that the step needs, in the form that it needs.
    pub(super) fn value<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let value = self.value.clone().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| {
            Refusal::invalid(format!("the value of `{}` is wrong: {error}", self.path.as_deref().unwrap_or_default()))
        })
    }

    /// The refusal of a step that does not exist.
    pub(super) fn unknown(&self) -> Refusal {
        let op = match self.op {
            Op::Add => "add",
            Op::Remove => "remove",
            Op::Replace => "replace",
        };
        Refusal::invalid(match &self.path {
            Some(path) => format!("the operation `{op}` of `{path}` is not supported"),
            None => format!("the operation `{op}` without a path is not supported"),
        })
    }
}
