//! Terraform's own rules for what a provider answers, written from how hosts behave and not from the SDK.
//!
//! The functions here are pure: they compare values and name what is broken. [`Session`](crate::Session) holds every
//! answer against them.

mod applied;
mod planned;
mod state;

use tfplugin::value::{Path, Step, Value};

pub(crate) use self::applied::{compatible, difference};
pub(crate) use self::planned::planned;
pub(crate) use self::state::{identity_kept, identity_stored, known, private_kept, result_known, without_write_only};

/// A rule that an answer broke, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub rule: Rule,
    /// The place in the value; the root where it is the answer as a whole.
    pub path: Path,
}

/// What Terraform asks of a provider.
///
/// Hosts hold most of the rules themselves and blame the provider. Some they tolerate although something is lost:
/// [`Rule::is_held_by_terraform`] tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Somebody sets each attribute, required ones are set by the configuration alone, each has one type, and nothing
    /// write-only is computed or in a set, where it would be stored.
    #[error("is declared as no schema may be")]
    Schema,
    /// A name is of small letters, digits and `_`.
    #[error("is declared under a name that is none")]
    SchemaName,
    /// An answer is a value of its schema's type.
    #[error("is no value of its type")]
    Type,
    /// A planned value is the configured one, or the prior one where the difference means nothing.
    #[error("is configured, but planned neither as configured nor as it was")]
    PlannedConfigured,
    /// Only a computed attribute has a plan where the configuration says nothing.
    #[error("is neither configured nor computed, but planned")]
    PlannedUnconfigured,
    /// A plan has an object where the configuration has one, and none for a destroy.
    #[error("is planned to exist where the configuration has none, or to be absent where it has one")]
    PlannedExistence,
    /// A plan has the elements that the configuration has.
    #[error("is planned with other elements than are configured")]
    PlannedElements,
    /// A write-only value is in the configuration alone.
    #[error("is write-only, but in a plan, state or result")]
    WriteOnly,
    /// What makes a replacement necessary is in the object.
    #[error("asks for replacement, but is neither in the state nor in the plan")]
    ReplacePath,
    /// Only a change makes a replacement necessary.
    #[error("asks for replacement, but does not change")]
    ReplaceUnchanged,
    /// The plan that is made again at apply time has the same action.
    #[error("is planned as another action when it is applied")]
    FinalAction,
    /// The plan that is made again at apply time has the known values of the first.
    #[error("is planned as another value when it is applied")]
    FinalPlan,
    /// An applied value is the planned one.
    #[error("was applied as another value than planned")]
    Applied,
    /// An applied value obeys what the plan said of it while it was unknown.
    #[error("does not hold what was planned about it")]
    AppliedRefinement,
    /// After an apply, there is an object; after a destroy, there is none.
    #[error("exists after it was destroyed, or does not exist after it was applied")]
    AppliedExistence,
    /// A state is wholly known.
    #[error("is unknown in a state")]
    Known,
    /// So is what a function, an ephemeral resource or an import answers. Hosts take it as it is, and all that is made of
    /// it stays unknown.
    #[error("is unknown in a result")]
    ResultKnown,
    /// An import finds one object of the type that was asked for.
    #[error("was imported as nothing, as several objects or as another type")]
    Imported,
    /// An object that was imported is there when it is read.
    #[error("is gone when it is read after the import")]
    ImportedExistence,
    /// What was imported by its identity has one.
    #[error("was imported by its identity, but has none")]
    ImportedIdentity,
    /// An import gives the state that the object has.
    #[error("is imported as another value than it has")]
    ImportedState,
    /// The identity of an object stays the same.
    #[error("changed the identity of the object")]
    IdentityChanged,
    /// The identity of an object is in every answer about it: without, it is lost.
    #[error("left out the identity of the object")]
    IdentityLost,
    /// The identity of an object is wholly known when the object exists.
    #[error("has an unknown or empty part in the identity of the object")]
    IdentityKnown,
    /// Private bytes are in every answer about an object that has some: without, they are lost.
    #[error("left out the private bytes of the object")]
    PrivateLost,
    /// Reading twice gives the same where nothing has changed, private bytes included.
    #[error("is read differently although nothing has changed")]
    ReadStable,
    /// Upgrading a state of the present version changes nothing.
    #[error("is changed by an upgrade to the version that it has")]
    UpgradeStable,
    /// After an apply nothing is left to do.
    #[error("is planned to change again right after it was applied")]
    Settled,
    /// A data source or ephemeral resource answers with an object.
    #[error("has no object")]
    ResultExistence,
    /// What is configured is in the result as configured.
    #[error("is configured, but another value in the result")]
    ResultConfigured,
    /// A renewal hands back the private bytes: hosts differ in which of them they close with.
    #[error("changed the private bytes of what was opened")]
    RenewedPrivate,
    /// An invocation says how it ended, once and at its end. Hosts take one that does not for a success.
    #[error("does not end by saying how it ended")]
    InvocationEnd,
    /// A process ends well, after having written nothing but its handshake to standard output.
    #[error("ended badly, or wrote to standard output")]
    Process,
}

