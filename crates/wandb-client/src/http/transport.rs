//! The one place that sends.

use std::error::Error as StdError;
use std::io;
use std::iter::successors;
use std::sync::OnceLock;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::HeaderValue;
use reqwest::Certificate;
use reqwest::redirect::Policy;

use super::failure::{Failure, Reach};
use super::request::{Request, Response};
use super::way::Way;
use crate::error::{ErrorKind, Source};

/// No answer is read further.
pub(crate) const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Sends one request and reads its answer to the end. Dropping the future abandons the request.
pub(crate) trait Transport: Send + Sync {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, Failure>>;
}

/// Over TCP, with TLS where the address asks for it. Follows no redirects.
pub(crate) struct HttpTransport {
    user_agent: HeaderValue,
    connect_timeout: Duration,
    certificates: Vec<Certificate>,
    way: Way,
    largest_answer: usize,
    /// For what has no TLS. It knows no certificates.
    plain: OnceLock<reqwest::Client>,
    /// For what has TLS. Made with the first request that needs it, as it reads the platform's certificates.
    tls: OnceLock<reqwest::Client>,
}

impl HttpTransport {
    /// `certificates` are trusted in addition to the platform's.
    pub(crate) fn new(
        user_agent: HeaderValue,
        connect_timeout: Duration,
        certificates: Vec<Certificate>,
        way: Way,
    ) -> Self {
        Self {
            user_agent,
            connect_timeout,
            certificates,
            way,
            largest_answer: LARGEST_ANSWER,
            plain: OnceLock::new(),
            tls: OnceLock::new(),
        }
    }

    fn client(&self, is_https: bool) -> Result<&reqwest::Client, reqwest::Error> {
        let needs_certificates = is_https || self.way.has_tls_proxy();
        let cell = if needs_certificates { &self.tls } else { &self.plain };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let builder = reqwest::Client::builder()
            .user_agent(self.user_agent.clone())
            .connect_timeout(self.connect_timeout)
            .redirect(Policy::none());
        let builder = self.way.lead(builder);
        let builder = if needs_certificates {
            builder.tls_certs_merge(self.way.certificates().into_iter().chain(self.certificates.iter().cloned()))
        } else {
            builder.tls_certs_only([])
        };
        let client = builder.build()?;
        Ok(cell.get_or_init(|| client))
    }

    async fn exchange(&self, request: &Request) -> Result<Response, Failure> {
        let client = self.client(request.url.scheme() == "https").map_err(not_sent)?;
        let mut response = client
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send()
            .await
            .map_err(|error| if error.is_connect() || error.is_builder() { not_sent(error) } else { lost(error) })?;

        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let too_large =
            || Failure::new(ErrorKind::TooLarge { limit: self.largest_answer }, Reach::Unclear).with_status(status);
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).map_or(true, |announced| announced > self.largest_answer) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(error).with_status(status))? {
            if body.len() + chunk.len() > self.largest_answer {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response::new(status, headers, body))
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, Failure>> {
        self.exchange(request).boxed()
    }
}

fn not_sent(error: reqwest::Error) -> Failure {
    let kind = if is_untrusted(&error) { ErrorKind::Untrusted } else { ErrorKind::Unreachable };
    Failure::new(kind(cause(error)), Reach::NotSent)
}

fn lost(error: reqwest::Error) -> Failure {
    Failure::new(ErrorKind::Interrupted(cause(error)), Reach::Unclear)
}

/// In one line and without the URL, which the error around it has already. What the two outermost errors say, "error
/// sending request" and "client error (Connect)", is said better by the kind of the failure.
fn cause(error: reqwest::Error) -> Source {
    let error = error.without_url();
    let chain: Vec<_> = successors(Some(&error as &(dyn StdError + 'static)), |error| inner(*error)).collect();
    let telling = chain.get(2..).filter(|telling| !telling.is_empty()).or(chain.last().map(std::slice::from_ref));
    let mut texts: Vec<_> = telling.into_iter().flatten().map(ToString::to_string).collect();
    // An I/O error says nothing beside what it wraps.
    texts.dedup();
    texts.join(": ").into()
}

/// What an error is caused by. An I/O error skips what it wraps in its own chain of causes.
fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|wrapped| wrapped as &(dyn StdError + 'static)).or_else(|| error.source())
}

/// Whether a certificate is at fault, anywhere down the causes.
fn is_untrusted(error: &(dyn StdError + 'static)) -> bool {
    if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
        return true;
    }
    inner(error).is_some_and(is_untrusted)
}
