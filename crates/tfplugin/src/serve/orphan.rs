//! What tells a process that its host is gone without a word: it has another parent, or nobody is connected any more.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::connections::Tally;

/// How often the parent is looked at.
#[cfg(unix)]
const PARENT_INTERVAL: Duration = Duration::from_millis(500);
/// How long a process without a connection waits for another one.
const RECONNECT_LIMIT: Duration = Duration::from_secs(2);

/// The process that started this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    #[cfg(unix)]
    id: u32,
}

impl Parent {
    #[cfg(unix)]
    pub(super) fn now() -> Self {
        Self { id: std::os::unix::process::parent_id() }
    }

    /// Waits until the parent is another one, which means that the first has died.
    #[cfg(unix)]
    pub(super) async fn gone(self) {
        let mut ticks = tokio::time::interval(PARENT_INTERVAL);
        while std::os::unix::process::parent_id() == self.id {
            ticks.tick().await;
        }
    }

    #[cfg(not(unix))]
    pub(super) fn now() -> Self {
        Self {}
    }

    /// Waits for ever: here a process keeps its parent's number, and only the connection tells.
    #[cfg(not(unix))]
    pub(super) async fn gone(self) {
        std::future::pending::<()>().await;
    }
}

/// Waits until the last connection is gone and no other one has come in its place. A host that is started through
/// another program is nobody's parent, but its connection breaks when it dies.
pub(super) async fn abandoned(mut tally: watch::Receiver<Tally>) {
    while tally.wait_for(|tally| tally.any && tally.open == 0).await.is_ok() {
        let another = timeout(RECONNECT_LIMIT, tally.wait_for(|tally| tally.open > 0)).await;
        if another.is_err() {
            return;
        }
    }
    // Without a sender there is nothing to wait for: the process is ending for another reason.
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::time::advance;

    use super::*;

    fn tally(any: bool, open: usize) -> Tally {
        Tally { open, any }
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_lost_connection_that_stays_lost_counts() {
        let sender = watch::Sender::new(Tally::default());
        let mut waiting = Box::pin(abandoned(sender.subscribe()));
        assert!(waiting.as_mut().now_or_never().is_none(), "nobody has come yet");
        advance(RECONNECT_LIMIT * 100).await;
        assert!(waiting.as_mut().now_or_never().is_none(), "nobody has come yet");

        sender.send_replace(tally(true, 1));
        assert!(waiting.as_mut().now_or_never().is_none(), "connected");
        sender.send_replace(tally(true, 0));
        assert!(waiting.as_mut().now_or_never().is_none(), "may come back");
        advance(RECONNECT_LIMIT / 2).await;
        sender.send_replace(tally(true, 1));
        assert!(waiting.as_mut().now_or_never().is_none(), "came back");
        advance(RECONNECT_LIMIT * 2).await;
        assert!(waiting.as_mut().now_or_never().is_none(), "still there");

        sender.send_replace(tally(true, 0));
        assert!(waiting.as_mut().now_or_never().is_none());
        advance(RECONNECT_LIMIT * 2).await;
        assert!(waiting.as_mut().now_or_never().is_some(), "stayed away");
    }
}
