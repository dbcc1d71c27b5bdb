//! Null, unknown or known.

use std::fmt;
use std::panic::Location;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Refinement;

/// The value of one attribute: null, not known yet, or known.
///
/// `Debug` says which of the three, not the value, as any value may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Attr<T> {
    /// Absent.
    #[default]
    Null,
    /// Known after apply only; the refinement says what is known all the same.
    Unknown(Option<Box<Refinement>>),
    /// Present.
    Known(T),
}

impl<T> Attr<T> {
    /// Unknown, with nothing known about it.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::Unknown(None)
    }

    /// The value where it is known, else `None`. Null and unknown look alike then: for places where both mean
    /// "cannot say".
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown(_) => None,
        }
    }

    /// The value of an attribute that is certainly there, such as a required one in `create`.
    ///
    /// # Errors
    /// When it is not: a bug of the provider, told with the place in its source.
    #[track_caller]
    pub fn get(&self) -> Result<&T, Absent> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Null => Err(Absent { what: "null", location: Location::caller() }),
            Self::Unknown(_) => Err(Absent { what: "unknown", location: Location::caller() }),
        }
    }

    /// Null as `None`, of an attribute that is certainly not unknown, such as an optional one in `create`.
    ///
    /// # Errors
    /// When it is unknown: a bug of the provider, told with the place in its source.
    #[track_caller]
    pub fn get_optional(&self) -> Result<Option<&T>, Absent> {
        match self {
            Self::Known(value) => Ok(Some(value)),
            Self::Null => Ok(None),
            Self::Unknown(_) => Err(Absent { what: "unknown", location: Location::caller() }),
        }
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is unknown.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl Attr<String> {
    /// The text where it is known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Attr<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T> fmt::Debug for Attr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Unknown(_) => "unknown",
            Self::Known(_) => "known",
        })
    }
}

/// A value was asked for where there is none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a value that should be known is {what} (at {location})")]
pub struct Absent {
    what: &'static str,
    location: &'static Location<'static>,
}

impl From<Absent> for Diagnostics {
    fn from(absent: Absent) -> Self {
        Diagnostic::bug(format!("Internally, {absent}.")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_told_with_its_place_and_never_the_value() {
        let error = Attr::<String>::Null.get().unwrap_err().to_string();
        assert!(error.contains("is null (at ") && error.contains("attr.rs:"), "{error}");
        assert!(Attr::<String>::unknown().get_optional().is_err());
        assert_eq!(format!("{:?}", Attr::<String>::from("hunter2")), "known");
    }
}
