//! Rules for configured values, small and composable.
//!
//! A rule judges one known value; null and unknown values are not shown to it.
//!
//! ```
//! use tfplugin::schema::validator::{Validator, length, one_of, trimmed};
//!
//! let lowercase = Validator::text("in lower case", |text| !text.chars().any(char::is_uppercase));
//! let name = length(1..=64).and(trimmed()).and(lowercase);
//! assert!(name.holds(&"notes".into()));
//! assert!(!name.holds(&"Notes".into()));
//!
//! // What is expected ends a sentence in the user's message.
//! assert_eq!(one_of(&["read", "write"]).expectation(), "\"read\" or \"write\"");
//! ```

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::duration;
use crate::value::{Number, Value};

/// A rule for a value.
#[derive(Clone)]
pub struct Validator {
    expectation: String,
    holds: Arc<dyn Fn(&Value) -> bool + Send + Sync>,
}

impl Validator {
    /// A rule of one's own. The expectation ends the sentence "The value must be ...".
    pub fn new(expectation: impl Into<String>, holds: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        Self { expectation: expectation.into(), holds: Arc::new(holds) }
    }

    /// A rule for text.
    pub fn text(expectation: impl Into<String>, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::new(expectation, move |value| value.as_str().is_none_or(&holds))
    }

    /// What a value must be: it ends the sentence "The value must be ...".
    #[must_use]
    pub fn expectation(&self) -> &str {
        &self.expectation
    }

    /// Whether a known value obeys.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        (self.holds)(value)
    }

    /// Both rules.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let expectation = format!("{} and {}", self.expectation, other.expectation);
        Self::new(expectation, move |value| self.holds(value) && other.holds(value))
    }

    /// At least one of the rules.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let expectation = format!("{} or {}", self.expectation, other.expectation);
        Self::new(expectation, move |value| self.holds(value) || other.holds(value))
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Validator").field(&self.expectation).finish()
    }
}

/// One of the given words.
#[must_use]
pub fn one_of(words: &'static [&'static str]) -> Validator {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let expectation = match quoted.as_slice() {
        [only] => only.clone(),
        [left, right] => format!("{left} or {right}"),
        several => format!("one of {}", several.join(", ")),
    };
    Validator::text(expectation, move |text| words.contains(&text))
}

/// Text of so many characters.
#[must_use]
pub fn length(characters: RangeInclusive<usize>) -> Validator {
    let expectation = format!("{} to {} characters long", characters.start(), characters.end());
    Validator::text(expectation, move |text| characters.contains(&text.chars().count()))
}

/// Text that is not empty and neither begins nor ends with white space.
#[must_use]
pub fn not_blank() -> Validator {
    Validator::text("not empty and without white space at its ends", |text| !text.is_empty() && text.trim() == text)
}

/// Text that neither begins nor ends with white space.
#[must_use]
pub fn trimmed() -> Validator {
    Validator::text("without white space at its ends", |text| text.trim() == text)
}

/// A whole number that fits `i64`.
#[must_use]
pub fn whole() -> Validator {
    Validator::new("a whole number", |value| match value {
        Value::Number(number) => number.to_i64().is_some(),
        _ => true,
    })
}

/// A number in a range, both ends included.
#[must_use]
pub fn between(range: RangeInclusive<i64>) -> Validator {
    let (low, high) = (Number::from(*range.start()), Number::from(*range.end()));
    Validator::new(format!("between {low} and {high}"), move |value| match value {
        Value::Number(number) => (&low..=&high).contains(&number),
        _ => true,
    })
}

/// A duration in Go's form, above zero: see [`crate::duration`].
#[must_use]
pub fn go_duration() -> Validator {
    Validator::text("a duration above zero, such as \"30s\", \"1h30m\" or \"720h\"", |text| {
        duration::parse(text).is_ok_and(|duration| !duration.is_zero())
    })
}

/// A collection of so many elements.
#[must_use]
pub fn size(elements: RangeInclusive<usize>) -> Validator {
    let expectation = format!("a collection of {} to {} elements", elements.start(), elements.end());
    Validator::new(expectation, move |value| match value {
        Value::List(values) => elements.contains(&values.len()),
        Value::Set(values) => elements.contains(&values.as_slice().len()),
        Value::Map(values) => elements.contains(&values.len()),
        _ => true,
    })
}

/// A collection whose known elements obey a rule.
#[must_use]
pub fn each(rule: Validator) -> Validator {
    let judge = move |value: &Value| value.is_null() || value.is_unknown() || rule.holds(value);
    let expectation = "a collection of valid elements";
    Validator::new(expectation, move |value| match value {
        Value::List(values) => values.iter().all(&judge),
        Value::Set(values) => values.as_slice().iter().all(&judge),
        Value::Map(values) => values.values().all(&judge),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_or_not() {
        let texts = |values: &[&str]| Value::List(values.iter().map(|text| Value::from(*text)).collect());
        let cases: Vec<(Validator, Value, bool)> = vec![
            (one_of(&["a", "b"]), "b".into(), true),
            (one_of(&["a", "b"]), "B".into(), false),
            (length(1..=2), "éé".into(), true),
            (length(1..=2), "".into(), false),
            (not_blank(), "".into(), false),
            (not_blank(), " a".into(), false),
            (trimmed(), "a ".into(), false),
            (trimmed(), "".into(), true),
            (whole(), Value::Number("1.5".parse().unwrap()), false),
            (whole(), Value::from(3), true),
            (between(1..=5), Value::from(5), true),
            (between(1..=5), Value::Number("5.1".parse().unwrap()), false),
            (go_duration(), "1ms".into(), true),
            (go_duration(), "0s".into(), false),
            (go_duration(), "1d".into(), false),
            (size(1..=1), texts(&["a"]), true),
            (size(1..=1), texts(&[]), false),
            (each(length(1..=1)), texts(&["a", "bb"]), false),
            (each(length(1..=1)), Value::List(vec![Value::unknown(), Value::Null]), true),
            (length(1..=1).or(one_of(&["auto"])), "auto".into(), true),
            (length(1..=9).and(one_of(&["auto"])), "other".into(), false),
        ];
        for (rule, value, expected) in cases {
            assert_eq!(rule.holds(&value), expected, "{rule:?} of {}", value.kind());
        }
    }

    #[test]
    fn expectations_end_a_sentence() {
        assert_eq!(one_of(&["a", "b"]).expectation(), "\"a\" or \"b\"");
        assert_eq!(one_of(&["a", "b", "c"]).expectation(), "one of \"a\", \"b\", \"c\"");
        assert_eq!(between(1..=5).expectation(), "between 1 and 5");
    }
}
