//! Where the host connects: a unix socket that nobody else can reach, or a port of the loopback interface.

#[cfg(unix)]
use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::error::ServeError;
#[cfg(unix)]
use super::socket::Socket;

/// Where to listen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A unix socket in a folder of its own within `folder` (or the system's for temporary files), open to `group`
    /// if there is one.
    #[cfg(unix)]
    Socket { folder: Option<PathBuf>, group: Option<String> },
    /// The first free of these ports on 127.0.0.1.
    Loopback(RangeInclusive<u16>),
}

impl Place {
    /// The most private place that this system has.
    pub(super) fn private() -> Self {
        #[cfg(unix)]
        return Self::Socket { folder: None, group: None };
        #[cfg(not(unix))]
        return Self::Loopback(0..=0);
    }
}

/// A listener's address in go-plugin's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `unix` or `tcp`.
    pub(super) network: &'static str,
    /// The path of the socket, or host and port.
    pub(super) target: String,
}

/// A connection before TLS, whatever it runs over.
pub(super) type Stream = Box<dyn Duplex>;

/// Both directions of a connection.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A bound listener. The folder of a socket is removed when it is dropped.
pub(super) enum Listener {
    #[cfg(unix)]
    Socket(Socket),
    Loopback(TcpListener),
}

impl Listener {
    pub(super) async fn bind(place: &Place) -> Result<Self, ServeError> {
        match place {
            #[cfg(unix)]
            Place::Socket { folder, group } => {
                let folder = folder.clone().unwrap_or_else(env::temp_dir);
                Ok(Self::Socket(Socket::bind(&folder, group.as_deref())?))
            }
            Place::Loopback(ports) => bind_loopback(ports.clone()).await.map(Self::Loopback),
        }
    }

    pub(super) fn address(&self) -> Result<Address, ServeError> {
        match self {
            #[cfg(unix)]
            Self::Socket(socket) => Ok(Address { network: "unix", target: socket.path().display().to_string() }),
            Self::Loopback(listener) => {
                let address = listener.local_addr().map_err(ServeError::Address)?;
                Ok(Address { network: "tcp", target: address.to_string() })
            }
        }
    }

    /// Waits for the next connection. Nothing is lost if the wait is given up.
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match self {
            #[cfg(unix)]
            Self::Socket(socket) => Ok(Box::new(socket.accept().await?)),
            Self::Loopback(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

async fn bind_loopback(ports: RangeInclusive<u16>) -> Result<TcpListener, ServeError> {
    let (first, last) = (*ports.start(), *ports.end());
    let mut failure = io::Error::from(io::ErrorKind::InvalidInput);
    for port in ports {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            // In use, or (on Windows) reserved by the system: the next one may be free.
            Err(error) => failure = error,
        }
    }
    Err(ServeError::NoPort { first, last, source: failure })
}
