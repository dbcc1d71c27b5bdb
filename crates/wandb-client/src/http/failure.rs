//! Why one attempt failed, and how far it got.

use std::time::Duration;

use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::request::{Effect, Response};
use crate::error::{ErrorKind, ServerMessages};

/// How far an attempt got before it failed, from what certainly did nothing to what may have done anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Nothing was sent.
    NotSent,
    /// The server says that it did not do it.
    Refused,
    /// The server says that something went wrong, not that it did nothing: mostly a refusal, at times a change that was
    /// made and could not be shown.
    Doubtful,
    /// The server may have done it.
    Unclear,
}

impl Reach {
    /// How far a request got that was answered by this status and nothing that tells more. A gateway gives up on a
    /// request (408) that the server may go on with.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT { Self::Refused } else { Self::Unclear }
    }
}

/// The failure of one attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) reach: Reach,
    pub(crate) status: Option<StatusCode>,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, reach: Reach) -> Self {
        Self { kind, reach, status: None, retry_after: None }
    }

    /// A redirect, wherever it comes from. It names the server that it leads to and nothing else of the target.
    pub(crate) fn of_redirect(response: &Response) -> Option<Self> {
        if !response.status.is_redirection() {
            return None;
        }
        let target = response.header(LOCATION).and_then(|location| Url::parse(location).ok());
        let to = target.map(|target| target.origin().ascii_serialization());
        Some(Self::new(ErrorKind::Redirected { to }, Reach::Refused).with_status(response.status))
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Whether sending the same again can help and cannot harm.
    pub(crate) fn may_be_repeated(&self, effect: Effect) -> bool {
        let is_safe = match effect {
            Effect::Read | Effect::Delete | Effect::Set => true,
            // Of the answers, only a refusal for too many requests says that nothing was looked at.
            Effect::Create => match self.kind {
                ErrorKind::RateLimited(_) => self.reach <= Reach::Refused,
                _ => self.reach == Reach::NotSent,
            },
            Effect::Mint => self.reach == Reach::NotSent,
        };
        is_safe && self.kind.is_transient()
    }
}

/// A kind of error that keeps the server's messages.
pub(crate) type KindOfMessages = fn(ServerMessages) -> ErrorKind;

/// What an HTTP status means beside a body that the API wrote. None for a success or an unspecific refusal.
pub(crate) fn by_status(status: StatusCode) -> Option<KindOfMessages> {
    match status {
        StatusCode::NOT_FOUND => Some(ErrorKind::NotFound),
        StatusCode::CONFLICT => Some(ErrorKind::Conflict),
        _ => by_status_alone(status),
    }
}

/// What an HTTP status means whoever wrote the body: a gateway's 404 says nothing about a team.
pub(crate) fn by_status_alone(status: StatusCode) -> Option<KindOfMessages> {
    match status {
        StatusCode::UNAUTHORIZED => Some(ErrorKind::Unauthorized),
        StatusCode::FORBIDDEN => Some(ErrorKind::Forbidden),
        StatusCode::TOO_MANY_REQUESTS => Some(ErrorKind::RateLimited),
        StatusCode::REQUEST_TIMEOUT => Some(ErrorKind::ServerFailed),
        _ if status.is_server_error() => Some(ErrorKind::ServerFailed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn a_redirect_names_only_the_server_that_it_leads_to() {
        let location = HeaderValue::from_static("https://ada:hunter2@example.com/login?token=hunter2");
        let headers = HeaderMap::from_iter([(LOCATION, location)]);
        let response = Response::new(StatusCode::FOUND, headers, "");
        assert_eq!(
            Failure::of_redirect(&response).unwrap().kind.to_string(),
            "the server redirects to https://example.com; redirects are not followed, so set the base URL to where the \
             API is"
        );
        assert!(Failure::of_redirect(&Response { status: StatusCode::OK, ..response }).is_none());
    }

    #[test]
    fn what_may_be_repeated_depends_on_what_it_does() {
        let limited = || ErrorKind::RateLimited(ServerMessages::default());
        let failed = || ErrorKind::ServerFailed(ServerMessages::default());
        let refused = || ErrorKind::Forbidden(ServerMessages::default());
        let unreachable = || ErrorKind::Unreachable("connection refused".into());
        //                                                      read   delete  set  create  mint
        for (name, kind, reach, expected) in [
            ("not sent", unreachable(), Reach::NotSent, [true, true, true, true, true]),
            ("rate limited", limited(), Reach::Refused, [true, true, true, true, false]),
            ("rate limited half-way", limited(), Reach::Doubtful, [true, true, true, false, false]),
            ("failed", failed(), Reach::Unclear, [true, true, true, false, false]),
            ("forbidden", refused(), Reach::Refused, [false, false, false, false, false]),
        ] {
            let failure = Failure::new(kind, reach);
            let effects = [Effect::Read, Effect::Delete, Effect::Set, Effect::Create, Effect::Mint];
            assert_eq!(effects.map(|effect| failure.may_be_repeated(effect)), expected, "{name}");
        }
    }
}
