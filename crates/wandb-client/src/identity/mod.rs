//! Logging in with an identity provider's token (RFC 7523): exchanged for an access token, renewed ahead of its end,
//! and shared with the other processes of a run, as an identity token is accepted once.

mod access_token;
pub(crate) mod credentials_file;
mod exchange;
mod token;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// The name of the operation that exchanges an identity token.
pub(crate) const EXCHANGE: &str = exchange::OPERATION.name;
/// How soon to try again when a token could not be renewed and is still good.
const RENEW_AGAIN: Duration = Duration::from_mins(1);

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

    /// An access token for this identity: one that a process of this run has already, else a new one. `refused` is one
    /// that the server does not accept.
    pub(crate) async fn access_token(
        &self,
        identity: &IdentityToken,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, Error> {
        let jwt = match &identity.source {
            Source::Text(jwt) => jwt.clone(),
            Source::File(file) => {
                Jwt::read(file).map_err(|error| Error::of(exchange::OPERATION.name, ErrorKind::IdentityToken(error)))?
            }
            Source::GitHubActions(job) => self.fetch(job).await?,
        };
        // Every process of a job gets a token of its own, so there is nothing to share.
        let is_own = matches!(identity.source, Source::GitHubActions(_));
        let Some(file) = identity.credentials_file.as_ref().filter(|_| !is_own) else {
            return self.exchange(identity, jwt).await.map(|(token, _)| token);
        };
        let unshared =
            |error| warn!(file = %file.display(), %error, "access tokens are not shared with other processes");
        let shared = match CredentialsFile::lock(file.clone(), Instant::now() + self.deadline).await {
            Ok(shared) => shared,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let kept = ErrorKind::CredentialsFileKept { file: file.clone(), waited: self.deadline };
                return Err(Error::of(EXCHANGE, kept));
            }
            Err(error) => {
                unshared(error);
                return self.exchange(identity, jwt).await.map(|(token, _)| token);
            }
        };
        let key = Key::new(&self.base_url, &jwt);
        let known = shared.get(&key).unwrap_or_else(|error| {
            unshared(error);
            None
        });
        let known = known.filter(|known| !refused.is_some_and(|refused| refused.is_same(known)));
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh(Timestamp::now())) {
            return Ok(known.clone());
        }
        match self.exchange(identity, jwt).await {
            Ok((token, jwt)) => {
                shared.put(&Key::new(&self.base_url, &jwt), &token, Timestamp::now()).unwrap_or_else(unshared);
                Ok(token)
            }
            // The same identity token again, most likely: what it was exchanged for may still be good.
            Err(error) => known.filter(|known| known.is_valid(Timestamp::now())).ok_or(error),
        }
    }

    /// Exchanges an identity token, and says which one was taken in the end: of an exchange whose answer was lost the
    /// token is used up, so where there is a fresh one by now, that is exchanged.
    async fn exchange(&self, identity: &IdentityToken, jwt: Jwt) -> Result<(AccessToken, Jwt), Error> {
        let error = match self.exchange_once(&jwt).await {
            Ok(token) => return Ok((token, jwt)),
            Err(error) => error,
        };
        if !error.is_auth() || error.attempts() < 2 {
            return Err(error);
        }
        let fresh = match &identity.source {
            Source::GitHubActions(job) => self.fetch(job).await.ok(),
            Source::File(file) => Jwt::read(file).ok().filter(|fresh| !fresh.is_same(&jwt)),
            Source::Text(_) => None,
        };
        let Some(fresh) = fresh else {
            return Err(error);
        };
        self.exchange_once(&fresh).await.map(|token| (token, fresh))
    }

    async fn exchange_once(&self, jwt: &Jwt) -> Result<AccessToken, Error> {
        self.server.send(exchange::request(&self.base_url, jwt), None, exchange::read).await
    }

    async fn fetch(&self, job: &token::GitHubActions) -> Result<Jwt, Error> {
        self.elsewhere.send(exchange::job_token_request(job)?, None, exchange::read_job_token).await
    }
}

/// The access tokens of one identity, each used until it is time for the next.
pub(crate) struct AccessTokens {
    identity: Arc<IdentityToken>,
    exchanges: Arc<Identity>,
    state: Mutex<State>,
    /// Those who need the next one at the same time share its exchange.
    renewal: Coalescer<(), AccessToken>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// The token that the server did not accept, though it had not ended.
    refused: Option<AccessToken>,
}

#[derive(Clone)]
struct Current {
    token: AccessToken,
    renew_at: Timestamp,
}

impl AccessTokens {
    pub(crate) fn new(identity: IdentityToken, exchanges: Arc<Identity>) -> Self {
        let (identity, renewal) = (Arc::new(identity), Coalescer::new(Duration::ZERO));
        Self { identity, exchanges, state: Mutex::default(), renewal }
    }

