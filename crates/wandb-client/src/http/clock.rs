//! The server's time, as its answers' `Date` headers tell it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Nothing that a server asks for is believed to last longer.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// The server's time at the last answer that told it.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Mutex<Option<(Timestamp, Instant)>>);

impl ServerClock {
    /// Notes an answer's `Date`.
    pub(crate) fn observe(&self, date: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    /// The server's time now, to the second; none before the first answer.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        let (date, at) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        date.checked_add(at.elapsed()).ok()
    }
}

/// Reads an HTTP date, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads `Retry-After`, which is a number of seconds or a date; the latter counts from the answer's own date.
pub(crate) fn retry_after(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    seconds(text).or_else(|| {
        let now = date.unwrap_or_else(Timestamp::now);
        let wait: Duration = http_date(text)?.duration_since(now).try_into().unwrap_or(Duration::ZERO);
        Some(wait.min(LONGEST_WAIT))
    })
}

/// Reads a number of seconds, which may have a fraction.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    Some(Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()?.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn reads_dates_and_seconds() {
        let date = http_date(DATE).unwrap();
        assert_eq!(date.to_string(), "1994-11-06T08:49:37Z");
        for (text, expected) in [
            ("3", Some(3000)),
            (" 0.5 ", Some(500)),
            ("Sun, 06 Nov 1994 08:50:00 GMT", Some(23_000)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("1e15", Some(86_400_000)),
            ("Thu, 06 Nov 2994 08:50:00 GMT", Some(86_400_000)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(text, Some(date)), expected.map(Duration::from_millis), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn goes_on_from_the_last_answer() {
        let clock = ServerClock::default();
        assert_eq!(clock.now(), None);
        clock.observe(http_date(DATE).unwrap());
        tokio::time::advance(Duration::from_secs(23)).await;
        assert_eq!(clock.now().unwrap().to_string(), "1994-11-06T08:50:00Z");
    }
}
