//! Access tokens: what an identity token is exchanged for.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

/// A token is replaced when less than this is left of it, as W&B's own clients do.
const AHEAD: Duration = Duration::from_mins(5);
/// A token with less left may be refused by the time that it arrives.
const LEAST: Duration = Duration::from_secs(10);

/// A token that authenticates for a limited time. Its `Debug` does not show it.
#[derive(Clone)]
pub struct AccessToken {
    pub(super) secret: SecretString,
    pub(super) expires_at: Timestamp,
}

impl AccessToken {
    /// The token. Whoever asks for it answers for where it goes.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// When it ends, by this machine's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it is this very token.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.expose_secret() == other.expose_secret()
    }

    /// Whether it can be used for a while.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.left(now) > AHEAD
    }

    /// Whether it can be used at all.
    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        self.left(now) > LEAST
    }

    /// When to get the next one: ahead of the end, but not before half of the time, however short that is.
    pub(super) fn renew_at(&self, now: Timestamp) -> Timestamp {
        let left = self.left(now);
        now.checked_add(left.saturating_sub(AHEAD.min(left / 2))).unwrap_or(self.expires_at)
    }

    fn left(&self, now: Timestamp) -> Duration {
        self.expires_at.duration_since(now).try_into().unwrap_or(Duration::ZERO)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken([redacted], expires at {})", self.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_renewed_ahead_of_its_end() {
        let now = "2026-11-23T23:00:00Z".parse().unwrap();
        for (expires_at, is_fresh, is_valid, renew_at) in [
            ("2026-11-24T00:00:00Z", true, true, "2026-11-23T23:55:00Z"),
            ("2026-11-23T23:08:00Z", true, true, "2026-11-23T23:04:00Z"),
            ("2026-11-23T23:05:00Z", false, true, "2026-11-23T23:02:30Z"),
            ("2026-11-23T23:00:10Z", false, false, "2026-11-23T23:00:05Z"),
            ("2026-11-23T22:00:00Z", false, false, "2026-11-23T23:00:00Z"),
        ] {
            let token = AccessToken { secret: "hunter2".into(), expires_at: expires_at.parse().unwrap() };
            assert_eq!((token.is_fresh(now), token.is_valid(now)), (is_fresh, is_valid), "{expires_at}");
            assert_eq!(token.renew_at(now).to_string(), renew_at, "{expires_at}");
            assert!(!format!("{token:?}").contains("hunter2"));
        }
    }
}
