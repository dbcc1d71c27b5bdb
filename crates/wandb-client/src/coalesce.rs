//! Reads of the same thing share one request.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use tokio::time::Instant;

use crate::error::Error;

/// An error is remembered this long: the many who ask for the same thing one after the other need not all wait for the
/// same attempts, and who comes later finds out whether it is over.
const ERROR_MAX_AGE: Duration = Duration::from_secs(5);

/// Remembers what was read, by key, and for a moment that it could not be read. Those who ask at the same time share one
/// load, its error too; a load goes on as long as any of them waits for it. Values are cloned to all who ask, so they are
/// cheap to clone.
pub(crate) struct Coalescer<K, V> {
    max_age: Duration,
    slots: Arc<Mutex<Slots<K, V>>>,
}

struct Slots<K, V> {
    next_load: u64,
    by_key: HashMap<K, Slot<V>>,
}

enum Slot<V> {
    Loading { load: u64, future: WeakShared<BoxFuture<'static, Result<V, Error>>> },
    Loaded { load: u64, result: Result<V, Error>, at: Instant },
}

impl<V> Slot<V> {
    fn load(&self) -> u64 {
        match self {
            Self::Loading { load, .. } | Self::Loaded { load, .. } => *load,
        }
    }
}

/// A point in the order of loads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Before all loads.
    pub(crate) const START: Self = Self(0);
}

impl<K, V> Coalescer<K, V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Values count as fresh for this long, from the end of their load: a server that lets its callers wait is not asked
    /// more often for that.
    pub(crate) fn new(max_age: Duration) -> Self {
        Self { max_age, slots: Arc::new(Mutex::new(Slots { next_load: 0, by_key: HashMap::new() })) }
    }

    /// The value of a key: a fresh one, one that is being loaded, or the result of `load`.
    pub(crate) async fn get<F>(&self, key: K, load: impl FnOnce() -> F) -> Result<V, Error>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        self.get_numbered(key, load).await.1
    }

    /// The value of a key, and where that is not enough, one whose load began after the mark: what is absent is absent
    /// now, and not by what was read some time ago.
    pub(crate) async fn get_enough<F>(
        &self,
        key: K,
        mark: Mark,
        load: impl Fn() -> F,
        is_enough: impl Fn(&V) -> bool,
    ) -> Result<V, Error>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let (number, result) = self.get_numbered(key.clone(), &load).await;
        if number >= mark.0 || result.as_ref().map_or(true, is_enough) {
            return result;
        }
        self.forget_before(&key, mark);
        self.get(key, load).await
    }

    /// The present point in the order of loads.
    pub(crate) fn mark(&self) -> Mark {
        Mark(lock(&self.slots).next_load)
    }

    async fn get_numbered<F>(&self, key: K, load: impl FnOnce() -> F) -> (u64, Result<V, Error>)
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let (number, future) = {
            let mut slots = lock(&self.slots);
            let under_way = match slots.by_key.get(&key) {
                Some(Slot::Loaded { load, result, at }) if at.elapsed() < self.max_age_of(result) => {
                    return (*load, result.clone());
                }
                Some(Slot::Loading { load, future }) => future.upgrade().map(|future| (*load, future)),
                _ => None,
            };
            under_way.unwrap_or_else(|| (slots.next_load, self.start(&mut slots, key, load())))
        };
        (number, future.await)
    }

    fn max_age_of(&self, result: &Result<V, Error>) -> Duration {
        if result.is_ok() { self.max_age } else { ERROR_MAX_AGE.min(self.max_age) }
    }

    fn forget_before(&self, key: &K, mark: Mark) {
        let mut slots = lock(&self.slots);
        if slots.by_key.get(key).is_some_and(|slot| slot.load() < mark.0) {
            slots.by_key.remove(key);
        }
    }

    /// Forgets what a change may have changed, and what is not known yet or not known at all.
    pub(crate) fn forget_where(&self, is_changed: impl Fn(&V) -> bool) {
        let is_kept = |slot: &Slot<V>| matches!(slot, Slot::Loaded { result: Ok(value), .. } if !is_changed(value));
        lock(&self.slots).by_key.retain(|_, slot| is_kept(slot));
    }

    /// Forgets a key. Who asks from now on gets what is loaded from now on, also if a load is under way.
    pub(crate) fn forget(&self, key: &K) {
        lock(&self.slots).by_key.remove(key);
    }

    /// Forgets all keys.
    pub(crate) fn forget_all(&self) {
        lock(&self.slots).by_key.clear();
    }

    fn start<F>(&self, slots: &mut Slots<K, V>, key: K, load: F) -> Shared<BoxFuture<'static, Result<V, Error>>>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let this = slots.next_load;
        slots.next_load += 1;
        let (shared_slots, loaded_key) = (Arc::clone(&self.slots), key.clone());
        let future = async move {
            let result = load.await;
            let mut slots = lock(&shared_slots);
            // Unless it was forgotten meanwhile.
            if matches!(slots.by_key.get(&loaded_key), Some(Slot::Loading { load, .. }) if *load == this) {
                let loaded = Slot::Loaded { load: this, result: result.clone(), at: Instant::now() };
                slots.by_key.insert(loaded_key, loaded);
            }
            result
        }
        .boxed()
        .shared();
        if let Some(weak) = future.downgrade() {
            slots.by_key.insert(key, Slot::Loading { load: this, future: weak });
        }
        future
    }
}

