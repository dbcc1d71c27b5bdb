//! Thousands of operations through a transport that fails in every way it can.

use std::collections::HashMap;
use std::sync::Mutex;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::*;
use crate::graphql;
use crate::http::{Effect, Operation};

const OPERATIONS: u32 = 10_000;

/// Fails one attempt in five, before or after it did what was asked, and counts what it did.
struct Faulty {
    random: Mutex<u64>,
    done: Mutex<HashMap<Vec<u8>, u32>>,
}

impl Faulty {
    /// The next number of a fixed sequence, so that a failing run fails again.
    fn next(&self) -> u64 {
        let mut state = self.random.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    fn done(&self, body: &[u8]) -> u32 {
        self.done.lock().unwrap().get(body).copied().unwrap_or_default()
    }
}

fn answer(status: StatusCode, body: &'static str) -> Response {
    Response::new(status, HeaderMap::new(), body)
}

impl Transport for Faulty {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, Failure>> {
        async move {
            let number = self.next();
            let fault = number.is_multiple_of(5).then_some(number / 5 % 9);
            if !matches!(fault, Some(0..=2)) {
                *self.done.lock().unwrap().entry(request.body.clone()).or_default() += 1;
            }
            Ok(match fault {
                Some(0) => return Err(Failure::new(ErrorKind::Unreachable("refused".into()), Reach::NotSent)),
                Some(1) => answer(StatusCode::TOO_MANY_REQUESTS, "{}"),
                Some(2) => {
                    let headers = [(RETRY_AFTER, HeaderValue::from_static("1"))].into_iter().collect();
                    Response { headers, ..answer(StatusCode::TOO_MANY_REQUESTS, "{}") }
                }
                Some(3) => answer(StatusCode::INTERNAL_SERVER_ERROR, "{}"),
                Some(4) => answer(StatusCode::BAD_GATEWAY, "<html>"),
                Some(5) => return Err(Failure::new(ErrorKind::Interrupted("reset".into()), Reach::Unclear)),
                Some(6) => answer(StatusCode::OK, r#"{"data":{"x":"#),
                Some(7) => answer(StatusCode::OK, r#"{"data":{"x":1},"errors":[{"message":"shard is down"}]}"#),
                Some(8) => std::future::pending().await,
                _ => answer(StatusCode::OK, r#"{"data":{}}"#),
            })
        }
        .boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_safe_succeeds_and_nothing_is_made_twice() {
    let transport = Arc::new(Faulty { random: Mutex::new(0x9e37_79b9_7f4a_7c15), done: Mutex::default() });
    let limits = Limits {
        request_timeout: Duration::from_secs(30),
        deadline: Duration::from_hours(24),
        max_retries: 12,
        max_concurrent: 16,
    };
    let sender = Sender::new(Arc::clone(&transport) as _, limits);
    let effects = [Effect::Read, Effect::Delete, Effect::Set, Effect::Create, Effect::Mint];
    let all = join_all((0..OPERATIONS).zip(effects.into_iter().cycle()).map(|(number, effect)| {
        let (sender, transport) = (&sender, &transport);
        async move {
            let operation = Operation { name: "Operation", effect };
            let url = "https://example.com/graphql".parse().unwrap();
            let body = number.to_be_bytes().to_vec();
            let request = Request::new(operation, Method::POST, url).with_body("text/plain", body.clone());
            let result: Result<serde_json::Value, Error> = sender.send(request, None, graphql::read).await;
            (effect, result, transport.done(&body))
        }
    }))
    .await;
    let (mut failed, mut missing) = (0, 0);
    for (effect, result, done) in all {
        match (effect, result) {
            (Effect::Read | Effect::Delete | Effect::Set, Ok(_)) => {}
            (Effect::Read | Effect::Delete | Effect::Set, Err(error)) => {
                // The one failure that is not outwaited: a part that was missing twice.
                missing += 1;
                assert!(matches!(error.kind(), ErrorKind::Partial(_)), "{effect:?}: {error}");
            }
            (Effect::Create | Effect::Mint, Ok(_)) => assert_eq!(done, 1, "{effect:?}"),
            (Effect::Create | Effect::Mint, Err(error)) => {
                failed += 1;
                assert_eq!(done, u32::from(error.is_unclear()), "{effect:?}: {error}");
            }
        }
    }
    assert!(missing < OPERATIONS / 1000, "{missing} parts were missing twice");
    assert!(failed > 0, "no change failed, so nothing was tried");
}
