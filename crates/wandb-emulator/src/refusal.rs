//! Why the backend refuses to do something: one vocabulary, which each API puts in its own words.

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
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The emulator itself failed.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Refusal {
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