impl Rule {
    /// Whether Terraform itself refuses a breach. Of the others it is silent.
    #[must_use]
    pub fn is_held_by_terraform(self) -> bool {
        !matches!(
            self,
            Self::SchemaName
                | Self::ReplaceUnchanged
                | Self::IdentityChanged
                | Self::IdentityLost
                | Self::IdentityKnown
                | Self::ImportedState
                | Self::PrivateLost
                | Self::ReadStable
                | Self::UpgradeStable
                | Self::Settled
                | Self::ResultConfigured
                | Self::ResultKnown
                | Self::RenewedPrivate
                | Self::InvocationEnd
                | Self::Process
        )
    }
}

impl Breach {
    pub(crate) fn new(rule: Rule, path: Path) -> Self {
        Self { rule, path }
    }

    /// A breach of an answer as a whole.
    pub(crate) fn whole(rule: Rule) -> Self {
        Self::new(rule, Path::root())
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_root() {
            return write!(f, "`{}` {}", self.path, self.rule);
        }
        let subject = match self.rule {
            Rule::Process => "the process",
            Rule::IdentityChanged
            | Rule::IdentityLost
            | Rule::IdentityKnown
            | Rule::PrivateLost
            | Rule::ResultExistence
            | Rule::InvocationEnd => "the answer",
            _ => "the object",
        };
        write!(f, "{subject} {}", self.rule)
    }
}

/// Whether two values are the same, whatever is known about the unknown in them.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Unknown(_), Value::Unknown(_)) => true,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Set(left), Value::Set(right)) => {
            let (left, right) = (left.as_slice(), right.as_slice());
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((key, left), (other, right))| key == other && same(left, right))
        }
        (Value::Dynamic(left), Value::Dynamic(right)) => left.0 == right.0 && same(&left.1, &right.1),
        (left, right) => left == right,
    }
}

/// The places of the values inside a list, set or map, each with its step.
pub(crate) fn elements(value: &Value) -> Vec<(Step, &Value)> {
    match value {
        Value::List(values) => values.iter().enumerate().map(|(index, value)| (Step::Index(index), value)).collect(),
        Value::Set(values) => {
            values.as_slice().iter().map(|value| (Step::Element(Box::new(value.clone())), value)).collect()
        }
        Value::Map(values) => values.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_reads_as_a_sentence() {
        let cases = [
            (Breach::new(Rule::Known, "id".into()), "`id` is unknown in a state"),
            (Breach::whole(Rule::Type), "the object is no value of its type"),
            (Breach::whole(Rule::IdentityLost), "the answer left out the identity of the object"),
            (Breach::whole(Rule::Process), "the process ended badly, or wrote to standard output"),
        ];
        for (breach, expected) in cases {
            assert_eq!(breach.to_string(), expected);
        }
    }
}
