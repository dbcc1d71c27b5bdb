//! The payload of mutations that remove something.

use serde::Deserialize;

use super::Document;
use crate::error::{Error, ErrorKind, ServerMessages};

/// Whether it was done. A server that does not say so has not said that it is gone.
#[derive(Deserialize)]
pub(crate) struct Success {
    success: bool,
}

impl Document {
    /// The outcome of removing something: done, or false where the server knows none; a plain "no" is an error.
    pub(crate) fn check_removed(&self, payload: Result<Success, Error>) -> Result<bool, Error> {
        match payload {
            Ok(Success { success: false }) => {
                Err(Error::of(self.operation().name, ErrorKind::Rejected(ServerMessages::default())))
            }
            Err(error) if !error.is_not_found() => Err(error),
            Ok(_) => Ok(true),
            Err(_) => Ok(false),
        }
    }
}
