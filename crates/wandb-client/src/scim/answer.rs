//! Reads an answer: its content, or what the server says is wrong.

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, ServerMessages};
use crate::http::failure::{by_status, by_status_alone};
use crate::http::{Failure, Operation, Reach, Response};
use crate::json;

/// Marks a body as an error that SCIM's own code wrote.
const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// So many items are in a list at most, whatever it says of its total.
const MOST_ITEMS: usize = 9999;

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    schemas: Vec<String>,
    detail: Option<String>,
}

/// A list in an answer. There is no second page of it.
#[derive(Deserialize)]
pub(crate) struct List<T> {
    #[serde(rename = "totalResults")]
    total: Option<usize>,
    #[serde(rename = "Resources")]
    resources: Option<Vec<T>>,
}

impl<T> List<T> {
    /// What is in it, and whether that is all.
    pub(crate) fn into_items(self) -> (Vec<T>, bool) {
        let items = self.resources.unwrap_or_default();
        let is_whole = items.len() < MOST_ITEMS && self.total.is_none_or(|total| total <= items.len());
        (items, is_whole)
    }

    /// What is in it, which has to be all.
    pub(crate) fn into_all(self, operation: Operation, what: &str) -> Result<Vec<T>, Error> {
        match self.into_items() {
            (items, true) => Ok(items),
            (_, false) => Err(Error::of(operation.name, ErrorKind::NotVisible { what: what.to_owned() })),
        }
    }
}

/// Reads an answer with a body.
pub(crate) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Failure> {
    read_empty(response)?;
    json::decode(&response.body).map_err(|kind| Failure::new(kind, Reach::Unclear))
}

/// Reads an answer without a body of interest.
pub(crate) fn read_empty(response: &Response) -> Result<(), Failure> {
    let status = response.status;
    if status.is_success() {
        // Some servers answer all paths that they do not know with their web page.
        let is_page = response.body.trim_ascii_start().first().is_some_and(|&first| first != b'{');
        return if is_page { Err(Failure::new(ErrorKind::NotTheApi, Reach::Unclear)) } else { Ok(()) };
    }
    let error: Option<ErrorBody> = serde_json::from_slice(&response.body).ok();
    let is_scim = error.as_ref().is_some_and(|error| error.schemas.iter().any(|schema| schema == ERROR_SCHEMA));
    let messages: ServerMessages =
        error.into_iter().filter_map(|error| error.detail).map(|detail| response.message(&detail)).collect();
    // A server without SCIM answers 404 as well: only SCIM's own says that the object is gone.
    let kind = match if is_scim { by_status(status) } else { by_status_alone(status) } {
        Some(kind) => kind(messages),
        None if is_scim => ErrorKind::Rejected(messages),
        None if status == StatusCode::NOT_FOUND => ErrorKind::Unsupported { what: "SCIM" },
        None => ErrorKind::NotTheApi,
    };
    Err(Failure::new(kind, Reach::of_status(status)))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn only_scim_itself_says_that_an_object_is_gone() {
        let scim = |detail: &str, status: &str| {
            format!(r#"{{"schemas":["{ERROR_SCHEMA}"],"detail":"{detail}","status":"{status}"}}"#)
        };
        for (status, body, expected) in [
            (204, String::new(), Ok(())),
            (200, "{}".into(), Ok(())),
            (200, "<html>".into(), Err("the answer does not come from the API of W&B; is the base URL right?")),
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
            let response = Response::new(status, HeaderMap::new(), body.as_str());
            let answer = read_empty(&response).map_err(|failure| failure.kind.to_string());
            assert_eq!(answer, expected.map_err(ToOwned::to_owned), "{status} {body}");
        }
    }

    #[test]
    fn what_a_gateway_gave_up_on_may_be_done() {
        for (status, expected) in [(408, Reach::Unclear), (502, Reach::Unclear), (429, Reach::Refused)] {
            let status = StatusCode::from_u16(status).unwrap();
            let response = Response::new(status, HeaderMap::new(), "<html>");
            assert_eq!(read_empty(&response).unwrap_err().reach, expected, "{status}");
        }
    }

    #[test]
    fn a_list_that_is_full_is_not_whole() {
        for (items, expected) in [(MOST_ITEMS - 1, true), (MOST_ITEMS, false)] {
            let list = List { total: Some(items), resources: Some(vec![(); items]) };
            assert_eq!(list.into_items().1, expected, "{items}");
        }
    }

    #[test]
    fn a_list_knows_whether_it_is_whole() {
        for (body, expected) in [
            (r#"{"totalResults":2,"Resources":[1,2]}"#, Ok((vec![1, 2], true))),
            (r#"{"Resources":[1]}"#, Ok((vec![1], true))),
            (r#"{"totalResults":0,"Resources":null}"#, Ok((vec![], true))),
            (r#"{"totalResults":3,"Resources":[1]}"#, Ok((vec![1], false))),
            (r#"{"totalResults":1}"#, Ok((vec![], false))),
            (r#"{"Resources":[1,"hunter2"]}"#, Err("the answer has an unexpected form at `Resources[1]`")),
            (r#"{"Resources":[1"#, Err("the answer is broken")),
        ] {
            let response = Response::new(StatusCode::OK, HeaderMap::new(), body);
            let list = read::<List<u8>>(&response).map(List::into_items).map_err(|failure| failure.kind.to_string());
            assert_eq!(list, expected.map_err(ToOwned::to_owned), "{body}");
        }
    }
}