    /// A token that is good for the next requests.
    pub(crate) async fn current(&self) -> Result<AccessToken, Error> {
        let (held, refused) = {
            let state = self.lock();
            (state.current.clone(), state.refused.clone())
        };
        if let Some(held) = held.as_ref().filter(|held| held.renew_at > Timestamp::now()) {
            return Ok(held.token.clone());
        }
        let (identity, exchanges) = (Arc::clone(&self.identity), Arc::clone(&self.exchanges));
        let renewed =
            self.renewal.get((), || async move { exchanges.access_token(&identity, refused.as_ref()).await }).await;
        let next = Current::after(held, renewed, Timestamp::now())?;
        let token = next.token.clone();
        self.lock().current = Some(next);
        Ok(token)
    }

    /// Whether this is the present token and can still be sent.
    pub(crate) fn is_good(&self, token: &str) -> bool {
        let state = self.lock();
        let current = state.current.as_ref().filter(|current| current.token.expose_secret() == token);
        current.is_some_and(|current| current.token.is_valid(Timestamp::now()))
    }

    /// Notes that the server does not accept a token, so that the next call gets another one. False if there was none a
    /// moment ago, when the server had refused this one before.
    pub(crate) fn refuse(&self, token: &str) -> bool {
        self.lock().refuse(token, Timestamp::now())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refuse(&mut self, token: &str, now: Timestamp) -> bool {
        let Self { current, refused } = self;
        // Else another one took its place meanwhile.
        if let Some(current) = current.as_mut().filter(|current| current.token.expose_secret() == token) {
            if current.renew_at > now && refused.as_ref().is_some_and(|refused| refused.is_same(&current.token)) {
                return false;
            }
            current.renew_at = Timestamp::MIN;
            *refused = Some(current.token.clone());
        }
        true
    }
}

impl Current {
    /// What to use after a renewal: the new token, or if there is none the old one, as long as it is good.
    fn after(held: Option<Self>, renewed: Result<AccessToken, Error>, now: Timestamp) -> Result<Self, Error> {
        match (renewed, held) {
            (Ok(token), _) => Ok(Self { renew_at: token.renew_at(now), token }),
            (Err(_), Some(Self { token, .. })) if token.is_valid(now) => {
                Ok(Self { renew_at: now.checked_add(RENEW_AGAIN).unwrap_or(now), token })
            }
            (Err(error), _) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ServerMessages;

    #[test]
    fn of_a_refused_token_that_could_not_be_renewed_no_other_is_wanted_for_a_while() {
        let now: Timestamp = "2026-11-23T23:00:00Z".parse().unwrap();
        let token =
            |secret: &str| AccessToken { secret: secret.into(), expires_at: "2026-11-24T00:00:00Z".parse().unwrap() };
        let later = now + RENEW_AGAIN;
        let mut state = State { current: Some(Current { token: token("old"), renew_at: later }), refused: None };
        assert!(state.refuse("old", now), "the first time");
        assert!(state.refuse("old", now), "while it is being renewed");
        assert!(state.refuse("older", now), "replaced already");
        state.current = Some(Current { token: token("old"), renew_at: later });
        assert!(!state.refuse("old", now), "just asked in vain");
        assert!(state.refuse("old", later), "time to ask again");
        state.current = Some(Current { token: token("new"), renew_at: later });
        assert!(state.refuse("new", now), "another one");
    }

    #[test]
    fn a_token_that_cannot_be_renewed_is_used_to_its_end() {
        let now: Timestamp = "2026-11-23T23:00:00Z".parse().unwrap();
        let token = |secret: &str, expires_at: &str| AccessToken {
            secret: secret.into(),
            expires_at: expires_at.parse().unwrap(),
        };
        let held = |expires_at| Some(Current { token: token("old", expires_at), renew_at: now });
        let refused = || Err(Error::of("Exchange", ErrorKind::Unauthorized(ServerMessages::default())));
        let new = || Ok(token("new", "2026-11-24T00:00:00Z"));
        for (held, renewed, expected) in [
            (None, new(), Some(("new", "2026-11-23T23:55:00Z"))),
            (held("2026-11-23T23:04:00Z"), new(), Some(("new", "2026-11-23T23:55:00Z"))),
            // Not tried again with every call.
            (held("2026-11-23T23:04:00Z"), refused(), Some(("old", "2026-11-23T23:01:00Z"))),
            (held("2026-11-23T23:00:00Z"), refused(), None),
            (None, refused(), None),
        ] {
            let current = Current::after(held, renewed, now);
            let current =
                current.as_ref().ok().map(|current| (current.token.expose_secret(), current.renew_at.to_string()));
            assert_eq!(current.as_ref().map(|(secret, at)| (*secret, at.as_str())), expected);
        }
    }
}
