//! Why the backend refuses to do something: one vocabulary, which each API puts in its own words.

use axum::http::StatusCode;

use crate::secret::NoRandomness;
use crate::store::StoreError;

/// A refusal; its text is for the person who made the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The caller may not.
    #[error("{0}")]
    Forbidden(String),
    /// The object is not there, or the caller may not know that it is.
    #[error("{0}")]
    NotFound(String),
    /// The object is there already.
    #[error("{0}")]
    Conflict(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The object is no longer what the caller has seen.
    #[error("{0}")]
    Precondition(String),
    /// The emulator itself failed.
    #[error("the emulator failed: {}", with_causes(.0))]
    Store(StoreError),
    /// The emulator itself failed.
    #[error("the emulator failed: {}", with_causes(.0))]
    NoRandomness(NoRandomness),
}

/// An error with all that caused it, as the answer to a request is the only place where it can be told.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NoRandomness> for Refusal {
    fn from(error: NoRandomness) -> Self {
        Self::NoRandomness(error)
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Refusal {
    /// The status with which it is answered where the API has no other way to tell.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Precondition(_) => StatusCode::PRECONDITION_FAILED,
            Self::Store(_) | Self::NoRandomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden(message.into())
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound(message.into())
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into())
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}
