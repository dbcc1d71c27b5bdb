//! Sends an operation's request until it is answered, or until sending it again is of no use, no good or no time.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, DATE};
use http::{HeaderValue, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::debug;

use super::authorization::Authorize;
use super::clock::{ServerClock, http_date};
use super::failure::{Failure, Reach};
use super::request::{Effect, Request, Response};
use super::retry::{self, Jitter};
use super::throttle::{Pass, Throttle};
use super::transport::Transport;
use crate::error::{Course, Error, ErrorKind};

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For one attempt, from its first byte to the last of its answer.
    pub(crate) request_timeout: Duration,
    /// For an operation with all its attempts and waits.
    pub(crate) deadline: Duration,
    /// Attempts after the first.
    pub(crate) max_retries: u32,
    /// Attempts at the same time.
    pub(crate) max_concurrent: usize,
}

/// What all requests to a server share.
pub(crate) struct Sender {
    transport: Arc<dyn Transport>,
    limits: Limits,
    permits: Semaphore,
    throttle: Throttle,
    clock: ServerClock,
}

impl Sender {
    pub(crate) fn new(transport: Arc<dyn Transport>, limits: Limits) -> Self {
        Self {
            transport,
            limits,
            permits: Semaphore::new(limits.max_concurrent),
            throttle: Throttle::default(),
            clock: ServerClock::default(),
        }
    }

    pub(crate) fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Sends a request, again where that is safe and of use, each time with the credential of that time. `read` makes the
    /// result of an answer, or says what is wrong with it.
    pub(crate) async fn send<T>(
        &self,
        mut request: Request,
        credential: Option<&dyn Authorize>,
        read: impl Fn(&Response) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let operation = request.operation;
        let started = Instant::now();
        let deadline = started + self.limits.deadline;
        let (mut attempts, mut partial_answers, mut reach) = (0, 0, Reach::NotSent);
        // The credential that the server did not accept, and what it said.
        let mut refusal: Option<(HeaderValue, Error)> = None;
        loop {
            let admission = loop {
                let Some(credential) = credential else { break self.admit(deadline).await };
                let value = match (credential.authorization().await, &refusal) {
                    (Ok(value), Some((refused, error))) if value == *refused => return Err(error.clone()),
                    (Err(_), Some((_, error))) => return Err(error.clone()),
                    (Ok(value), _) => value,
                    (Err(error), None) => return Err(error.having_reached(reach)),
                };
                let was_good = credential.is_good(&value);
                let admission = self.admit(deadline).await;
                // One that ended during the wait is replaced, which takes an admission of its own.
                if admission.is_err() || !was_good || credential.is_good(&value) {
                    request.authorize(value);
                    break admission;
                }
            };
            let answer = match admission {
                Ok(admission) => {
                    attempts += 1;
                    self.attempt(&request, admission, deadline).await
                }
                Err(failure) => Err(failure),
            };
            let result = answer.and_then(|(response, retry_after)| {
                read(&response).map_err(|failure| Failure { retry_after, ..failure.with_status(response.status) })
            });
            let failure = match result {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            debug!(
                operation = operation.name,
                attempts,
                status = failure.status.map(|status| status.as_u16()),
                failure = %failure.kind,
                "attempt failed"
            );
            if operation.effect.is_change() {
                reach = reach.max(failure.reach);
            }
            let next = Instant::now() + retry::wait(attempts, failure.retry_after, Jitter::random());
            // Seldom is a part missing by chance: mostly the caller may not see it, and the server does not say so.
            partial_answers += u32::from(matches!(failure.kind, ErrorKind::Partial(_)));
            let is_over = attempts > self.limits.max_retries || partial_answers > 1 || next >= deadline;
            if !is_over && failure.may_be_repeated(operation.effect) {
                sleep_until(next).await;
                continue;
            }
            let is_refused_credential =
                failure.status == Some(StatusCode::UNAUTHORIZED) && failure.reach == Reach::Refused;
            let course =
                Course { operation: operation.name, url: request.url.clone(), attempts, elapsed: started.elapsed() };
            let error = Error::new(failure.kind, failure.status, reach, course);
            let used = request.headers.get(AUTHORIZATION).filter(|_| is_refused_credential && refusal.is_none());
            match used.zip(credential) {
                // Nothing was looked at, and still a mint is not sent twice.
                Some((used, credential)) if operation.effect != Effect::Mint && credential.refuse(used) => {
                    refusal = Some((used.clone(), error));
                }
                _ => return Err(error),
            }
        }
    }

    /// Waits until this client and the server take another request.
    async fn admit(&self, deadline: Instant) -> Result<(SemaphorePermit<'_>, Pass<'_>), Failure> {
        let too_late = || Failure::new(ErrorKind::DeadlineExceeded { deadline: self.limits.deadline }, Reach::NotSent);
        let Ok(Ok(permit)) = timeout_at(deadline, self.permits.acquire()).await else {
            return Err(too_late());
        };
        loop {
            let now = Instant::now();
            if now >= deadline {
                return Err(too_late());
            }
            match self.throttle.admit(now) {
                Ok(pass) => return Ok((permit, pass)),
                Err(open_at) if open_at >= deadline => {
                    return Err(Failure::new(ErrorKind::MustWait { wait: open_at - now }, Reach::NotSent));
                }
                Err(open_at) => sleep_until(open_at + retry::spread(Jitter::random())).await,
            }
        }
    }

    /// Sends once, to where the request says and nowhere else. The answer comes with how long it asks to wait.
    async fn attempt(
        &self,
        request: &Request,
        _admission: (SemaphorePermit<'_>, Pass<'_>),
        deadline: Instant,
    ) -> Result<(Response, Option<Duration>), Failure> {
        let sent = Instant::now();
        let until = deadline.min(sent + self.limits.request_timeout);
        let Ok(answer) = timeout_at(until, self.transport.send(request)).await else {
            return Err(Failure::new(ErrorKind::TimedOut { after: until - sent }, Reach::Unclear));
        };
        let response = Response { secret: request.secret.clone(), ..answer? };

        let date = response.header(DATE).and_then(http_date);
        if let Some(date) = date {
            self.clock.observe(date);
        }
        debug!(
            operation = request.operation.name,
            status = response.status.as_u16(),
            bytes = response.body.len(),
            elapsed_ms = sent.elapsed().as_millis(),
            "answered"
        );
        let retry_after = self.throttle.observe(Instant::now(), &response, date);
        match Failure::of_redirect(&response) {
            Some(redirect) => Err(redirect),
            None => Ok((response, retry_after)),
        }
    }
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
