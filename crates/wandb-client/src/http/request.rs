//! Requests and responses as values: what is asked, without a socket.

use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::SecretString;
use url::Url;

use crate::error::ServerMessage;

/// What a request does to the server, which decides when it may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: it may be sent as often as need be.
    Read,
    /// Removes one object. A second time finds it gone, which is as good.
    Delete,
    /// Sets something. A second time leaves it the same.
    Set,
    /// Makes an object, or changes something step by step. Sent again only if the server certainly did nothing.
    Create,
    /// Makes a secret. Sent again only if nothing was sent: a second secret would be one that nobody knows of.
    Mint,
}

impl Effect {
    pub(crate) fn is_change(self) -> bool {
        self != Self::Read
    }
}

/// An operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    /// Its name, in errors, logs and GraphQL's `operationName`.
    pub(crate) name: &'static str,
    pub(crate) effect: Effect,
}

/// A request.
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What it authenticates with, in header or body.
    pub(crate) secret: Option<SecretString>,
}

impl Request {
    pub(crate) fn new(operation: Operation, method: Method, url: Url) -> Self {
        Self { operation, method, url, headers: HeaderMap::new(), body: Vec::new(), secret: None }
    }

    pub(crate) fn with_body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body;
        self
    }

    /// Names a secret in the body.
    pub(crate) fn with_secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets the credential. It is marked sensitive, so that no library prints it.
    pub(crate) fn authorize(&mut self, mut value: HeaderValue) {
        let credential = value.to_str().ok().and_then(|value| value.split_once(' '));
        self.secret = credential.map(|(_, credential)| credential.into());
        value.set_sensitive(true);
        self.headers.insert(AUTHORIZATION, value);
    }
}

impl fmt::Debug for Request {
    /// Without headers and body, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.operation.name, self.method, self.url.path())
    }
}

/// An answer, read to its end.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What the request authenticated with, so that a message that repeats it can be shown without it.
    pub(crate) secret: Option<SecretString>,
}

impl Response {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers, body: body.into(), secret: None }
    }

    /// What the server says in this answer, safe to show.
    pub(crate) fn message(&self, text: &str) -> ServerMessage {
        ServerMessage::new(text, self.secret.as_ref())
    }

    pub(crate) fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Response {
    /// Without headers and body, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}
