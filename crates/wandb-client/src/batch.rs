//! Changes that arrive while others are under way leave together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use crate::error::Error;

/// The batches that still take changes in, by key.
pub(crate) struct Batches<C> {
    /// A batch of so many is full.
    most: usize,
    open: Mutex<HashMap<String, Open<C>>>,
}

/// The changes of a batch that failed, by their place in it.
pub(crate) type Failures = HashMap<usize, Error>;

/// All who wait for a batch drive it, so it goes on as long as any of them waits.
type Course = BoxFuture<'static, Arc<Failures>>;

struct Open<C> {
    batch: Batch<C>,
    course: WeakShared<Course>,
}

/// Changes that leave together.
pub(crate) struct Batch<C>(Arc<Mutex<Boarding<C>>>);

/// The changes that came in so far. None once they left.
type Boarding<C> = Option<Vec<Passenger<C>>>;

struct Passenger<C> {
    change: C,
    /// Whether someone still waits for it.
    caller: Weak<()>,
}

impl<C: Send + 'static> Batches<C> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, open: Mutex::default() }
    }

    /// Adds a change to the open batch of this key and waits until it is made. Where none is open, a new one takes the
    /// course `send`: it closes the batch when it is ready to send ([`Batch::leave`]), which until then takes more in.
    ///
    /// A caller that stops waiting before the batch left takes its change back. Afterwards it leaves the others alone.
    pub(crate) async fn submit<F>(&self, key: &str, change: C, send: impl FnOnce(Batch<C>) -> F) -> Result<(), Error>
    where
        F: Future<Output = Failures> + Send + 'static,
    {
        let caller = Arc::new(());
        let passenger = Passenger { change, caller: Arc::downgrade(&caller) };
        let (place, course) = self.board(key, passenger, send);
        let failures = course.await;
        failures.get(&place).cloned().map_or(Ok(()), Err)
    }

    fn board<F>(&self, key: &str, passenger: Passenger<C>, send: impl FnOnce(Batch<C>) -> F) -> (usize, Shared<Course>)
    where
        F: Future<Output = Failures> + Send + 'static,
    {
        let mut open = lock(&self.open);
        if let Some(Open { batch, course }) = open.get(key)
            && let Some(course) = course.upgrade()
            && let Some(boarding) = lock(&batch.0).as_mut().filter(|boarding| boarding.len() < self.most)
        {
            boarding.push(passenger);
            return (boarding.len() - 1, course);
        }
        let batch = Batch(Arc::new(Mutex::new(Some(vec![passenger]))));
        let course = send(Batch(Arc::clone(&batch.0))).map(Arc::new).boxed().shared();
        // Those that nobody drives any more are over.
        open.retain(|_, open| open.course.upgrade().is_some());
        if let Some(weak) = course.downgrade() {
            open.insert(key.to_owned(), Open { batch, course: weak });
        }
        (0, course)
    }
}

impl<C> Batch<C> {
    /// Closes the batch. Its changes, in the order in which they came, each with its place: those that someone still
    /// waits for.
    pub(crate) fn leave(&self) -> Vec<(usize, C)> {
        let passengers = lock(&self.0).take().into_iter().flatten().enumerate();
        let waited_for = passengers.filter(|(_, passenger)| passenger.caller.strong_count() > 0);
        waited_for.map(|(place, passenger)| (place, passenger.change)).collect()
    }
}

/// Sends changes in as few requests as the server takes: what it refuses is sent again in halves, in the same order,
/// until those stand alone that it does not take. Other failures say nothing about the single change and are all of
/// theirs.
pub(crate) async fn send_in_parts<C: Clone, F>(changes: &[(usize, C)], send: impl Fn(Vec<C>) -> F) -> Failures
where
    F: Future<Output = Result<(), Error>>,
{
    let mut failures = Failures::new();
    let mut parts = vec![changes];
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        let Err(error) = send(part.iter().map(|(_, change)| change.clone()).collect()).await else { continue };
        if part.len() > 1 && error.is_refusal() {
            let (first, second) = part.split_at(part.len() / 2);
            parts.extend([second, first]);
        } else {
            failures.extend(all_failed(part, &error));
        }
    }
    failures
}

/// The same failure of all.
pub(crate) fn all_failed<C>(changes: &[(usize, C)], error: &Error) -> Failures {
    changes.iter().map(|(place, _)| (*place, error.clone())).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
