//! What can go wrong between a call and its answer.

mod server_message;

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use url::Url;

use crate::http::Reach;
use crate::identity::{EXCHANGE, IdentityTokenError};
use crate::ids::ApiKeyId;

pub use server_message::{ServerMessage, ServerMessages};

/// A boxed source, as the libraries below give it.
pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// Why a call failed. Cheap to clone, as calls that shared one request share its error.
///
/// It says which operation failed, where, how often it was tried and what the server said about it; it holds no
/// credentials and no bodies. Decide by its predicates or its [kind](Self::kind), never by its text.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
    /// How far a change got, in all attempts together.
    reach: Reach,
}

struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    url: Option<Url>,
    status: Option<StatusCode>,
    attempts: u32,
    elapsed: Duration,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server does not accept the credential (HTTP 401).
    #[error("the server does not accept the credential{0}")]
    Unauthorized(ServerMessages),
    /// The caller lacks a permission (HTTP 403 or the code of a GraphQL error).
    #[error("the caller may not do this{0}")]
    Forbidden(ServerMessages),
    /// The object is not there, or not visible to the caller.
    #[error("not found{0}")]
    NotFound(ServerMessages),
    /// An object of that name exists already.
    #[error("it exists already{0}")]
    Conflict(ServerMessages),
    /// Too many requests (HTTP 429).
    #[error("too many requests{0}")]
    RateLimited(ServerMessages),
    /// The server refused the request for another reason.
    #[error("the server refused the request{0}")]
    Rejected(ServerMessages),
    /// The server failed (HTTP 5xx or the code of a GraphQL error).
    #[error("the server failed{0}")]
    ServerFailed(ServerMessages),
    /// Part of the answer is missing, and the server does not say that the rest is all there is.
    #[error("the server answered only in part{0}")]
    Partial(ServerMessages),
    /// The server answered with a redirect, and those are not followed: the credential would go where nobody sent it.
    #[error("the server redirects to {}; redirects are not followed, so set the base URL to where the API is",
            to.as_deref().unwrap_or("another address"))]
    Redirected {
        /// Scheme and host of the target.
        to: Option<String>,
    },
    /// What answered is not the API of W&B.
    #[error("the answer does not come from the API of W&B; is the base URL right?")]
    NotTheApi,
    /// The answer is broken JSON, as when a connection or a proxy cuts it.
    #[error("the answer is broken")]
    Broken(#[source] serde_json::Error),
    /// The answer has not the form that this client knows.
    #[error("the answer has an unexpected form at `{path}`")]
    Unexpected {
        /// Where in the answer, such as `entity.members[3].id`.
        path: String,
        /// What is wrong there. It may name a type and a position, never a value.
        #[source]
        source: Source,
    },
    /// The answer is larger than this client reads.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// No connection came about, so nothing was sent.
    #[error("no connection to the server")]
    Unreachable(#[source] Source),
    /// The server's certificate is not trusted, so nothing was sent.
    #[error("the server's certificate is not trusted; a private authority's certificate has to be configured")]
    Untrusted(#[source] Source),
    /// The connection was lost after the request may have been sent.
    #[error("the connection was lost")]
    Interrupted(#[source] Source),
    /// One attempt took too long.
    #[error("no answer within {} s", after.as_secs_f32())]
    TimedOut {
        /// How long the attempt was waited for.
        after: Duration,
    },
    /// The server asks all of this client's calls to wait, and longer than this one may take. Nothing was sent.
    #[error("the server asks to wait for {} s, which is longer than the operation may take", wait.as_secs())]
    MustWait {
        /// How long it asks to wait.
        wait: Duration,
    },
    /// The operation's time was over before anything could be sent.
    #[error("no request could be sent within {} s", deadline.as_secs_f32())]
    DeadlineExceeded {
        /// How long the operation may take.
        deadline: Duration,
    },
    /// There is no identity token to log in with. Nothing was sent.
    #[error("there is no identity token to log in with")]
    IdentityToken(#[source] IdentityTokenError),
    /// Another process keeps the file in which access tokens are shared. Nothing was sent: without it the same identity
    /// token would be exchanged twice, and the second time is refused.
    #[error("another process has kept the credentials file {} for more than {} s", file.display(), waited.as_secs_f32())]
    CredentialsFileKept {
        /// The file.
        file: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// This server lacks an ability.
    #[error("this server does not offer {what}")]
    Unsupported {
        /// The ability, as the end of a sentence.
        what: &'static str,
    },
    /// The caller cannot see what would have to be seen to answer. It may be there.
    #[error("the caller cannot see {what}")]
    NotVisible {
        /// What cannot be seen.
        what: String,
    },
    /// Several objects have names that differ only in case from the one that was asked for.
    #[error("several differ from `{name}` only in case; spell the name exactly")]
    Ambiguous {
        /// The name that was asked for.
        name: String,
    },
    /// A key was made, and the answer does not hold its secret: the key is of no use to anyone and has to be deleted.
    #[error("the server made an API key and did not answer its secret; delete the key with the id `{id}`")]
    NoSecret {
        /// The key that was made.
        id: ApiKeyId,
    },
}

impl ErrorKind {
    /// Whether the same request may be answered another time.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_)
                | Self::ServerFailed(_)
                | Self::Partial(_)
                | Self::Broken(_)
                | Self::Unreachable(_)
                | Self::Interrupted(_)
                | Self::TimedOut { .. }
        )
    }
}

/// How an operation went until it failed.
pub(crate) struct Course {
    pub(crate) operation: &'static str,
    pub(crate) url: Url,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Error {
    /// The error of an operation that was sent, or was about to be.
    pub(crate) fn new(kind: ErrorKind, status: Option<StatusCode>, reach: Reach, course: Course) -> Self {
        let Course { operation, mut url, attempts, elapsed } = course;
        url.set_query(None);
        Self { inner: Arc::new(Inner { kind, operation, url: Some(url), status, attempts, elapsed }), reach }
    }

    /// The error of an operation that failed by what is known here.
    pub(crate) fn of(operation: &'static str, kind: ErrorKind) -> Self {
        let (attempts, elapsed) = (0, Duration::ZERO);
        let inner = Inner { kind, operation, url: None, status: None, attempts, elapsed };
        Self { inner: Arc::new(inner), reach: Reach::NotSent }
    }

    /// The same failure, known to be of another kind than the answer alone tells.
    pub(crate) fn with_kind(&self, kind: ErrorKind) -> Self {
        let Inner { operation, ref url, status, attempts, elapsed, .. } = *self.inner;
        let inner = Inner { kind, operation, url: url.clone(), status, attempts, elapsed };
        Self { inner: Arc::new(inner), reach: self.reach }
    }

    /// The same failure, as that of a change which had got so far.
    pub(crate) fn having_reached(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The operation that failed, by its name in W&B's API.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.inner.operation
    }

    /// The last answer's HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// How many requests were sent, or tried to be.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// How long the operation took, from the call to the failure.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed
    }

    /// The server's own messages.
    #[must_use]
    pub fn server_messages(&self) -> &[ServerMessage] {
        match self.kind() {
            ErrorKind::Unauthorized(messages)
            | ErrorKind::Forbidden(messages)
            | ErrorKind::NotFound(messages)
            | ErrorKind::Conflict(messages)
            | ErrorKind::RateLimited(messages)
            | ErrorKind::Rejected(messages)
            | ErrorKind::ServerFailed(messages)
            | ErrorKind::Partial(messages) => messages.as_slice(),
            _ => &[],
        }
    }

    /// The server says that the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind(), ErrorKind::NotFound(_))
    }

    /// The server says that such an object exists already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind(), ErrorKind::Conflict(_))
    }

    /// The server does not accept the credential.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unauthorized(_))
    }

    /// The server does not accept the identity token that was to be exchanged.
    #[must_use]
    pub fn is_identity_refused(&self) -> bool {
        self.is_auth() && self.operation() == EXCHANGE
    }

    /// The credential is good and the caller may not do this.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.kind(), ErrorKind::Forbidden(_))
    }

    /// This server lacks an ability that the call needs.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unsupported { .. })
    }

    /// The caller cannot see what would have to be seen. It is *not* known to be gone.
    #[must_use]
    pub fn is_not_visible(&self) -> bool {
        matches!(self.kind(), ErrorKind::NotVisible { .. })
    }

    /// The same call may succeed later. Whether it is safe to repeat is another question: see
    /// [`is_unclear`](Self::is_unclear).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind().is_transient()
            || matches!(self.kind(), ErrorKind::MustWait { .. } | ErrorKind::DeadlineExceeded { .. })
    }

    /// The server looked at what was asked for and did not do it. Another request of this caller may fare better.
    pub(crate) fn is_refusal(&self) -> bool {
        let is_about_the_request =
            matches!(self.kind(), ErrorKind::Rejected(_) | ErrorKind::NotFound(_) | ErrorKind::Conflict(_));
        is_about_the_request && !self.is_unclear()
    }

    /// The change that was asked for may or may not have happened. Look before repeating it. Never set for a read.
    ///
    /// Many a refusal is unclear, as a server says it in words alone ([`server_messages`](Self::server_messages)), and
    /// so it tells as well of what was done and could not be shown. One that is not
    /// [retryable](Self::is_retryable), and after which a look finds nothing, is to be believed.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        self.reach > Reach::Refused
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, operation, url, status, attempts, elapsed } = &*self.inner;
        write!(f, "{operation} failed: {kind}")?;
        if let Some(url) = url {
            write!(f, " ({url}")?;
            if let Some(status) = status {
                write!(f, ", HTTP {}", status.as_u16())?;
            }
            if *attempts > 1 {
                write!(f, ", {attempts} attempts in {:.1} s", elapsed.as_secs_f32())?;
            }
            f.write_str(")")?;
        }
        // Where the server told what went wrong, its words say more.
        if self.reach > Reach::Doubtful {
            f.write_str("; whether the change happened is not known")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("operation", &self.inner.operation)
            .field("url", &self.inner.url.as_ref().map(Url::as_str))
            .field("status", &self.inner.status)
            .field("attempts", &self.inner.attempts)
            .field("elapsed", &self.inner.elapsed)
            .field("reach", &self.reach)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.kind.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(attempts: u32) -> Course {
        Course {
            operation: "CreateTeam",
            url: "https://example.com/graphql?token=hunter2".parse().unwrap(),
            attempts,
            elapsed: Duration::from_millis(1250),
        }
    }

    #[test]
    fn says_what_where_how_often_and_whether_it_may_have_happened() {
        let message = ServerMessage::new("name is taken", None);
        let error = Error::new(
            ErrorKind::Conflict(ServerMessages::from_iter([message])),
            Some(StatusCode::CONFLICT),
            Reach::Refused,
            course(1),
        );
        assert_eq!(
            error.to_string(),
            "CreateTeam failed: it exists already: name is taken (https://example.com/graphql, HTTP 409)"
        );
        assert!(error.is_conflict() && !error.is_unclear() && !error.is_retryable());

        let error = Error::new(ErrorKind::TimedOut { after: Duration::from_secs(30) }, None, Reach::Unclear, course(3));
        assert_eq!(
            error.to_string(),
            "CreateTeam failed: no answer within 30 s (https://example.com/graphql, 3 attempts in 1.2 s); whether the \
             change happened is not known"
        );
        assert!(error.is_retryable() && error.is_unclear());

        let denial = ErrorKind::Rejected(ServerMessages::from_iter([ServerMessage::new("permission denied", None)]));
        let error = Error::new(denial, Some(StatusCode::OK), Reach::Doubtful, course(1));
        assert_eq!(
            error.to_string(),
            "CreateTeam failed: the server refused the request: permission denied (https://example.com/graphql, HTTP 200)"
        );
        assert!(error.is_unclear() && !error.is_retryable());
    }

    #[test]
    fn a_cause_is_a_source_and_not_printed() {
        let cause = std::io::Error::other("connection refused");
        let error = Error::new(ErrorKind::Unreachable(cause.into()), None, Reach::NotSent, course(1));
        assert!(!error.to_string().contains("refused"), "{error}");
        assert_eq!(error.source().unwrap().to_string(), "connection refused");
    }

    #[test]
    fn an_ability_that_lacks_needs_no_request() {
        let error = Error::of("CreateServiceAccount", ErrorKind::Unsupported { what: "federated service accounts" });
        assert_eq!(
            error.to_string(),
            "CreateServiceAccount failed: this server does not offer federated service accounts"
        );
        assert!(error.is_unsupported() && !error.is_retryable());
    }
}
