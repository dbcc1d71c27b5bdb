//! What is known about an unknown value.

use super::Number;

/// What is known about a value that is not known yet.
///
/// Hosts carry refinements through expressions: a computed id whose prefix is known at plan can decide a
/// validation in another resource. A refinement that was planned must hold in what is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinement {
    /// `Some(true)` for certainly null, `Some(false)` for certainly not null.
    pub null: Option<bool>,
    /// The characters that the string begins with; empty where nothing is known.
    pub prefix: String,
    /// The least that the number can be.
    pub lower: Option<Bound>,
    /// The most that the number can be.
    pub upper: Option<Bound>,
    /// The fewest elements that the collection can have.
    pub min_length: Option<u64>,
    /// The most elements that the collection can have.
    pub max_length: Option<u64>,
}

/// One end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bound {
    /// Where the range ends.
    pub number: Number,
    /// Whether `number` itself is in the range.
    pub inclusive: bool,
}

impl Refinement {
    /// Certainly not null.
    #[must_use]
    pub fn not_null() -> Self {
        Self { null: Some(false), ..Self::default() }
    }

    /// A string that is not null and begins with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::not_null() }
    }

    /// Whether it says nothing. The protocol forbids to send such a one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
