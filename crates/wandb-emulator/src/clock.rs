//! The time that the whole emulator lives by, which tests can move.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp, Unit};

/// A clock that runs beside the system's, or stands still.
#[derive(Debug)]
pub(crate) struct Clock {
    reading: Mutex<Reading>,
}

#[derive(Debug, Clone, Copy)]
enum Reading {
    Running { ahead: SignedDuration },
    Stopped { at: Timestamp },
}

impl Clock {
    /// A clock that shows the system's time.
    pub(crate) fn real() -> Self {
        Self { reading: Mutex::new(Reading::Running { ahead: SignedDuration::ZERO }) }
    }

    /// A clock that stands at this time until it is moved.
    pub(crate) fn stopped(at: Timestamp) -> Self {
        Self { reading: Mutex::new(Reading::Stopped { at }) }
    }

    /// The time in whole seconds, as the `Date` header has it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = match *self.reading() {
            Reading::Running { ahead } => Timestamp::now().saturating_add(ahead),
            Reading::Stopped { at } => Ok(at),
        };
        // Rounding down to seconds cannot leave the range that a time was in.
        let truncate = jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor);
        now.and_then(|now| now.round(truncate)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Stops at this time.
    pub(crate) fn stop_at(&self, at: Timestamp) {
        *self.reading() = Reading::Stopped { at };
    }

    /// Goes this much further, running or stopped as before.
    pub(crate) fn advance(&self, by: SignedDuration) -> Result<(), jiff::Error> {
        let mut reading = self.reading();
        *reading = match *reading {
            Reading::Running { ahead } => Reading::Running { ahead: ahead.saturating_add(by) },
            Reading::Stopped { at } => Reading::Stopped { at: at.checked_add(by)? },
        };
        Ok(())
    }

    /// Runs with the system's time again.
    pub(crate) fn run(&self) {
        *self.reading() = Reading::Running { ahead: SignedDuration::ZERO };
    }

    /// Whether time passes by itself.
    pub(crate) fn is_running(&self) -> bool {
        matches!(*self.reading(), Reading::Running { .. })
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let clock = Clock::stopped("2026-01-02T03:04:05.9Z".parse().unwrap());
        assert_eq!(clock.now().to_string(), "2026-01-02T03:04:05Z");
        clock.advance(SignedDuration::from_hours(24)).unwrap();
        assert_eq!(clock.now().to_string(), "2026-01-03T03:04:05Z");
        assert!(!clock.is_running());
    }

    #[test]
    fn a_running_clock_keeps_its_lead() {
        let clock = Clock::real();
        clock.advance(SignedDuration::from_hours(1)).unwrap();
        let lead = clock.now().duration_since(Timestamp::now());
        assert!(lead > SignedDuration::from_mins(59) && lead <= SignedDuration::from_mins(60), "{lead}");
        assert!(clock.is_running());
    }
}
