use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use futures::poll;
use tokio::sync::Semaphore;

use super::*;
use crate::error::{ErrorKind, ServerMessages};

fn refused() -> Error {
    Error::of("Operation", ErrorKind::Rejected(ServerMessages::default()))
}

fn forbidden() -> Error {
    Error::of("Operation", ErrorKind::Forbidden(ServerMessages::default()))
}

/// A refusal after an attempt of which nobody knows what came of it.
fn unclear() -> Error {
    let url = "https://example.com".parse().unwrap();
    let course = crate::error::Course { operation: "Operation", url, attempts: 2, elapsed: Duration::ZERO };
    Error::new(ErrorKind::Rejected(ServerMessages::default()), None, crate::http::Reach::Unclear, course)
}

/// Sends one batch after the other, each when it is let go, and fails odd numbers.
#[derive(Clone)]
struct Line {
    batches: Arc<Batches<u32>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    let_go: Arc<Semaphore>,
    left: Arc<Mutex<Vec<Vec<u32>>>>,
}

impl Line {
    fn new(most: usize) -> Self {
        Self {
            batches: Arc::new(Batches::new(most)),
            turn: Arc::default(),
            let_go: Arc::new(Semaphore::new(0)),
            left: Arc::default(),
        }
    }

    async fn submit(&self, number: u32) -> Result<(), Error> {
        let Self { turn, let_go, left, .. } = self.clone();
        let send = |batch: Batch<u32>| async move {
            let _turn = turn.lock().await;
            let changes = batch.leave();
            lock(&left).push(changes.iter().map(|(_, number)| *number).collect());
            let_go.acquire().await.unwrap().forget();
            let odd: Vec<_> = changes.into_iter().filter(|(_, number)| number % 2 == 1).collect();
            all_failed(&odd, &refused())
        };
        self.batches.submit("vision", number, send).await
    }

    fn left(&self) -> Vec<Vec<u32>> {
        lock(&self.left).clone()
    }
}

#[tokio::test]
async fn who_comes_while_others_are_under_way_leaves_together_and_in_order() {
    let line = Line::new(100);
    let mut first = Box::pin(line.submit(0));
    assert!(poll!(&mut first).is_pending());
    let mut rest = Box::pin(join_all((1..=6).map(|number| line.submit(number))));
    assert!(poll!(&mut rest).is_pending());
    // The first one waited for nobody.
    assert_eq!(line.left(), [vec![0]]);
    line.let_go.add_permits(2);
    assert!(first.await.is_ok());
    let failed: Vec<_> = rest.await.iter().map(Result::is_err).collect();
    assert_eq!(failed, [true, false, true, false, true, false]);
    assert_eq!(line.left(), [vec![0], (1..=6).collect()]);
}

#[tokio::test]
async fn a_full_batch_takes_nobody_in() {
    let line = Line::new(2);
    let mut all = Box::pin(join_all((0..6).map(|number| line.submit(2 * number))));
    assert!(poll!(&mut all).is_pending());
    line.let_go.add_permits(4);
    assert!(all.await.iter().all(Result::is_ok));
    assert_eq!(line.left(), [vec![0], vec![2, 4], vec![6, 8], vec![10]]);
}

#[tokio::test]
async fn who_stops_waiting_takes_nobody_along() {
    let line = Line::new(100);
    let mut first = Box::pin(line.submit(0));
    assert!(poll!(&mut first).is_pending());
    let [mut starter, mut second, mut third] = [2, 3, 4].map(|number| Box::pin(line.submit(number)));
    for waiting in [&mut starter, &mut second, &mut third] {
        assert!(poll!(waiting).is_pending());
    }
    // One whose change is under way, and one whose change did not leave yet.
    drop(first);
    drop(starter);
    assert!(poll!(&mut second).is_pending());
    assert_eq!(line.left(), [vec![0], vec![3, 4]]);
    // One of a batch that is under way.
    drop(second);
    line.let_go.add_permits(1);
    assert!(third.await.is_ok());
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_is_abandoned() {
    let line = Line::new(100);
    let mut first = Box::pin(line.submit(0));
    let mut second = Box::pin(line.submit(2));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    drop(first);
    drop(second);
    line.let_go.add_permits(1);
    assert!(line.submit(4).await.is_ok());
    assert_eq!(line.left(), [vec![0], vec![4]]);
}

/// Sends all of these, of which the server refuses the culprits with their whole request. Which failed, and what was
/// sent.
async fn send(numbers: u32, culprits: &[u32], error: fn() -> Error) -> (BTreeSet<usize>, Vec<Vec<u32>>) {
    let changes: Vec<_> = (0..numbers).map(|number| (number as usize, number)).collect();
    let sent = Mutex::new(Vec::new());
    let failures = send_in_parts(&changes, |part| {
        let is_refused = part.iter().any(|number| culprits.contains(number));
        lock(&sent).push(part);
        async move { if is_refused { Err(error()) } else { Ok(()) } }
    })
    .await;
    (failures.into_keys().collect(), sent.into_inner().unwrap())
}

#[tokio::test]
async fn a_refused_batch_is_halved_until_the_culprits_stand_alone() {
    for (numbers, culprits, requests) in [
        (0, vec![], vec![]),
        (1, vec![], vec![vec![0]]),
        (1, vec![0], vec![vec![0]]),
        (4, vec![], vec![vec![0, 1, 2, 3]]),
        (4, vec![2], vec![vec![0, 1, 2, 3], vec![0, 1], vec![2, 3], vec![2], vec![3]]),
        (3, vec![0, 1, 2], vec![vec![0, 1, 2], vec![0], vec![1, 2], vec![1], vec![2]]),
    ] {
        let (failed, sent) = send(numbers, &culprits, refused).await;
        assert_eq!(sent, requests, "{numbers} {culprits:?}");
        assert_eq!(failed, culprits.iter().map(|&culprit| culprit as usize).collect(), "{numbers} {culprits:?}");
    }
}

#[tokio::test]
async fn only_the_culprits_fail_and_the_rest_is_made_once_and_in_order() {
    for numbers in 1..=9 {
        for pattern in 0..1 << numbers {
            let culprits: Vec<u32> = (0..numbers).filter(|number| pattern >> number & 1 == 1).collect();
            let (failed, sent) = send(numbers, &culprits, refused).await;
            assert_eq!(failed, culprits.iter().map(|&culprit| culprit as usize).collect());
            let made = sent.into_iter().filter(|part| !part.iter().any(|number| culprits.contains(number)));
            let expected: Vec<_> = (0..numbers).filter(|number| !culprits.contains(number)).collect();
            assert_eq!(made.collect::<Vec<_>>().concat(), expected);
        }
    }
}

#[tokio::test]
async fn what_says_nothing_about_the_single_change_fails_all_and_is_not_tried_again() {
    for error in [forbidden, unclear] {
        let (failed, sent) = send(4, &[2], error).await;
        assert_eq!((failed.len(), sent.len()), (4, 1));
    }
}
