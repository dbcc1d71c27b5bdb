//! When to send again, as a function of what happened: exponential backoff with full jitter.

use std::time::Duration;

/// The first wait is at most this long.
const FIRST: Duration = Duration::from_millis(250);
/// No wait that the server did not ask for is longer.
const LONGEST: Duration = Duration::from_secs(16);
/// What the server asks for is exceeded by at most this much, so that those who were told the same do not return at
/// once.
const SPREAD: Duration = Duration::from_millis(250);

/// Where in its range a wait lies: 0 is at its beginning, 1 at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Jitter(f64);

impl Jitter {
    /// Another one each time. A system without random numbers gets the longest waits.
    pub(crate) fn random() -> Self {
        let unit = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
        Self(unit)
    }

    fn of(self, range: Duration) -> Duration {
        range.mul_f64(self.0)
    }
}

/// How long to wait after so many attempts.
pub(crate) fn wait(attempts: u32, asked_for: Option<Duration>, jitter: Jitter) -> Duration {
    if let Some(asked_for) = asked_for {
        return asked_for.saturating_add(jitter.of(SPREAD));
    }
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
    jitter.of(doubled.min(LONGEST))
}

/// A wait that the server asked for, spread a little.
pub(crate) fn spread(jitter: Jitter) -> Duration {
    jitter.of(SPREAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_start_at_nothing() {
        for (attempts, longest_ms) in [(1, 250), (2, 500), (3, 1000), (7, 16_000), (8, 16_000), (u32::MAX, 16_000)] {
            assert_eq!(wait(attempts, None, Jitter(1.0)), Duration::from_millis(longest_ms), "{attempts}");
            assert_eq!(wait(attempts, None, Jitter(0.0)), Duration::ZERO, "{attempts}");
        }
    }

    #[test]
    fn what_the_server_asks_for_is_never_undercut() {
        let asked_for = Duration::from_secs(7);
        assert_eq!(wait(1, Some(asked_for), Jitter(0.0)), asked_for);
        assert_eq!(wait(1, Some(asked_for), Jitter(1.0)), asked_for + SPREAD);
        assert_eq!(wait(1, Some(Duration::MAX), Jitter(1.0)), Duration::MAX);
    }

    #[test]
    fn jitter_lies_in_its_range() {
        for _ in 0..100 {
            assert!((0.0..=1.0).contains(&Jitter::random().0));
        }
    }
}
