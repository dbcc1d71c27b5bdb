//! SCIM: the requests needed here and what their answers say, with the quirks of W&B's servers.

pub(crate) mod answer;
mod call;
pub(crate) mod groups;
pub(crate) mod roles;
pub(crate) mod users;

use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::http::{Operation, Request};

pub(crate) use answer::{List, read, read_empty};

/// Marks a body as a list of changes.
const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Changes one object, by these steps.
fn patch(operation: Operation, url: Url, steps: &[Value]) -> Request {
    let body = json!({ "schemas": [PATCH_SCHEMA], "Operations": steps });
    Request::new(operation, Method::PATCH, url).with_body("application/scim+json", body.to_string().into_bytes())
}

/// Lists the objects that have this value in an attribute.
fn filtered(operation: Operation, mut url: Url, attribute: &str, value: &str) -> Request {
    // A value in a filter is written as in JSON.
    let filter = format!("{attribute} eq {}", Value::from(value));
    url.query_pairs_mut().append_pair("filter", &filter);
    Request::new(operation, Method::GET, url)
}
