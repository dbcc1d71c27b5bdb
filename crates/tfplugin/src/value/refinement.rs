//! What is known about an unknown value.

use super::{Number, Value};

/// What is known about a value that is not known yet.
///
/// Hosts carry refinements through expressions: a computed id whose prefix is known at plan can decide a
/// validation in another resource. A refinement that was planned must hold in what is applied.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Shows no bounds and no prefix, as any value may be secret.
impl std::fmt::Debug for Refinement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refinement")
    }
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

    /// Whether a known value is one that this refinement allows.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        if value.is_null() {
            return self.null != Some(false);
        }
        let length = match value {
            Value::List(elements) => Some(elements.len()),
            Value::Set(elements) => Some(elements.as_slice().len()),
            Value::Map(elements) => Some(elements.len()),
            _ => None,
        };
        let length = length.and_then(|length| u64::try_from(length).ok());
        let in_range = |number: &Number| {
            let above = |b: &Bound| if b.inclusive { *number >= b.number } else { *number > b.number };
            let below = |b: &Bound| if b.inclusive { *number <= b.number } else { *number < b.number };
            self.lower.as_ref().is_none_or(above) && self.upper.as_ref().is_none_or(below)
        };
        let fits = match value {
            Value::String(text) => text.starts_with(&self.prefix),
            Value::Number(number) => in_range(number),
            _ => true,
        };
        let long_enough = |length| self.min_length.is_none_or(|min| length >= min);
        let short_enough = |length| self.max_length.is_none_or(|max| length <= max);
        self.null != Some(true) && fits && length.is_none_or(|length| long_enough(length) && short_enough(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refinement_holds_or_not() {
        let bound = |number: i64, inclusive| Some(Bound { number: number.into(), inclusive });
        let range = Refinement { lower: bound(1, true), upper: bound(3, false), ..Refinement::default() };
        let length = Refinement { min_length: Some(1), max_length: Some(2), ..Refinement::default() };
        let cases = [
            (Refinement::not_null(), Value::Null, false),
            (Refinement { null: Some(true), ..Refinement::default() }, Value::Null, true),
            (Refinement::prefix("a:"), Value::from("a:b"), true),
            (Refinement::prefix("a:"), Value::from("b"), false),
            (range.clone(), Value::from(1), true),
            (range, Value::from(3), false),
            (length.clone(), Value::List(vec![Value::Null]), true),
            (length, Value::List(vec![]), false),
            (Refinement::default(), Value::Null, true),
        ];
        for (refinement, value, expected) in cases {
            assert_eq!(refinement.holds(&value), expected, "of {}", value.kind());
        }
    }
}
