//! What goes wrong on demand.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A fault that strikes matching requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// A GraphQL root field such as `generateApiKey`, or a route such as `PATCH /scim/Users/{id}`; all requests without one.
    #[serde(default)]
    pub(crate) operation: Option<String>,
    pub(crate) effect: Effect,
    /// How often it strikes before it is over; for ever without a number.
    #[serde(default)]
    pub(crate) times: Option<NonZeroU32>,
    /// The part of the matching requests that it strikes, from 0 to 1; all without one.
    #[serde(default, deserialize_with = "probability")]
    pub(crate) probability: Option<f64>,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Effect {
    /// Waits, then goes on.
    Delay {
        #[serde(default)]
        when: When,
        milliseconds: u64,
    },
    /// Answers with this status in place of the real answer.
    Status {
        #[serde(default)]
        when: When,
        #[serde(deserialize_with = "status")]
        status: u16,
        /// The body; a JSON error without one.
        #[serde(default)]
        body: Option<String>,
        /// The `Retry-After` header, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// Closes the connection without an answer.
    Reset {
        #[serde(default)]
        when: When,
    },
    /// Sends this many bytes of the real answer, then closes the connection.
    Torn { bytes: usize },
    /// Sends the real answer, then spaces for ever.
    Endless,
}

/// On which side of the change a fault strikes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// Nothing was changed.
    #[default]
    Before,
    /// The change was made.
    After,
}

impl Effect {
    /// Its name in the journal.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Status { .. } => "status",
            Self::Reset { .. } => "reset",
            Self::Torn { .. } => "torn",
            Self::Endless => "endless",
        }
    }

    /// On which side of the change it strikes; what spoils an answer needs one first.
    pub(crate) const fn when(&self) -> When {
        match self {
            Self::Delay { when, .. } | Self::Status { when, .. } | Self::Reset { when } => *when,
            Self::Torn { .. } | Self::Endless => When::After,
        }
    }
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (200..600).contains(&status) {
        return Ok(status);
    }
    Err(D::Error::custom("a status is from 200 to 599"))
}

fn probability<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let probability = Option::<f64>::deserialize(deserializer)?;
    if probability.is_none_or(|probability| (0.0..=1.0).contains(&probability)) {
        return Ok(probability);
    }
    Err(D::Error::custom("a probability is from 0 to 1"))
}

/// The faults that are in force.
#[derive(Debug)]
pub(crate) struct Faults {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    faults: Vec<Fault>,
    random: u64,
}

impl Faults {
    /// None; what strikes with a probability follows from the seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: Mutex::new(State { faults: Vec::new(), random: seed }) }
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    pub(crate) fn all(&self) -> Vec<Fault> {
        self.state().faults.clone()
    }

    pub(crate) fn clear(&self) {
        self.state().faults.clear();
    }

    /// The effect of the first fault that strikes a request with these labels.
    pub(crate) fn strike(&self, labels: &[String]) -> Option<Effect> {
        let mut state = self.state();
        let State { faults, random } = &mut *state;
        let index = faults.iter().position(|fault| {
            fault.operation.as_ref().is_none_or(|operation| labels.contains(operation))
                && fault.probability.is_none_or(|probability| next_fraction(random) < probability)
        })?;
        let fault = faults.get_mut(index)?;
        let effect = fault.effect.clone();
        if let Some(times) = fault.times {
            match NonZeroU32::new(times.get() - 1) {
                Some(left) => fault.times = Some(left),
                None => drop(faults.remove(index)),
            }
        }
        Some(effect)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next number of `SplitMix64`, as a fraction of 1.
fn next_fraction(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    // 32 of its bits are exact in a double, and plenty.
    let upper = u32::try_from(mixed >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset(operation: Option<&str>, times: Option<u32>, probability: Option<f64>) -> Fault {
        let times = times.and_then(NonZeroU32::new);
        let effect = Effect::Reset { when: When::Before };
        Fault { operation: operation.map(str::to_owned), effect, times, probability }
    }

    #[test]
    fn a_fault_strikes_its_operation_as_often_as_it_should() {
        let faults = Faults::new(0);
        faults.add(reset(Some("createTeam"), Some(2), None));
        let strikes = |label: &str| faults.strike(&[label.to_owned()]).is_some();
        assert!(!strikes("viewer"));
        assert!(strikes("createTeam"));
        assert!(strikes("createTeam"));
        assert!(!strikes("createTeam"));
        assert!(faults.all().is_empty());
    }

    #[test]
    fn a_probability_is_kept_and_repeatable() {
        let strikes = |seed| {
            let faults = Faults::new(seed);
            faults.add(reset(None, None, Some(0.25)));
            (0..1000).map(|_| faults.strike(&[]).is_some()).collect::<Vec<_>>()
        };
        let count = strikes(7).iter().filter(|struck| **struck).count();
        assert!((200..300).contains(&count), "{count}");
        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
    }
}
