//! A transport for tests that answers from a script, so that they run on paused time and without sockets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use super::failure::{Failure, Reach};
use super::request::{Request, Response};
use super::transport::Transport;
use crate::error::ErrorKind;

/// What becomes of one attempt.
pub(crate) enum Step {
    Answer(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// No connection comes about.
    NotSent,
    /// The connection is lost before the answer.
    Lost,
    /// No answer comes.
    Hang,
}

/// Takes a step for each attempt and notes when it was made.
#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<Progress>>);

struct Progress {
    steps: VecDeque<Step>,
    attempts: Vec<Instant>,
    authorizations: Vec<Option<String>>,
    under_way: usize,
    most_under_way: usize,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = steps.into_iter().collect();
        let progress =
            Progress { steps, attempts: Vec::new(), authorizations: Vec::new(), under_way: 0, most_under_way: 0 };
        Self(Arc::new(Mutex::new(progress)))
    }

    /// When attempts were made.
    pub(crate) fn attempts(&self) -> Vec<Instant> {
        self.0.lock().unwrap().attempts.clone()
    }

    /// How attempts were authorized.
    pub(crate) fn authorizations(&self) -> Vec<Option<String>> {
        self.0.lock().unwrap().authorizations.clone()
    }

    /// How many attempts were under way at the same time, at most.
    pub(crate) fn most_under_way(&self) -> usize {
        self.0.lock().unwrap().most_under_way
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, Failure>> {
        async move {
            let step = {
                let mut progress = self.0.lock().unwrap();
                progress.attempts.push(Instant::now());
                let authorization = request.headers.get(http::header::AUTHORIZATION);
                progress.authorizations.push(authorization.map(|value| value.to_str().unwrap().to_owned()));
                progress.under_way += 1;
                progress.most_under_way = progress.most_under_way.max(progress.under_way);
                progress.steps.pop_front().unwrap_or_else(|| panic!("no step left for {request:?}"))
            };
            tokio::task::yield_now().await;
            let answer = match step {
                Step::Answer(status, headers, body) => Ok(Response::new(
                    StatusCode::from_u16(status).unwrap(),
                    headers
                        .into_iter()
                        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                        .collect(),
                    body,
                )),
                Step::NotSent => Err(Failure::new(ErrorKind::Unreachable("refused".into()), Reach::NotSent)),
                Step::Lost => Err(Failure::new(ErrorKind::Interrupted("reset".into()), Reach::Unclear)),
                Step::Hang => std::future::pending().await,
            };
            self.0.lock().unwrap().under_way -= 1;
            answer
        }
        .boxed()
    }
}
