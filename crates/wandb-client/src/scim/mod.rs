//! SCIM: the requests needed here and what their answers say, with the quirks of W&B's servers.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::base_url::BaseUrl;
use crate::error::{ErrorKind, ServerMessage, ServerMessages};
use crate::http::failure::{by_status, by_status_alone};
use crate::http::{Effect, Failure, Operation, Reach, Request, Response};
use crate::ids::UserId;

/// Marks a body as an error that SCIM's own code wrote.
const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Deletes a person or a service account.
pub(crate) const DELETE_USER: Operation = Operation { name: "ScimDeleteUser", effect: Effect::Delete };

pub(crate) fn delete_user(base_url: &BaseUrl, id: &UserId) -> Request {
    Request::new(DELETE_USER, Method::DELETE, base_url.endpoint(&["scim", "Users", id.as_str()]))
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    schemas: Vec<String>,
    detail: Option<String>,
}

/// Reads an answer without a body of interest.
pub(crate) fn read_empty(response: &Response) -> Result<(), Failure> {
    let status = response.status;
    if status.is_success() {
        return Ok(());
    }
    let error: Option<ErrorBody> = serde_json::from_slice(&response.body).ok();
    let is_scim = error.as_ref().is_some_and(|error| error.schemas.iter().any(|schema| schema == ERROR_SCHEMA));
    let messages: ServerMessages =
        error.into_iter().filter_map(|error| error.detail).map(|detail| ServerMessage::new(&detail)).collect();
    // A server without SCIM answers 404 as well: only SCIM's own says that the object is gone.
    let kind = match if is_scim { by_status(status) } else { by_status_alone(status) } {
        Some(kind) => kind(messages),
        None if is_scim => ErrorKind::Rejected(messages),
        None if status == StatusCode::NOT_FOUND => ErrorKind::Unsupported { what: "SCIM" },
        None => ErrorKind::NotTheApi,
    };
    let reach = if status.is_server_error() { Reach::Unclear } else { Reach::Refused };
    Err(Failure::new(kind, reach))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn a_delete_is_one_request_on_the_object() {
        let base_url = "https://example.com".parse().unwrap();
        let request = delete_user(&base_url, &UserId::new("VXNlcjoxMg=="));
        assert_eq!(request.method, Method::DELETE);
        assert_eq!(request.url.as_str(), "https://example.com/scim/Users/VXNlcjoxMg==");
        assert!(request.body.is_empty() && request.headers.is_empty());
    }

    #[test]
    fn only_scim_itself_says_that_an_object_is_gone() {
        let scim = |detail: &str, status: &str| {
            format!(r#"{{"schemas":["{ERROR_SCHEMA}"],"detail":"{detail}","status":"{status}"}}"#)
        };
        for (status, body, expected) in [
            (204, String::new(), Ok(())),
            (200, "{}".into(), Ok(())),
            (404, scim("no such user", "404"), Err("not found: no such user")),
            (404, r#"{"error":"no such route"}"#.into(), Err("this server does not offer SCIM")),
            (404, "<html>".into(), Err("this server does not offer SCIM")),
            (403, scim("not for you", "403"), Err("the caller may not do this: not for you")),
            (401, String::new(), Err("the server does not accept the credential")),
            (400, scim("bad", "400"), Err("the server refused the request: bad")),
            (409, scim("exists", "409"), Err("it exists already: exists")),
            (500, scim("oops", "500"), Err("the server failed: oops")),
            (405, "<html>".into(), Err("the answer does not come from the API of W&B; is the base URL right?")),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let response = Response { status, headers: HeaderMap::new(), body: body.clone().into() };
            let answer = read_empty(&response).map_err(|failure| failure.kind.to_string());
            assert_eq!(answer, expected.map_err(ToOwned::to_owned), "{status} {body}");
        }
    }
}
