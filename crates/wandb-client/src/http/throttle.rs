//! One view, shared by all requests of a client, of how much the server lets it send.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use tokio::time::Instant;

use super::clock::{retry_after, seconds};
use super::request::Response;

/// What the server said last about its limits, and how many requests it has not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Limits>);

#[derive(Debug, Default)]
struct Limits {
    /// The server asked everyone to wait until then.
    closed_until: Option<Instant>,
    /// How many requests it takes until when, as far as it said.
    window: Option<Window>,
    unanswered: u64,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    remaining: u64,
    ends_at: Instant,
}

/// The right to send one request. It counts as unanswered until this is dropped.
#[derive(Debug)]
pub(crate) struct Pass<'a>(&'a Throttle);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.limits().unanswered -= 1;
    }
}

impl Throttle {
    /// Asks to send a request now. If that cannot be, the answer is when to ask again.
    pub(crate) fn admit(&self, now: Instant) -> Result<Pass<'_>, Instant> {
        let mut limits = self.limits();
        if let Some(until) = limits.closed_until.filter(|&until| until > now) {
            return Err(until);
        }
        match limits.window.as_mut().filter(|window| window.ends_at > now) {
            Some(Window { remaining: 0, ends_at }) => return Err(*ends_at),
            Some(window) => window.remaining -= 1,
            None => {}
        }
        limits.unanswered += 1;
        Ok(Pass(self))
    }

    /// Notes what the answer to a request says, and returns how long it asks to wait.
    pub(crate) fn observe(&self, now: Instant, response: &Response, date: Option<Timestamp>) -> Option<Duration> {
        let remaining: Option<u64> = response.header("ratelimit-remaining").and_then(|text| text.trim().parse().ok());
        let reset = response.header("ratelimit-reset").and_then(seconds);
        let window = remaining.zip(reset.and_then(|reset| now.checked_add(reset)));

        let is_refused = response.status == StatusCode::TOO_MANY_REQUESTS;
        let tells_to_wait = is_refused || response.status == StatusCode::SERVICE_UNAVAILABLE;
        let asked_for = response.header(http::header::RETRY_AFTER).and_then(|text| retry_after(text, date));
        // Who is turned away while requests are left was not turned away for want of them.
        let is_used_up = is_refused && remaining.is_none_or(|remaining| remaining == 0);
        let asked_for = asked_for.filter(|_| tells_to_wait).or(reset.filter(|_| is_used_up));

        let mut limits = self.limits();
        if let Some((remaining, ends_at)) = window {
            // The server may not have counted the others that are on their way.
            let others = limits.unanswered.saturating_sub(1);
            limits.window = Some(Window { remaining: remaining.saturating_sub(others), ends_at });
        }
        if let Some(until) = asked_for.and_then(|asked_for| now.checked_add(asked_for)) {
            limits.closed_until = limits.closed_until.max(Some(until));
        }
        asked_for
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn response(status: u16, headers: &[(&'static str, &'static str)]) -> Response {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Response::new(StatusCode::from_u16(status).unwrap(), headers, "")
    }

    const SECOND: Duration = Duration::from_secs(1);

    /// Sends a request and has it answered.
    fn exchange(throttle: &Throttle, now: Instant, answer: &Response) {
        let _pass = throttle.admit(now).unwrap();
        throttle.observe(now, answer, None);
    }

    #[test]
    fn what_one_answer_asks_for_holds_for_all() {
        for (status, headers, closed_for) in [
            (429, vec![("retry-after", "5")], Some(5)),
            (503, vec![("retry-after", "5")], Some(5)),
            (429, vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "7")], Some(7)),
            (429, vec![("ratelimit-reset", "7")], Some(7)),
            (429, vec![("ratelimit-remaining", "9"), ("ratelimit-reset", "7")], None),
            (429, vec![("retry-after", "5"), ("ratelimit-reset", "7")], Some(5)),
            (200, vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "7")], Some(7)),
            (200, vec![("retry-after", "5")], None),
            (429, vec![], None),
            (200, vec![("ratelimit-remaining", "x"), ("ratelimit-reset", "-7")], None),
        ] {
            let (throttle, now) = (Throttle::default(), Instant::now());
            exchange(&throttle, now, &response(status, &headers));
            let expected = closed_for.map(|seconds| now + seconds * SECOND);
            assert_eq!(throttle.admit(now).err(), expected, "{status} {headers:?}");
            if let Some(open_at) = expected {
                assert!(throttle.admit(open_at).is_ok(), "{status} {headers:?}");
            }
        }
    }

    #[test]
    fn no_more_goes_than_the_window_takes() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let three_left = response(200, &[("ratelimit-remaining", "3"), ("ratelimit-reset", "10")]);
        let unanswered = throttle.admit(now).unwrap();
        exchange(&throttle, now, &three_left);
        // One of the three is for the request that is still on its way.
        let others = [throttle.admit(now).unwrap(), throttle.admit(now).unwrap()];
        assert_eq!(throttle.admit(now).err(), Some(now + 10 * SECOND));
        // The next window is unknown until an answer tells of it; an abandoned request counts no more.
        drop((unanswered, others));
        let later = now + 10 * SECOND;
        exchange(&throttle, later, &three_left);
        let all = [(); 3].map(|()| throttle.admit(later).unwrap());
        assert!(throttle.admit(later).is_err(), "{all:?}");
    }

    #[test]
    fn a_shorter_wait_does_not_shorten_a_longer_one() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let _both = [throttle.admit(now).unwrap(), throttle.admit(now).unwrap()];
        throttle.observe(now, &response(429, &[("retry-after", "9")]), None);
        throttle.observe(now, &response(429, &[("retry-after", "1")]), None);
        assert_eq!(throttle.admit(now + SECOND).err(), Some(now + 9 * SECOND));
    }
}
