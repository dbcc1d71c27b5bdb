//! Why the process could not begin to serve.

use std::io;

/// A failure between a host that was understood and the first connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServeError {
    #[error("the asynchronous runtime did not start")]
    Runtime(#[source] io::Error),
    #[error("the handlers of signals could not be installed")]
    Signals(#[source] io::Error),
    #[cfg(unix)]
    #[error(transparent)]
    Socket(#[from] super::socket::SocketError),
    #[error("no port of 127.0.0.1 from {first} to {last} (PLUGIN_MIN_PORT, PLUGIN_MAX_PORT) could be opened")]
    NoPort { first: u16, last: u16, source: io::Error },
    #[error("the address of the listener is not known")]
    Address(#[source] io::Error),
    #[error("the certificate of this process could not be made")]
    Certificate(#[source] rcgen::Error),
    #[error("the TLS configuration was refused")]
    Tls(#[source] rustls::Error),
    #[error("the host no longer reads the output of this process")]
    Announce(#[source] io::Error),
}
