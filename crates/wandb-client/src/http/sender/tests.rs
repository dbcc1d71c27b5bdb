use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use http::Method;

use super::*;
use crate::graphql;
use crate::http::scripted::{Script, Step};
use crate::http::{Effect, Operation};

const SECOND: Duration = Duration::from_secs(1);
const LIMITS: Limits = Limits {
    request_timeout: Duration::from_secs(30),
    deadline: Duration::from_mins(5),
    max_retries: 3,
    max_concurrent: 4,
};

fn sender(script: &Script, limits: Limits) -> Sender {
    Sender::new(Arc::new(script.clone()), limits)
}

fn request(effect: Effect) -> Request {
    let operation = Operation { name: "Operation", effect };
    Request::new(operation, Method::POST, "https://example.com/graphql".parse().unwrap())
}

async fn send(sender: &Sender, effect: Effect) -> Result<serde_json::Value, Error> {
    sender.send(request(effect), None, graphql::read).await
}

fn ok() -> Step {
    Step::Answer(200, vec![], r#"{"data":{}}"#)
}

fn limited() -> Step {
    Step::Answer(429, vec![("retry-after", "5")], "")
}

fn failed() -> Step {
    Step::Answer(502, vec![], "")
}

fn torn() -> Step {
    Step::Answer(200, vec![], r#"{"data":{"#)
}

fn partial() -> Step {
    Step::Answer(200, vec![], r#"{"data":{"x":1},"errors":[{"message":"shard is down"}]}"#)
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_tried_again_where_that_is_safe() {
    //                                             read   delete create mint
    for (name, step, expected) in [
        ("not sent", (|| Step::NotSent) as fn() -> Step, [true, true, true, true]),
        ("rate limited", limited, [true, true, true, false]),
        ("lost", || Step::Lost, [true, true, false, false]),
        ("hanging", || Step::Hang, [true, true, false, false]),
        ("server failure", failed, [true, true, false, false]),
        ("torn", torn, [true, true, false, false]),
        ("partial", partial, [true, true, false, false]),
    ] {
        for (effect, expected) in [Effect::Read, Effect::Delete, Effect::Create, Effect::Mint].into_iter().zip(expected)
        {
            let script = Script::new([step(), ok()]);
            let result = send(&sender(&script, LIMITS), effect).await;
            assert_eq!(result.is_ok(), expected, "{name} {effect:?}");
            assert_eq!(script.attempts().len(), if expected { 2 } else { 1 }, "{name} {effect:?}");
            if let Err(error) = result {
                let is_unclear = name != "rate limited";
                assert_eq!(error.is_unclear(), is_unclear, "{name} {effect:?}: {error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tries_are_counted_and_end() {
    let script = Script::new((0..4).map(|_| failed()));
    let error = send(&sender(&script, LIMITS), Effect::Read).await.unwrap_err();
    assert_eq!((error.attempts(), error.status().map(|status| status.as_u16())), (4, Some(502)));
    assert!(error.is_retryable() && !error.is_unclear());
}

#[tokio::test(start_paused = true)]
async fn a_part_that_stays_away_is_asked_for_twice() {
    let script = Script::new([failed(), partial(), failed(), partial()]);
    let error = send(&sender(&script, Limits { max_retries: 9, ..LIMITS }), Effect::Read).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Partial(_)) && error.attempts() == 4, "{error}");
}

/// A new token for each that is refused.
#[derive(Default)]
struct Tokens(AtomicU32);

impl Authorize for Tokens {
    fn authorization(&self) -> BoxFuture<'_, Result<HeaderValue, Error>> {
        std::future::ready(Ok(HeaderValue::from(self.0.load(Ordering::SeqCst)))).boxed()
    }

    fn is_good(&self, _: &HeaderValue) -> bool {
        true
    }

    fn refuse(&self, _: &HeaderValue) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// Tokens that end soon after they were exchanged, which takes a request to the same server.
struct Ending<'a> {
    sender: &'a Sender,
    life: Duration,
    issued: Mutex<Vec<Instant>>,
}

impl Authorize for Ending<'_> {
    fn authorization(&self) -> BoxFuture<'_, Result<HeaderValue, Error>> {
        async {
            send(self.sender, Effect::Read).await?;
            let mut issued = self.issued.lock().unwrap();
            issued.push(Instant::now());
            Ok(HeaderValue::from(issued.len()))
        }
        .boxed()
    }

    fn is_good(&self, value: &HeaderValue) -> bool {
        let number: usize = value.to_str().unwrap().parse().unwrap();
        self.issued.lock().unwrap()[number - 1].elapsed() < self.life
    }

    fn refuse(&self, _: &HeaderValue) -> bool {
        false
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_ends_while_its_request_waits_is_replaced_first() {
    let used_up = || Step::Answer(200, vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "5")], r#"{"data":{}}"#);
    // The request of each is admitted only when the exchange's is over: the one permit is free for it.
    let limits = Limits { max_concurrent: 1, ..LIMITS };
    for (life, exchanges) in [(3 * SECOND, 2), (60 * SECOND, 1), (Duration::ZERO, 1)] {
        let script = Script::new([used_up()].into_iter().chain((0..exchanges).map(|_| ok())));
        let sender = sender(&script, limits);
        let credential = Ending { sender: &sender, life, issued: Mutex::default() };
        let result: Result<serde_json::Value, _> =
            sender.send(request(Effect::Mint), Some(&credential), graphql::read).await;
        assert!(result.is_ok(), "{result:?}");
        let issued = credential.issued.lock().unwrap().len();
        assert_eq!((issued, script.attempts().len()), (exchanges, exchanges + 1), "{life:?}");
        assert_eq!(
            script.authorizations().last().unwrap().as_deref(),
            Some(exchanges.to_string().as_str()),
            "{life:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_is_replaced_where_nothing_can_have_been_done() {
    let half_done = r#"{"errors":[{"message":"no token for the clock","path":["x","createdAt"]}]}"#;
    for (effect, body, expected) in
        [(Effect::Read, "{}", 2), (Effect::Create, "{}", 2), (Effect::Create, half_done, 1), (Effect::Mint, "{}", 1)]
    {
        let script = Script::new([Step::Answer(401, vec![], body), ok()]);
        let tokens = Tokens::default();
        let result: Result<serde_json::Value, _> =
            sender(&script, LIMITS).send(request(effect), Some(&tokens), graphql::read).await;
        assert_eq!((script.attempts().len(), result.is_ok()), (expected, expected == 2), "{effect:?} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_unclear_attempt_leaves_it_unclear() {
    let script = Script::new([Step::Lost, Step::Answer(403, vec![], "{}")]);
    let error = send(&sender(&script, LIMITS), Effect::Delete).await.unwrap_err();
    assert!(error.is_forbidden() && error.is_unclear(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_request_takes_no_longer_than_its_timeout_and_an_operation_than_its_deadline() {
    let script = Script::new((0..2).map(|_| Step::Hang));
    let started = Instant::now();
    let error = send(&sender(&script, Limits { deadline: 40 * SECOND, ..LIMITS }), Effect::Read).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut { .. }), "{error}");
    let [first, second] = script.attempts()[..] else { panic!("two attempts") };
    assert!(second - first >= 30 * SECOND);
    assert_eq!(started.elapsed(), 40 * SECOND);
    assert_eq!(error.elapsed(), 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_asks_one_to_wait_all_wait() {
    let script = Script::new([limited(), ok(), ok()]);
    let sender = sender(&script, LIMITS);
    let started = Instant::now();
    let (first, second) = futures::join!(send(&sender, Effect::Read), async {
        // The second asks just after the first was told to wait.
        tokio::time::sleep(Duration::from_millis(1)).await;
        send(&sender, Effect::Mint).await
    });
    assert!(first.is_ok() && second.is_ok());
    let attempts = script.attempts();
    assert_eq!(attempts.len(), 3);
    assert!(attempts[1..].iter().all(|&at| at - started >= 5 * SECOND && at - started < 6 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn no_one_waits_longer_than_its_deadline() {
    let too_long = || Step::Answer(429, vec![("retry-after", "600")], r#"{"error":"slow down"}"#);
    let script = Script::new([too_long()]);
    let sender = sender(&script, LIMITS);
    let started = Instant::now();
    let error = send(&sender, Effect::Read).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::RateLimited(_)), "{error}");
    let error = send(&sender, Effect::Create).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MustWait { .. }) && !error.is_unclear(), "{error}");
    assert_eq!(error.attempts(), 0);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_are_under_way() {
    let script = Script::new((0..20).map(|_| ok()));
    let sender = sender(&script, LIMITS);
    let all = join_all((0..20).map(|_| send(&sender, Effect::Read))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(script.most_under_way(), LIMITS.max_concurrent);
}

#[tokio::test(start_paused = true)]
async fn who_never_gets_to_send_says_so() {
    let limits = Limits { max_concurrent: 1, deadline: 20 * SECOND, ..LIMITS };
    let script = Script::new([Step::Hang]);
    let sender = sender(&script, limits);
    let (_, waited) = futures::join!(send(&sender, Effect::Read), send(&sender, Effect::Create));
    let error = waited.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlineExceeded { .. }) && !error.is_unclear(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    let script = Script::new([Step::Answer(307, vec![("location", "https://elsewhere.example.com/graphql")], "")]);
    let error = send(&sender(&script, LIMITS), Effect::Read).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Redirected { to: Some(to) } if to == "https://elsewhere.example.com"));
    assert_eq!(script.attempts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_server_s_clock_is_read_from_any_answer() {
    let script = Script::new([Step::Answer(403, vec![("date", "Sun, 06 Nov 1994 08:49:37 GMT")], "{}")]);
    let sender = sender(&script, LIMITS);
    assert!(send(&sender, Effect::Read).await.is_err());
    assert_eq!(sender.clock().now().unwrap().to_string(), "1994-11-06T08:49:37Z");
}
