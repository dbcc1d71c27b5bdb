use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use tonic::Status;

/// Why a provider could not be driven.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The binary did not start.
    #[error("`{}` did not start", program.display())]
    Spawn {
        /// The binary.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process ended before it announced itself.
    #[error("the provider ended ({status}) without a handshake, saying: {stderr}")]
    NoHandshake {
        /// How it ended.
        status: ExitStatus,
        /// All that it wrote on stderr.
        stderr: String,
    },
    /// Something took longer than [`DEADLINE`](crate::DEADLINE).
    #[error("{what} took too long")]
    Deadline {
        /// What the host waited for.
        what: &'static str,
    },
    /// The handshake line is not what the protocol asks for.
    #[error("the handshake line has {what}: {line}")]
    Handshake {
        /// What is wrong with it.
        what: &'static str,
        /// The line.
        line: String,
    },
    /// The host's own certificate could not be made.
    #[error("the certificate of the host could not be made")]
    Certificate(#[from] rcgen::Error),
    /// The host's own TLS configuration was refused.
    #[error("the TLS configuration of the host was refused")]
    Tls(#[from] rustls::Error),
    /// The connection was not made.
    #[error("no connection to the provider")]
    Connect(#[from] tonic::transport::Error),
    /// A call failed.
    #[error("a call failed")]
    Call(#[source] Box<Status>),
    /// The process could not be watched or signalled.
    #[error("the process could not be controlled")]
    Process(#[from] io::Error),
}

impl From<Status> for HostError {
    fn from(status: Status) -> Self {
        Self::Call(Box::new(status))
    }
}