fn lock<K, V>(slots: &Mutex<Slots<K, V>>) -> MutexGuard<'_, Slots<K, V>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;
    use tokio::sync::Notify;

    use super::*;
    use crate::error::ErrorKind;

    const MAX_AGE: Duration = Duration::from_secs(30);

    /// Loads that count themselves.
    #[derive(Clone, Default)]
    struct Loads(Arc<AtomicU32>);

    impl Loads {
        fn count(&self) -> u32 {
            self.0.load(Ordering::SeqCst)
        }

        /// Answers which load it was.
        fn load(&self) -> impl Future<Output = Result<u32, Error>> + Send + 'static {
            let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                tokio::task::yield_now().await;
                Ok(count)
            }
        }
    }

    fn error() -> Error {
        Error::of("Team", ErrorKind::Unsupported { what: "this" })
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_ask_at_the_same_time_or_soon_after_share_a_load() {
        let (reads, loads) = (Coalescer::new(MAX_AGE), Loads::default());
        let all = join_all((0..100).map(|_| reads.get("a", || loads.load()))).await;
        assert!(all.iter().all(|value| value.as_ref().is_ok_and(|value| *value == 1)));
        assert_eq!(reads.get("a", || loads.load()).await.unwrap(), 1);
        assert_eq!(reads.get("b", || loads.load()).await.unwrap(), 2);
        tokio::time::advance(MAX_AGE).await;
        assert_eq!(reads.get("a", || loads.load()).await.unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_long_in_coming_is_fresh_when_it_comes() {
        let (reads, loads) = (Coalescer::new(MAX_AGE), Loads::default());
        let slow = || {
            let load = loads.load();
            async move {
                tokio::time::sleep(2 * MAX_AGE).await;
                load.await
            }
        };
        assert_eq!(reads.get("a", slow).await.unwrap(), 1);
        assert_eq!(reads.get("a", slow).await.unwrap(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_is_shared_and_remembered_for_a_moment() {
        let (reads, loads, go) = (Coalescer::new(MAX_AGE), Loads::default(), Arc::new(Notify::new()));
        let fail = || {
            let (go, load) = (Arc::clone(&go), loads.load());
            async move {
                go.notified().await;
                load.await.and(Err(error()))
            }
        };
        let mut all = std::pin::pin!(join_all((0..10).map(|_| reads.get("a", fail))));
        assert!(futures::poll!(&mut all).is_pending());
        go.notify_one();
        assert!(all.await.iter().all(Result::is_err));
        assert!(reads.get("a", fail).await.is_err());
        assert_eq!(loads.count(), 1);
        tokio::time::advance(ERROR_MAX_AGE).await;
        assert_eq!(reads.get("a", || async { Ok(7) }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn an_error_is_forgotten_like_a_value() {
        let forget_key = |reads: &Coalescer<&'static str, u32>| reads.forget(&"a");
        let forget_others = |reads: &Coalescer<&'static str, u32>| reads.forget_where(|_| false);
        for forget in [Coalescer::forget_all, forget_key, forget_others] {
            let reads = Coalescer::new(MAX_AGE);
            assert!(reads.get("a", || async { Err(error()) }).await.is_err());
            forget(&reads);
            assert_eq!(reads.get("a", || async { Ok(7) }).await.unwrap(), 7);
        }
    }

    #[tokio::test]
    async fn what_is_not_enough_is_loaded_anew_unless_it_is_new() {
        let (reads, loads) = (Coalescer::new(MAX_AGE), Loads::default());
        let get = |mark, least| {
            let (reads, loads) = (&reads, &loads);
            async move { reads.get_enough("a", mark, || loads.load(), move |value| *value >= least).await.unwrap() }
        };
        assert_eq!(get(reads.mark(), 9).await, 1, "loaded after the mark");
        let mark = reads.mark();
        assert_eq!(get(mark, 1).await, 1);
        assert_eq!(get(Mark::START, 9).await, 1);
        let all = join_all((0..10).map(|_| get(mark, 9))).await;
        assert_eq!(all, [2; 10], "one load for all who look");
        assert_eq!(get(mark, 9).await, 2);
        assert_eq!(get(reads.mark(), 9).await, 3);
    }

    #[tokio::test]
    async fn what_a_change_does_not_concern_is_kept() {
        let (reads, loads) = (Coalescer::new(MAX_AGE), Loads::default());
        for key in ["a", "b"] {
            reads.get(key, || loads.load()).await.unwrap();
        }
        reads.forget_where(|value| *value == 2);
        assert_eq!(reads.get("a", || loads.load()).await.unwrap(), 1);
        assert_eq!(reads.get("b", || loads.load()).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn what_is_forgotten_while_it_loads_reaches_only_those_who_waited_already() {
        let forget_key = |reads: &Coalescer<&'static str, u32>| reads.forget(&"a");
        for forget in [Coalescer::forget_all, forget_key] {
            let (reads, go) = (Coalescer::new(MAX_AGE), Arc::new(Notify::new()));
            let waits = Arc::clone(&go);
            let mut early = std::pin::pin!(reads.get("a", || async move {
                waits.notified().await;
                Ok(1)
            }));
            assert!(futures::poll!(&mut early).is_pending());
            forget(&reads);
            assert_eq!(reads.get("a", || async { Ok(2) }).await.unwrap(), 2);
            go.notify_one();
            assert_eq!(early.await.unwrap(), 1);
            assert_eq!(reads.get("a", || async { Ok(3) }).await.unwrap(), 2);
        }
    }

    #[tokio::test]
    async fn a_load_outlives_the_one_who_started_it_and_ends_with_the_last() {
        let (reads, loads, go) = (Coalescer::new(MAX_AGE), Loads::default(), Arc::new(Notify::new()));
        let slow = || {
            let (go, load) = (Arc::clone(&go), loads.load());
            async move {
                go.notified().await;
                load.await
            }
        };
        let mut first = Box::pin(reads.get("a", slow));
        let mut second = Box::pin(reads.get("a", slow));
        assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());
        drop(first);
        go.notify_one();
        assert_eq!(second.await.unwrap(), 1);

        reads.forget(&"a");
        let mut abandoned = Box::pin(reads.get("a", slow));
        assert!(futures::poll!(&mut abandoned).is_pending());
        drop(abandoned);
        go.notify_one();
        assert_eq!(reads.get("a", slow).await.unwrap(), 3);
        assert_eq!(loads.count(), 3);
    }
}
