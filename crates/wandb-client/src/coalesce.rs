//! Reads of the same thing share one request.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use tokio::time::Instant;

use crate::error::Error;

/// Remembers what was read, by key. Those who ask at the same time share one load, its error too; a load goes on as
/// long as any of them waits for it. Values are cloned to all who ask, so they are cheap to clone.
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
    Loaded { value: V, at: Instant },
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
        let future = {
            let mut slots = lock(&self.slots);
            match slots.by_key.get(&key) {
                Some(Slot::Loaded { value, at }) if at.elapsed() < self.max_age => return Ok(value.clone()),
                Some(Slot::Loading { future, .. }) => future.upgrade(),
                _ => None,
            }
            .unwrap_or_else(|| self.start(&mut slots, key, load()))
        };
        future.await
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
                match &result {
                    Ok(value) => {
                        slots.by_key.insert(loaded_key, Slot::Loaded { value: value.clone(), at: Instant::now() })
                    }
                    Err(_) => slots.by_key.remove(&loaded_key),
                };
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

    #[tokio::test]
    async fn an_error_is_shared_and_not_remembered() {
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
        assert_eq!(loads.count(), 1);
        assert_eq!(reads.get("a", || async { Ok(7) }).await.unwrap(), 7);
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
