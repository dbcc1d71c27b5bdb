//! How far the process is on its way out: asked for, and, once what was open is closed, complete.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;
use tonic::Status;

/// In the order in which they come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Serving,
    Requested,
    Complete,
}

/// Shared by all who begin the end or wait for it.
#[derive(Debug, Default, Clone)]
pub(super) struct Ending {
    phase: Arc<watch::Sender<Phase>>,
}

impl Ending {
    /// Asks for the end; whoever runs the process sees to it.
    pub(super) fn request(&self) {
        self.advance(Phase::Requested);
    }

    /// Says that everything is closed: connections may now go.
    pub(super) fn complete(&self) {
        self.advance(Phase::Complete);
    }

    pub(super) async fn requested(&self) {
        self.reached(Phase::Requested).await;
    }

    pub(super) async fn completed(&self) {
        self.reached(Phase::Complete).await;
    }

    /// A stream of answers that has nothing to say until the end. Go hosts close a connection on which nothing runs
    /// for half an hour; an open stream keeps it.
    pub(super) fn silence<T: Send + 'static>(&self) -> BoxStream<'static, Result<T, Status>> {
        let ending = self.clone();
        stream::once(async move { ending.completed().await }).filter_map(async |()| None).boxed()
    }

    fn advance(&self, to: Phase) {
        self.phase.send_if_modified(|phase| {
            let forward = *phase < to;
            *phase = (*phase).max(to);
            forward
        });
    }

    async fn reached(&self, wanted: Phase) {
        // Fails only without a sender, and this is one.
        let _ = self.phase.subscribe().wait_for(|phase| *phase >= wanted).await;
    }
}
