//! Reads an answer: its data, or what the server says is wrong.

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::{ErrorKind, ServerMessage, ServerMessages};
use crate::http::failure::{KindOfMessages, by_status, by_status_alone};
use crate::http::{Failure, Reach, Response};
use crate::json;

/// What is said of an error that says nothing.
const NO_MESSAGE: &str = "an error without a message";

/// Every form of an answer that W&B's servers and the gateways before them give.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    errors: Option<Vec<ErrorForm>>,
    error: Option<ErrorForm>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorForm {
    Object { message: Option<String>, extensions: Option<Map<String, Value>>, path: Option<Vec<Value>> },
    Text(String),
    Other(IgnoredAny),
}

/// The data of an answer.
pub(crate) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Failure> {
    let status = response.status;
    let envelope: Envelope<'_> = match serde_json::from_slice(&response.body) {
        Ok(envelope) => envelope,
        Err(error) => return Err(without_envelope(response, error)),
    };
    let data = envelope.data;
    let said = Said {
        has_data: data.is_some_and(|data| has_any_value(data.get())),
        has_errors: envelope.errors.as_ref().is_some_and(|errors| !errors.is_empty()),
        is_deep: envelope.errors.iter().flatten().any(ErrorForm::is_deep),
        messages: envelope.messages(response),
    };
    if !said.messages.as_slice().is_empty() || !status.is_success() {
        return Err(said.failure(status));
    }
    // An answer to a change that cannot be read leaves open whether it was made.
    let unclear = |kind| Failure::new(kind, Reach::Unclear);
    let Some(data) = data else {
        let source = "there is neither data nor an error".into();
        return Err(unclear(ErrorKind::Unexpected { path: "data".into(), source }));
    };
    json::decode(data.get().as_bytes()).map_err(unclear)
}

impl Envelope<'_> {
    fn messages(self, response: &Response) -> ServerMessages {
        let errors = self.errors.into_iter().flatten().chain(self.error);
        let errors = errors.map(|error| error.into_message(response));
        errors.chain(self.message.map(|message| response.message(&message))).collect()
    }
}

impl ErrorForm {
    /// Whether it is about a part of what the operation answers, so that the operation itself was carried out.
    fn is_deep(&self) -> bool {
        matches!(self, Self::Object { path: Some(path), .. } if path.len() > 1)
    }

    fn into_message(self, response: &Response) -> ServerMessage {
        match self {
            Self::Object { message, extensions, path } => {
                let code = extensions.as_ref().and_then(|extensions| extensions.get("code")).and_then(Value::as_str);
                let path = path.map(|path| path_text(&path));
                let message = response.message(message.as_deref().unwrap_or(NO_MESSAGE));
                message.with_code(code).with_path(path.as_deref())
            }
            Self::Text(text) => response.message(&text),
            Self::Other(_) => response.message(NO_MESSAGE),
        }
    }
}

/// What a failing answer says.
struct Said {
    has_data: bool,
    has_errors: bool,
    is_deep: bool,
    messages: ServerMessages,
}

impl Said {
    /// The failure that the server describes.
    fn failure(self, status: StatusCode) -> Failure {
        let codes = || self.messages.as_slice().iter().map(ServerMessage::code);
        // A gateway knows other routes and other conflicts, and has neither GraphQL's list of errors nor codes.
        let is_of_the_api = self.has_errors || codes().any(|code| code.is_some());
        let by_status = if is_of_the_api { by_status(status) } else { by_status_alone(status) };
        let kind = match codes().flatten().find_map(by_code).or(by_status) {
            Some(kind) => kind,
            None if status == StatusCode::NOT_FOUND && !is_of_the_api => |_| ErrorKind::NotTheApi,
            None if self.has_data => ErrorKind::Partial,
            None => ErrorKind::Rejected,
        };
        // W&B answers most refusals as a success without a code, and so it does what it began and could not finish.
        let is_refused = Reach::of_status(status) == Reach::Refused
            || (self.has_errors && codes().all(|code| code.is_some_and(is_refusal)));
        let kind = kind(self.messages);
        let reach = match kind {
            ErrorKind::ServerFailed(_) => Reach::Unclear,
            _ if self.has_data => Reach::Unclear,
            _ if self.is_deep || !is_refused => Reach::Doubtful,
            _ => Reach::Refused,
        };
        Failure::new(kind, reach)
    }
}

/// Whether a GraphQL error's code says that nothing was done.
fn is_refusal(code: &str) -> bool {
    let is_invalid = matches!(code, "BAD_USER_INPUT" | "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED");
    is_invalid
        || by_code(code).is_some_and(|kind| !matches!(kind(ServerMessages::default()), ErrorKind::ServerFailed(_)))
}

/// What a GraphQL error's code means.
fn by_code(code: &str) -> Option<KindOfMessages> {
    match code {
        "UNAUTHENTICATED" | "AUTHENTICATION_ERROR" => Some(ErrorKind::Unauthorized),
        "PERMISSION_ERROR" | "FORBIDDEN" => Some(ErrorKind::Forbidden),
        "NOT_FOUND" => Some(ErrorKind::NotFound),
        "CONFLICT" | "ALREADY_EXISTS" => Some(ErrorKind::Conflict),
        "RATE_LIMITED" | "TOO_MANY_REQUESTS" => Some(ErrorKind::RateLimited),
        "INTERNAL" | "INTERNAL_ERROR" | "INTERNAL_SERVER_ERROR" => Some(ErrorKind::ServerFailed),
        _ => None,
    }
}

/// The failure of an answer that is not of the API's form.
fn without_envelope(response: &Response, error: serde_json::Error) -> Failure {
    let status = response.status;
    if let Some(kind) = by_status_alone(status) {
        return Failure::new(kind(ServerMessages::default()), Reach::of_status(status));
    }
    let content_type = response.header(CONTENT_TYPE).unwrap_or_default();
    let begins_as_json = response.body.trim_ascii_start().first().is_none_or(|&first| first == b'{');
    match status.is_success() {
        true if begins_as_json && !error.is_data() && !content_type.starts_with("text/html") => {
            Failure::new(ErrorKind::Broken(error), Reach::Unclear)
        }
        true => Failure::new(ErrorKind::NotTheApi, Reach::Unclear),
        false => Failure::new(ErrorKind::NotTheApi, Reach::Refused),
    }
}

/// Whether any of the operation's fields has a value.
fn has_any_value(data: &str) -> bool {
    serde_json::from_str::<BTreeMap<String, Option<IgnoredAny>>>(data)
        .is_ok_and(|fields| fields.values().any(Option::is_some))
}

/// A path in the answer, such as `entity.members[3].role`.
fn path_text(path: &[Value]) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Value::String(name) if text.is_empty() => text.push_str(name),
            Value::String(name) => text.extend([".", name]),
            other => text.extend(["[", &other.to_string(), "]"]),
        }
    }
    text
}

#[cfg(test)]
mod tests;
