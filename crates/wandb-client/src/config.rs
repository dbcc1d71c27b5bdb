//! What a client is made of.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::HeaderValue;
use reqwest::Certificate;

use crate::base_url::BaseUrl;
use crate::credentials::Credential;
use crate::environment::{Environment, NotUnicode};
use crate::http::sender::Limits;
use crate::http::transport::HttpTransport;
use crate::http::way::{InvalidProxy, Way};

/// For one attempt, unless told otherwise.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// For one operation of the server with all its attempts, unless told otherwise.
const OPERATION_DEADLINE: Duration = Duration::from_mins(5);
/// Attempts after the first, unless told otherwise. With the waits between them some 8 s on average.
const MAX_RETRIES: u32 = 6;
/// Requests at the same time, unless told otherwise.
const MAX_CONCURRENT_REQUESTS: usize = 16;
/// How long a coalesced read may be used, unless told otherwise. Longer than a server's window for counting requests, so
/// that who waits for the next one does not begin it by reading everything again.
const READ_MAX_AGE: Duration = Duration::from_mins(2);
/// A connection that takes longer is not worth the wait.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
/// No limit is longer: beyond it the clock's arithmetic would have to be watched.
const LONGEST_LIMIT: Duration = Duration::from_hours(24);

/// How a [`Client`](crate::Client) reaches its server. Made by [`new`](Self::new), changed by the `with_` methods.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
    pub(crate) limits: Limits,
    pub(crate) read_max_age: Duration,
    certificates: Vec<Certificate>,
    way: Way,
    user_agent: HeaderValue,
}

/// Why something cannot be configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file with the authority's certificate cannot be read.
    #[error("the CA certificate file {} cannot be read", file.display())]
    CertificateFile {
        /// The file.
        file: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file holds no certificate in PEM form, or a damaged one.
    #[error("the CA certificate file {} holds no valid certificate in PEM form", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// A variable names a proxy and is no address.
    #[error("the environment variable {variable} is not the address of a proxy")]
    Proxy {
        /// The variable's name.
        variable: &'static str,
    },
    /// A variable is not Unicode.
    #[error(transparent)]
    NotUnicode(#[from] NotUnicode),
    /// The user agent has characters that a header cannot have.
    #[error("the user agent has characters that a header cannot have")]
    UserAgent,
}

impl Config {
    /// A client of this server that authenticates so, with this crate's own limits.
    #[must_use]
    pub fn new(base_url: BaseUrl, credential: Credential) -> Self {
        Self {
            base_url,
            credential,
            limits: Limits {
                request_timeout: REQUEST_TIMEOUT,
                deadline: OPERATION_DEADLINE,
                max_retries: MAX_RETRIES,
                max_concurrent: MAX_CONCURRENT_REQUESTS,
            },
            read_max_age: READ_MAX_AGE,
            certificates: Vec::new(),
            way: Way::default(),
            user_agent: HeaderValue::from_static(concat!("wandb-client/", env!("CARGO_PKG_VERSION"))),
        }
    }

    /// How long one attempt may take, from connecting to the end of the answer. 30 s by default; a day at most.
    #[must_use]
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.limits.request_timeout = timeout.min(LONGEST_LIMIT);
        self
    }

    /// How long an operation of the server may take, with all its attempts and waits. 5 min by default; a day at most.
    ///
    /// A call may need several: who calls and what the server can do are asked before the first one that depends on it, a
    /// token may have to be exchanged, and a change waits for its team's turn. Each of them may take as long, also as
    /// other calls may wait for the same one.
    #[must_use]
    pub fn with_operation_deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline.min(LONGEST_LIMIT);
        self
    }

    /// How often a request is sent again where that is safe. 6 by default; 0 for never.
    #[must_use]
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    /// How many requests may be under way at the same time. 16 by default; at least 1.
    #[must_use]
    pub fn with_max_concurrent_requests(mut self, requests: usize) -> Self {
        self.limits.max_concurrent = requests.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// How long what was read of a team may be used for further reads of it. 2 min by default; zero to share only what
    /// is asked for at the same time. This client's own writes are seen at once in any case.
    #[must_use]
    pub fn with_read_max_age(mut self, age: Duration) -> Self {
        self.read_max_age = age;
        self
    }

    /// Trusts the certificates of a PEM file, in addition to the platform's. Reads the file, blocking.
    pub fn with_ca_certificate_file(mut self, file: &Path) -> Result<Self, ConfigError> {
        let pem =
            std::fs::read(file).map_err(|source| ConfigError::CertificateFile { file: file.to_owned(), source })?;
        let no_certificate = || ConfigError::NoCertificate { file: file.to_owned() };
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| no_certificate())?;
        // The library looks into the certificates only when it makes a client.
        let probe = reqwest::Client::builder().tls_certs_only(certificates.iter().cloned()).build();
        if certificates.is_empty() || probe.is_err() {
            return Err(no_certificate());
        }
        self.certificates = certificates;
        Ok(self)
    }

    /// Goes through the proxies that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`; `http`,
    /// `https`, `socks5` and `socks5h`), and trusts the certificates in `SSL_CERT_FILE`, `SSL_CERT_DIR` and
    /// `REQUESTS_CA_BUNDLE`, in addition to the platform's. Those files are read with the first request that needs them.
    /// Without a proxy in the environment the platform's settings hold. A proxy that cannot be used is an error only where
    /// it would be on the way to the server.
    pub fn with_environment(mut self, environment: &Environment) -> Result<Self, ConfigError> {
        self.way = Way::of(environment, &self.base_url).map_err(|error| match error {
            InvalidProxy::NotUnicode(error) => ConfigError::NotUnicode(error),
            InvalidProxy::Address(variable) => ConfigError::Proxy { variable },
        })?;
        Ok(self)
    }

    /// What this client calls itself. `wandb-client/` and its version by default.
    pub fn with_user_agent(mut self, user_agent: &str) -> Result<Self, ConfigError> {
        self.user_agent = HeaderValue::from_str(user_agent).map_err(|_| ConfigError::UserAgent)?;
        Ok(self)
    }

    pub(crate) fn transport(&self) -> HttpTransport {
        let connect_timeout = self.limits.request_timeout.min(LONGEST_CONNECT);
        HttpTransport::new(self.user_agent.clone(), connect_timeout, self.certificates.clone(), self.way.clone())
    }
}
