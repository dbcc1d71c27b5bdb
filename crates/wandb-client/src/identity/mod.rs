//! Logging in with an identity provider's token (RFC 7523): exchanged for an access token, renewed ahead of its end, and
//! shared with the other processes of a run, as an identity token is accepted once.

mod access_token;
mod credentials_file;
mod exchange;
mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::warn;

use crate::base_url::BaseUrl;
use crate::coalesce::Coalescer;
use crate::error::{Error, ErrorKind};
use crate::http::sender::{Limits, Sender};

pub use access_token::AccessToken;
pub use token::{IdentityToken, IdentityTokenError};

use credentials_file::{CredentialsFile, Key};
use token::{Jwt, Source};

/// Exchanges identity tokens with one server.
pub(crate) struct Identity {
    base_url: BaseUrl,
    server: Arc<Sender>,
    /// For identity providers, whose limits and clocks are not the server's.
    elsewhere: Sender,
    /// How long to wait for another process's exchange.
    deadline: Duration,
}

impl Identity {
    pub(crate) fn new(base_url: BaseUrl, server: Arc<Sender>, elsewhere: Sender, limits: Limits) -> Self {
        Self { base_url, server, elsewhere, deadline: limits.deadline }
    }

    /// An access token for this identity: one that a process of this run has already, else a new one.
    pub(crate) async fn access_token(&self, identity: &IdentityToken) -> Result<AccessToken, Error> {
        let jwt = match &identity.source {
            Source::Text(jwt) => jwt.clone(),
            Source::File(file) => {
                Jwt::read(file).map_err(|error| Error::of(exchange::OPERATION.name, ErrorKind::IdentityToken(error)))?
            }
            // Every process of a job gets a token of its own, so there is nothing to share.
            Source::GitHubActions(job) => return self.exchange(&self.fetch(job).await?).await,
        };
        let Some(file) = &identity.credentials_file else {
            return self.exchange(&jwt).await;
        };
        let unshared =
            |error| warn!(file = %file.display(), %error, "access tokens are not shared with other processes");
        let shared = match CredentialsFile::lock(file.clone(), Instant::now() + self.deadline).await {
            Ok(shared) => shared,
            Err(error) => {
                unshared(error);
                return self.exchange(&jwt).await;
            }
        };
        let key = Key::new(&self.base_url, &jwt);
        let known = shared.get(&key).unwrap_or_else(|error| {
            unshared(error);
            None
        });
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh(Timestamp::now())) {
            return Ok(known.clone());
        }
        match self.exchange(&jwt).await {
            Ok(token) => {
                shared.put(&key, &token, Timestamp::now()).unwrap_or_else(unshared);
                Ok(token)
            }
            // The same identity token again, most likely: what it was exchanged for may still be good.
            Err(error) => known.filter(|known| known.is_valid(Timestamp::now())).ok_or(error),
        }
    }

    async fn exchange(&self, jwt: &Jwt) -> Result<AccessToken, Error> {
        self.server.send(&exchange::request(&self.base_url, jwt), exchange::read).await
    }

    async fn fetch(&self, job: &token::GitHubActions) -> Result<Jwt, Error> {
        self.elsewhere.send(&exchange::job_token_request(job)?, exchange::read_job_token).await
    }
}

/// The access tokens of one identity, each used until it is time for the next.
pub(crate) struct AccessTokens {
    identity: Arc<IdentityToken>,
    exchanges: Arc<Identity>,
    current: Mutex<Option<Current>>,
    /// Those who need the next one at the same time share its exchange.
    renewal: Coalescer<(), AccessToken>,
}

struct Current {
    token: AccessToken,
    renew_at: Timestamp,
}

impl AccessTokens {
    pub(crate) fn new(identity: IdentityToken, exchanges: Arc<Identity>) -> Self {
        let (identity, renewal) = (Arc::new(identity), Coalescer::new(Duration::ZERO));
        Self { identity, exchanges, current: Mutex::new(None), renewal }
    }

    /// A token that is good for the next requests.
    pub(crate) async fn current(&self) -> Result<AccessToken, Error> {
        let held = self.held();
        if let Some((token, false)) = held {
            return Ok(token);
        }
        let (identity, exchanges) = (Arc::clone(&self.identity), Arc::clone(&self.exchanges));
        match self.renewal.get((), || async move { exchanges.access_token(&identity).await }).await {
            Ok(token) => {
                let renew_at = token.renew_at(Timestamp::now());
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(Current { token: token.clone(), renew_at });
                Ok(token)
            }
            Err(error) => held.map(|(token, _)| token).filter(|token| token.is_valid(Timestamp::now())).ok_or(error),
        }
    }

    /// The token that is held, and whether it is time for the next.
    fn held(&self) -> Option<(AccessToken, bool)> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|current| (current.token.clone(), current.renew_at <= Timestamp::now()))
    }
}
