//! A running emulator.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::admin::{self, Admin};
use crate::backend::Backend;
use crate::clock::Clock;
use crate::deployment::{Deployment, VersionOfMultiTenant};
use crate::faults::Faults;
use crate::federation::{Federation, Issuer, IssuerError};
use crate::front::Front;
use crate::graphql::{ContractError, GraphqlApi};
use crate::limits::Limits;
use crate::options::Options;
use crate::secret::SecretSource;
use crate::seed::{FirstAdministrator, Seed, SeedError};
use crate::server::Server;
use crate::store::{Account, Closing, Numbering, Organization, OrganizationRow, Store, StoreError};

/// How long a stopping emulator waits for its data file to be closed.
const CLOSING_PATIENCE: Duration = Duration::from_secs(2);

/// An emulator cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("`{address}` cannot be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The data file cannot be used.
    #[error("the data cannot be used")]
    Store(#[from] StoreError),
    /// The seed cannot be used.
    #[error("the organization cannot be made")]
    Seed(#[from] SeedError),
    /// The seed's deployment has no such version.
    #[error(transparent)]
    Deployment(#[from] VersionOfMultiTenant),
    /// The GraphQL API cannot be served.
    #[error("the GraphQL API cannot be served")]
    Contract(#[from] ContractError),
    /// The issuer of identity tokens cannot be had.
    #[error("the issuer of identity tokens cannot be had")]
    Issuer(#[from] IssuerError),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
}

/// The first administrator of an organization that was made at this start.
#[derive(Debug)]
pub struct Administrator {
    username: String,
    api_key: Option<SecretString>,
}

impl Administrator {
    /// Their username.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// A key of theirs, which cannot be had again; none if the seed gave them keys.
    #[must_use]
    pub fn api_key(&self) -> Option<&str> {
        self.api_key.as_ref().map(ExposeSecret::expose_secret)
    }
}

/// A running emulator. It stops when it is dropped, at once; [`Emulator::stop`] lets requests end first.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    admin_address: SocketAddr,
    administrator: Option<Administrator>,
    servers: [Server; 2],
    closing: Closing,
}

impl Emulator {
    /// Starts an emulator on the current Tokio runtime. It answers when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let (listener, address) = listen(options.listen).await?;
        let (admin_listener, admin_address) = listen(options.admin_listen).await?;
        let numbering = if options.deterministic.is_some() { Numbering::FromOne } else { Numbering::Anywhere };
        let (store, closing) = Store::open(options.data.as_deref(), numbering).await?;
        let secrets = match &options.deterministic {
            Some(seed) => SecretSource::Deterministic { seed: seed.clone() },
            None => SecretSource::Random,
        };
        let fault_seed = fault_seed(&options)?;
        let found = store.read(|connection| Ok::<_, StoreError>(Organization(connection).find()?)).await?;
        let deployment = match (options.deployment, &found) {
            (Some(wanted), _) => wanted,
            (None, Some(organization)) => organization.deployment,
            (None, None) => options.seed.deployment()?,
        };
        let graphql = GraphqlApi::new(deployment, &options.lacks)?;
        let clock = options.clock.map_or_else(Clock::real, Clock::stopped);
        let backend = Arc::new(Backend { store, clock, secrets, deployment });
        let administrator = match found {
            Some(organization) => {
                keep(&backend, organization, deployment).await?;
                None
            }
            None => Some(plant(&backend, options.seed).await?),
        };
        let issuer = Issuer::new(format!("http://{admin_address}/issuer"))?;
        let federation = Federation::new(Arc::clone(&backend), issuer.url().to_owned());
        let limits = Limits::new(options.rate_limit);
        let front = Arc::new(Front::new(backend, graphql, limits, Faults::new(fault_seed), federation));
        let admin = admin::router(Admin { front: Arc::clone(&front), issuer });
        let servers = [
            Server::start(listener, move |request| Arc::clone(&front).answer(request)),
            Server::start(admin_listener, move |request| answer(admin.clone(), request)),
        ];
        Ok(Self { address, admin_address, administrator, servers, closing })
    }

    /// The base URL of the emulated W&B, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of the emulator's own API, without a trailing slash.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("http://{}", self.admin_address)
    }

    /// The first administrator, if this start made the organization.
    #[must_use]
    pub fn administrator(&self) -> Option<&Administrator> {
        self.administrator.as_ref()
    }

    /// The key of the first administrator, if this start made one.
    #[must_use]
    pub fn admin_api_key(&self) -> Option<&str> {
        self.administrator.as_ref().and_then(Administrator::api_key)
    }

    /// Stops after the requests that have begun, and returns when the data file is closed.
    pub async fn stop(self) {
        for server in self.servers {
            server.stop().await;
        }
        // A request that a fault delays may hold on to the data for longer than anyone wants to wait.
        let _ = tokio::time::timeout(CLOSING_PATIENCE, self.closing.wait()).await;
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
) -> Result<axum::response::Response, crate::server::Dropped> {
    match router.oneshot(request).await {
        Ok(answer) => Ok(answer),
        Err(never) => match never {},
    }
}

fn fault_seed(options: &Options) -> Result<u64, StartError> {
    let mut bytes = [0; 8];
    match &options.deterministic {
        Some(seed) => bytes.copy_from_slice(&Sha256::digest(format!("faults:{seed}"))[..8]),
        None => getrandom::fill(&mut bytes).map_err(|_| StartError::NoRandomness)?,
    }
    Ok(u64::from_le_bytes(bytes))
}

/// Makes the organization of the seed, all of it or none.
async fn plant(backend: &Arc<Backend>, seed: Seed) -> Result<Administrator, SeedError> {
    let operator = Account::operator(backend.clock.now());
    let planting = Arc::clone(backend);
    let first = backend.store.write(move |transaction| seed.plant(&planting.session(transaction, &operator)));
    let FirstAdministrator { username, key } = first.await?;
    Ok(Administrator { username, api_key: key })
}

/// Notes that the organization is now on another deployment.
async fn keep(backend: &Arc<Backend>, organization: OrganizationRow, deployment: Deployment) -> Result<(), StoreError> {
    if organization.deployment == deployment {
        return Ok(());
    }
    let row = OrganizationRow { deployment, ..organization };
    backend.store.write(move |transaction| Ok(Organization(transaction).put(&row)?)).await
}
