//! The client: what all calls share.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::abilities::Abilities;
use crate::access::ScimAccess;
use crate::api_keys::TeamApiKeys;
use crate::base_url::BaseUrl;
use crate::batch::Batches;
use crate::coalesce::Coalescer;
use crate::config::Config;
use crate::credentials::Credential;
use crate::error::Error;
use crate::graphql::{self, Document};
use crate::http::authorization::{Authorization, Authorizer, Scheme};
use crate::http::sender::Sender;
use crate::http::{Failure, Request, Response};
use crate::identity::{AccessToken, AccessTokens, Identity, IdentityToken};
use crate::ids::{ApiKeyId, UserId};
use crate::membership::MemberChange;
use crate::organization::Organization;
use crate::scim::groups::GroupId;
use crate::seen_accounts::SeenAccounts;
use crate::server::ServerInfo;
use crate::team::Team;
use crate::teams::Teams;
use crate::turns::Turns;
use crate::user::User;
use crate::viewer::Viewer;

/// So many changes of a team leave together at most, so that a request stays small and quick.
const MOST_CHANGES_AT_ONCE: usize = 100;

/// A client of one W&B server, for one caller. Cheap to clone; clones share connections, limits and what was read.
///
/// Making one reads no file, opens no connection and asks nothing. Its methods need a Tokio runtime with time and I/O,
/// and may be dropped at any point: a request under way is then abandoned, unless others wait for it too.
///
/// Reads of one team share their requests: see [`Config::with_read_max_age`]. A read that begins after a write of this
/// client has ended sees what was written.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    base_url: BaseUrl,
    sender: Arc<Sender>,
    authorizer: Authorizer,
    identity: Arc<Identity>,
    pub(crate) caller: Coalescer<(), Arc<Viewer>>,
    pub(crate) caller_teams: Coalescer<(), Arc<Vec<String>>>,
    pub(crate) abilities: Coalescer<(), Abilities>,
    pub(crate) scim_access: Coalescer<(), ScimAccess>,
    pub(crate) server: Coalescer<(), Arc<ServerInfo>>,
    pub(crate) custom_roles: Coalescer<(), Arc<Vec<String>>>,
    pub(crate) organizations: Coalescer<String, Option<Arc<Organization>>>,
    pub(crate) people: Coalescer<(), Arc<[User]>>,
    pub(crate) team_names: Coalescer<(), Arc<Teams>>,
    pub(crate) teams: Coalescer<String, Option<Arc<Team>>>,
    pub(crate) team_api_keys: Coalescer<String, Arc<TeamApiKeys>>,
    pub(crate) seen_accounts: SeenAccounts,
    /// The ids of teams in SCIM, by name.
    pub(crate) groups: Coalescer<String, GroupId>,
    pub(crate) turns: Turns,
    pub(crate) member_changes: Batches<MemberChange>,
    /// The form of authorization that SCIM took.
    pub(crate) scim_scheme: OnceLock<Scheme>,
    /// Set once SCIM refused to show people to this caller.
    pub(crate) scim_hides_people: OnceLock<()>,
}

impl Client {
    /// A client as configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let transport = Arc::new(config.transport());
        let sender = Arc::new(Sender::new(Arc::clone(&transport) as _, config.limits));
        let elsewhere = Sender::new(transport, config.limits);
        let identity = Arc::new(Identity::new(config.base_url.clone(), Arc::clone(&sender), elsewhere, config.limits));
        let authorizer = match &config.credential {
            Credential::ApiKey(key) => Authorizer::ApiKey(key.clone()),
            Credential::IdentityToken(token) => {
                Authorizer::AccessTokens(AccessTokens::new(token.clone(), Arc::clone(&identity)))
            }
        };
        Self(Arc::new(Inner {
            base_url: config.base_url.clone(),
            sender,
            authorizer,
            identity,
            caller: Coalescer::new(Duration::MAX),
            caller_teams: Coalescer::new(config.read_max_age),
            abilities: Coalescer::new(Duration::MAX),
            scim_access: Coalescer::new(Duration::MAX),
            server: Coalescer::new(Duration::MAX),
            custom_roles: Coalescer::new(Duration::MAX),
            organizations: Coalescer::new(Duration::MAX),
            people: Coalescer::new(config.read_max_age),
            team_names: Coalescer::new(config.read_max_age),
            teams: Coalescer::new(config.read_max_age),
            team_api_keys: Coalescer::new(config.read_max_age),
            seen_accounts: SeenAccounts::default(),
            groups: Coalescer::new(Duration::MAX),
            turns: Turns::new(config.limits.deadline),
            member_changes: Batches::new(MOST_CHANGES_AT_ONCE),
            scim_scheme: OnceLock::new(),
            scim_hides_people: OnceLock::new(),
        }))
    }

    /// The server's address.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    /// The key id of the API key that this client itself uses. None if it logs in otherwise.
    #[must_use]
    pub fn own_key_id(&self) -> Option<&str> {
        match &self.0.authorizer {
            Authorizer::ApiKey(key) => Some(key.key_id()),
            Authorizer::AccessTokens(_) => None,
        }
    }

    /// The server's time, by its last answer. None before the first one.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        self.0.sender.clock().now()
    }

    /// Exchanges an identity token for an access token of this server, other than the client's own credential. An
    /// exchange for the same identity token, by this or another process that shares its credentials file, is used again
    /// as long as its access token is good for more than five minutes.
    pub async fn exchange_identity_token(&self, token: &IdentityToken) -> Result<AccessToken, Error> {
        self.0.identity.access_token(token, None).await
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.0.authorizer
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Sends a document and returns its data.
    pub(crate) async fn graphql<T: DeserializeOwned>(
        &self,
        document: &Document,
        variables: &Value,
    ) -> Result<T, Error> {
        let request = document.request(self.base_url(), variables);
        self.send(request, &Scheme::GraphQl, true, graphql::read).await
    }

    /// Sends a request with the credential in this form, which this part of the API is known to take or not.
    pub(crate) async fn send<T>(
        &self,
        request: Request,
        scheme: &Scheme,
        is_taken: bool,
        read: impl Fn(&Response) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let authorization = Authorization { authorizer: &self.0.authorizer, scheme, is_taken };
        self.0.sender.send(request, Some(&authorization), read).await
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
    /// A team that was not there.
    NewTeam(String),
    /// The accounts of all teams.
    AllTeams,
    /// An account, in whatever teams it is.
    Account(UserId),
    /// The keys of an account.
    ApiKeysOf(UserId),
    /// A key.
    ApiKey(ApiKeyId),
}

/// A change under way.
#[must_use]
pub(crate) struct Change<'a> {
    client: &'a Client,
    changed: Changed,
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let Inner { teams, team_names, team_api_keys, organizations, .. } = self.client.inner();
        match &self.changed {
            Changed::Team(team) => {
                teams.forget(team);
                team_api_keys.forget(team);
            }
            Changed::NewTeam(team) => {
                teams.forget(team);
                organizations.forget(team);
                team_names.forget(&());
            }
            Changed::AllTeams => {
                teams.forget_all();
                team_api_keys.forget_all();
            }
            Changed::Account(id) => {
                teams.forget_where(|team| team.as_ref().is_some_and(|team| team.may_have(id)));
                team_api_keys.forget_where(|keys| keys.contains_key(id));
            }
            Changed::ApiKeysOf(owner) => team_api_keys.forget_where(|keys| keys.contains_key(owner)),
            Changed::ApiKey(id) => {
                team_api_keys.forget_where(|keys| keys.values().flatten().flatten().any(|key| key.id == *id));
            }
        }
    }
}
