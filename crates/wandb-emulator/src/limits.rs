//! How many requests an account may make.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// A limit of requests for each account, and one for all callers who are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The requests that are answered in one window.
    pub requests: u32,
    /// The length of a window in seconds; it begins with the first request.
    pub window_seconds: u32,
}

impl Default for RateLimit {
    /// More than anyone should ever reach.
    fn default() -> Self {
        Self { requests: 1_000_000, window_seconds: 60 }
    }
}

/// Where a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Requests that are left in this window.
    pub(crate) remaining: u32,
    /// Seconds until the window ends.
    pub(crate) reset: u32,
    /// Whether this request was one too many.
    pub(crate) exceeded: bool,
}

/// The windows of all callers.
#[derive(Debug)]
pub(crate) struct Limits {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: RateLimit,
    windows: HashMap<Option<AccountId>, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    ends: i64,
    used: u32,
}

impl Limits {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { state: Mutex::new(State { limit, windows: HashMap::new() }) }
    }

    /// Counts a request of this account, or of someone who is not known.
    pub(crate) fn count(&self, caller: Option<AccountId>, now: Timestamp) -> Standing {
        let mut state = self.state();
        let RateLimit { requests, window_seconds } = state.limit;
        let now = now.as_second();
        let fresh = Window { ends: now + i64::from(window_seconds), used: 0 };
        let window = state.windows.entry(caller).or_insert(fresh);
        // A clock that was set back begins a new window too.
        if window.ends <= now || window.ends > fresh.ends {
            *window = fresh;
        }
        let exceeded = window.used >= requests;
        window.used = window.used.saturating_add(1);
        Standing {
            remaining: requests.saturating_sub(window.used),
            reset: u32::try_from(window.ends - now).unwrap_or(window_seconds),
            exceeded,
        }
    }

    pub(crate) fn limit(&self) -> RateLimit {
        self.state().limit
    }

    /// Sets another limit, and begins all windows anew.
    pub(crate) fn set(&self, limit: RateLimit) {
        *self.state() = State { limit, windows: HashMap::new() };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_used_up_and_begins_anew() {
        let limits = Limits::new(RateLimit { requests: 2, window_seconds: 60 });
        let at = |second: i64| Timestamp::from_second(1_000 + second).unwrap();
        let standing = |remaining, reset, exceeded| Standing { remaining, reset, exceeded };
        assert_eq!(limits.count(None, at(0)), standing(1, 60, false));
        assert_eq!(limits.count(None, at(10)), standing(0, 50, false));
        assert_eq!(limits.count(None, at(59)), standing(0, 1, true));
        assert_eq!(limits.count(None, at(60)), standing(1, 60, false));
        assert_eq!(limits.count(None, at(0)), standing(1, 60, false), "the clock was set back");
    }
}
