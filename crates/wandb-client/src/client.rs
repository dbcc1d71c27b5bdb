//! The client: what all calls share.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::abilities::Abilities;
use crate::api_keys::TeamApiKeys;
use crate::base_url::BaseUrl;
use crate::coalesce::Coalescer;
use crate::config::Config;
use crate::error::Error;
use crate::graphql::{self, Document};
use crate::http::authorization::Scheme;
use crate::http::sender::Sender;
use crate::http::transport::Transport;
use crate::team::Team;
use crate::viewer::Viewer;

/// A client of one W&B server, for one caller. Cheap to clone; clones share connections, limits and what was read.
///
/// Making one reads no file, opens no connection and asks nothing. Its methods need a Tokio runtime with time and I/O, and
/// may be dropped at any point: a request under way is then abandoned.
///
/// Reads of one team share their requests: see [`Config::with_read_max_age`]. A read that begins after a write of this client
/// has ended sees what was written.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    base_url: BaseUrl,
    sender: Sender,
    pub(crate) caller: Coalescer<(), Arc<Viewer>>,
    pub(crate) abilities: Coalescer<(), Abilities>,
    pub(crate) teams: Coalescer<String, Option<Arc<Team>>>,
    pub(crate) team_api_keys: Coalescer<String, Arc<TeamApiKeys>>,
    /// The form of authorization that SCIM took.
    pub(crate) scim_scheme: OnceLock<Scheme>,
}

impl Client {
    /// A client as configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::with_transport(config, Box::new(config.transport()))
    }

    pub(crate) fn with_transport(config: &Config, transport: Box<dyn Transport>) -> Self {
        Self(Arc::new(Inner {
            base_url: config.base_url.clone(),
            sender: Sender::new(transport, config.credential.clone(), config.limits),
            caller: Coalescer::new(Duration::MAX),
            abilities: Coalescer::new(Duration::MAX),
            teams: Coalescer::new(config.read_max_age),
            team_api_keys: Coalescer::new(config.read_max_age),
            scim_scheme: OnceLock::new(),
        }))
    }

    /// The server's address.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    /// The server's time, by its last answer. None before the first one.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        self.0.sender.clock().now()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn sender(&self) -> &Sender {
        &self.0.sender
    }

    /// Sends a document and returns its data.
    pub(crate) async fn graphql<T: DeserializeOwned>(
        &self,
        document: &Document,
        variables: &Value,
    ) -> Result<T, Error> {
        let request = document.request(self.base_url(), variables);
        self.sender().send(&request, graphql::read).await
    }

    /// Begins a change. Whatever comes of it, what was read of its team is forgotten when the guard is dropped.
    pub(crate) fn change(&self, changed: Changed) -> Change<'_> {
        Change { client: self, changed }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", self.base_url()).finish_non_exhaustive()
    }
}

/// What a change may change.
#[derive(Debug)]
pub(crate) enum Changed {
    /// A team or its accounts.
    Team(String),
    /// The accounts of teams that are not known here.
    AnyTeam,
    /// The keys of accounts whose teams are not known here.
    ApiKeys,
}

/// A change under way.
#[must_use]
pub(crate) struct Change<'a> {
    client: &'a Client,
    changed: Changed,
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let Inner { teams, team_api_keys, .. } = self.client.inner();
        match &self.changed {
            Changed::Team(team) => {
                teams.forget(team);
                team_api_keys.forget(team);
            }
            Changed::AnyTeam => {
                teams.forget_all();
                team_api_keys.forget_all();
            }
            Changed::ApiKeys => team_api_keys.forget_all(),
        }
    }
}
