//! The connections of the process: accepted, proved by TLS, served, and at the end let go.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::ending::Ending;
use super::listener::{Listener, Stream};
use super::services::Services;

/// How long a TLS handshake may take. A host needs milliseconds.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How many connections may be in their handshake at once; further ones wait in the system's queue. A host opens one.
const PENDING_LIMIT: usize = 16;
/// How long calls may go on after the end: the host kills the process after two seconds.
const DRAIN_LIMIT: Duration = Duration::from_millis(1500);
/// The pause after a failed accept, which mostly means that the system is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How much of a request may be on its way before it is read, in bytes: a state of many megabytes shall not wait for
/// the other side after each 64 KiB.
const WINDOW: u32 = 4 << 20;

/// How many connections have proved themselves.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    /// Open now.
    pub(super) open: usize,
    /// Whether there ever was one.
    pub(super) any: bool,
}

/// Serves every connection in a task of its own.
pub(super) struct Connections<S> {
    shared: Arc<Shared<S>>,
    tasks: JoinSet<()>,
}

/// What the task of a connection needs.
struct Shared<S> {
    services: Arc<Services<S>>,
    /// Absent where the user attaches a host by hand.
    tls: Option<TlsAcceptor>,
    ending: Ending,
    tally: watch::Sender<Tally>,
}

impl<S: Provider> Connections<S> {
    pub(super) fn new(services: Services<S>, tls: Option<TlsAcceptor>, ending: Ending) -> Self {
        let tally = watch::Sender::default();
        Self { shared: Arc::new(Shared { services: Arc::new(services), tls, ending, tally }), tasks: JoinSet::new() }
    }

    /// Tells about connections that come and go.
    pub(super) fn watch(&self) -> watch::Receiver<Tally> {
        self.shared.tally.subscribe()
    }

    /// Accepts connections for as long as it is polled.
    pub(super) async fn accept(&mut self, listener: &Listener) -> Infallible {
        let pending = Arc::new(Semaphore::new(PENDING_LIMIT));
        loop {
            tokio::select! {
                accepted = next(listener, &pending) => match accepted {
                    Ok((stream, permit)) => {
                        self.tasks.spawn(Arc::clone(&self.shared).serve(stream, permit));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = self.tasks.join_next() => {}
            }
        }
    }

    /// Lets connections finish what they are about, for a short while.
    pub(super) async fn drain(mut self) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(DRAIN_LIMIT, all).await.is_err() {
            tracing::warn!("calls were still running at the end");
        }
    }
}

/// The next connection, once there is room for its handshake.
async fn next(listener: &Listener, pending_handshakes: &Arc<Semaphore>) -> io::Result<(Stream, OwnedSemaphorePermit)> {
    let Ok(permit) = Arc::clone(pending_handshakes).acquire_owned().await else {
        // Only a closed semaphore fails, and nobody closes this one.
        return pending().await;
    };
    Ok((listener.accept().await?, permit))
}

impl<S: Provider> Shared<S> {
    async fn serve(self: Arc<Self>, stream: Stream, permit: OwnedSemaphorePermit) {
        let proved = tokio::select! {
            proved = timeout(HANDSHAKE_LIMIT, self.prove(stream)) => proved,
            () = self.ending.completed() => return,
        };
        drop(permit);
        match proved {
            Ok(Ok(stream)) => self.speak(stream).await,
            Ok(Err(error)) => tracing::warn!(%error, "a connection was refused"),
            Err(_) => tracing::warn!("a connection was refused: its handshake took too long"),
        }
    }

    async fn prove(&self, stream: Stream) -> io::Result<Stream> {
        match &self.tls {
            Some(tls) => Ok(Box::new(tls.accept(stream).await?)),
            None => Ok(stream),
        }
    }

    async fn speak(&self, stream: Stream) {
        let _counted = Counted::new(&self.tally);
        let mut connection = pin!(
            http2::Builder::new(TokioExecutor::new())
                .initial_stream_window_size(WINDOW)
                .initial_connection_window_size(WINDOW)
                .serve_connection(TokioIo::new(stream), Arc::clone(&self.services))
        );
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.ending.completed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}

/// An open connection in the tally, for as long as it lives.
struct Counted<'tally>(&'tally watch::Sender<Tally>);

impl<'tally> Counted<'tally> {
    fn new(tally: &'tally watch::Sender<Tally>) -> Self {
        tally.send_modify(|tally| *tally = Tally { open: tally.open + 1, any: true });
        Self(tally)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|tally| tally.open -= 1);
    }
}
