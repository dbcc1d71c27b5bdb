//! What a change of an attribute comes to in a plan, small and composable as validators are.
//!
//! ```
//! use tfplugin::schema::modifier::{Equality, Replace};
//! use tfplugin::schema::string;
//!
//! let shrinks = Replace::when(|change| change.planned.as_str() < change.prior.as_str());
//! let spelling = Equality::text(str::eq_ignore_ascii_case);
//! let trimmed = Equality::text(|left, right| left.trim() == right.trim());
//! let size = string("The size.").replaced(Replace::IfConfigured.and(shrinks)).equal_when(spelling.or(trimmed));
//! # let _ = size;
//! ```

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// When a change of an attribute means that the object is made anew.
#[derive(Clone, Default)]
pub enum Replace {
    /// Never: it can be changed in place.
    #[default]
    Never,
    /// Always.
    Always,
    /// When the configuration asks for the change; not when the provider computes another value.
    IfConfigured,
    /// When a rule says so: see [`Replace::when`].
    If(Arc<Decision>),
}

/// A rule of [`Replace::If`].
pub type Decision = dyn Fn(&ReplaceRequest<'_>) -> bool + Send + Sync;

/// What [`Replace::If`] decides by.
#[derive(Debug)]
pub struct ReplaceRequest<'a> {
    /// The attribute as it is.
    pub prior: &'a Value,
    /// The attribute as configured.
    pub config: &'a Value,
    /// The attribute as it will be; unknown where that is not known yet.
    pub planned: &'a Value,
}

impl Replace {
    /// When a rule of one's own says so. It sees changes alone.
    pub fn when(decide: impl Fn(&ReplaceRequest<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self::If(Arc::new(decide))
    }

    /// When both say so.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (left, right) => Self::when(move |change| left.applies(change) && right.applies(change)),
        }
    }

    /// When at least one says so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, only) | (only, Self::Never) => only,
            (left, right) => Self::when(move |change| left.applies(change) || right.applies(change)),
        }
    }

    /// Whether a change means that the object is made anew.
    #[must_use]
    pub fn applies(&self, change: &ReplaceRequest<'_>) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::IfConfigured => !change.config.is_null(),
            Self::If(decide) => decide(change),
        }
    }
}

/// When two spellings of a value mean the same.
#[derive(Clone)]
pub struct Equality(Arc<Comparison>);

type Comparison = dyn Fn(&Value, &Value) -> bool + Send + Sync;

impl Equality {
    /// A rule of one's own.
    pub fn new(same: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(same))
    }

    /// A rule for text.
    pub fn text(same: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        Self::new(
            move |left, right| matches!((left.as_str(), right.as_str()), (Some(left), Some(right)) if same(left, right)),
        )
    }

    /// By both rules.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(move |left, right| self.holds(left, right) && other.holds(left, right))
    }

    /// By at least one of the rules.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::new(move |left, right| self.holds(left, right) || other.holds(left, right))
    }

    /// Whether two values mean the same. What is null or not known in all its parts is not shown to the rule.
    #[must_use]
    pub fn holds(&self, left: &Value, right: &Value) -> bool {
        let comparable = |value: &Value| !value.is_null() && value.is_wholly_known();
        comparable(left) && comparable(right) && (self.0)(left, right)
    }
}

impl fmt::Debug for Equality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Equality")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_combined() {
        let longer = || {
            let length = |value: &Value| value.as_str().map(str::len);
            Replace::when(move |change| length(change.planned) > length(change.prior))
        };
        let never = || Replace::Never;
        // Whether it is configured, whether it is longer, and what comes of it.
        let cases: [(Replace, [bool; 4]); 7] = [
            (Replace::IfConfigured.and(longer()), [true, false, false, false]),
            (Replace::IfConfigured.or(longer()), [true, true, true, false]),
            (Replace::Always.and(longer()), [true, false, true, false]),
            (Replace::Always.or(longer()), [true; 4]),
            (never().or(longer()), [true, false, true, false]),
            (longer().or(never()), [true, false, true, false]),
            (never().and(Replace::Always), [false; 4]),
        ];
        for (index, (replace, expected)) in cases.into_iter().enumerate() {
            let found = [(true, "long"), (true, "s"), (false, "long"), (false, "s")].map(|(is_configured, planned)| {
                let planned = Value::from(planned);
                let config = if is_configured { planned.clone() } else { Value::Null };
                replace.applies(&ReplaceRequest { prior: &"old".into(), config: &config, planned: &planned })
            });
            assert_eq!(found, expected, "case {index}");
        }
        assert!(matches!(never().and(longer()), Replace::Never), "so that nobody asks");
    }

    #[test]
    fn spellings_are_combined_and_only_what_is_known_is_compared() {
        let case = || Equality::text(str::eq_ignore_ascii_case);
        let space = || Equality::text(|left, right| left.trim() == right.trim());
        let holds = |equality: Equality| ["A", " a", " A"].map(|right| equality.holds(&"a".into(), &right.into()));
        assert_eq!(holds(case()), [true, false, false]);
        assert_eq!(holds(case().or(space())), [true, true, false]);
        assert_eq!(holds(case().and(space())), [false, false, false]);

        let any = Equality::new(|_, _| true);
        let half = || Value::List(vec!["a".into(), Value::unknown()]);
        for absent in [Value::Null, Value::unknown(), half()] {
            assert!(!any.holds(&absent, &"a".into()) && !any.holds(&"a".into(), &absent), "{absent:?}");
        }
        assert!(!case().holds(&true.into(), &true.into()), "no text");
    }
}
