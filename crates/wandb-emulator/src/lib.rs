//! A Weights & Biases backend to test and try against.
//!
//! It speaks the two APIs of W&B that teams, service accounts and API keys are managed with: GraphQL and SCIM. What it
//! offers is what W&B's public documentation and clients show (`contract/public.graphql`) and what they do not show but
//! the web application must do (`contract/assumed.graphql`); anything else is an error, never ignored. It is no kinder than
//! the real one where that is known, and keeps every secret as a digest only. Of runs there is as much as W&B's SDK needs to
//! log a small one, so that it shows whom it is attributed to; files, sweeps and artifacts are not offered.
//!
//! ```no_run
//! # async fn example() -> Result<(), wandb_emulator::StartError> {
//! use wandb_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options::default()).await?;
//! let base_url = emulator.base_url(); // for clients, like https://api.wandb.ai
//! let api_key = emulator.admin_api_key(); // shown here and never again
//! # Ok(())
//! # }
//! ```
//!
//! Where nothing is known, this is what it does:
//!
//! - teams are made by administrators of the organization, by GraphQL too, and its service accounts count as such;
//! - keys of a person are made by that person alone, keys of a service account also by administrators of its team;
//! - an invitation is pending until it is accepted, also by someone whom the organization knows;
//! - names of service accounts need not differ, subjects must;
//! - a run that names a person to whom it cannot be attributed is attributed to the service account that logs it;
//! - an organization's service account can attribute a run to anyone in the organization;
//! - `Member.role` came with version 0.70, the new form of keys with 0.75, `Member.apiKeys` with 0.80.
//!
//! Beside it, on a port of its own, runs an API with which tests look behind the scenes: the journal of requests, a dump of
//! the state, the clock, faults, settings, and an issuer of identity tokens. `wandb-emulator --help` lists it.
//!
//! A data file keeps what W&B would keep: the organization with its settings and everything in it. What tests do to a running
//! emulator ends with it: the clock, the faults, the rate limit, the journal and its counters are at every start as the
//! options say. A clock that was ahead is back then, and what was made in its future has dates in the future.

mod admin;
mod auth;
mod backend;
mod clock;
mod deployment;
mod emulator;
mod faults;
mod federation;
mod file_stream;
mod front;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod graphql;
mod ids;
mod journal;
mod limits;
mod operation;
mod options;
mod refusal;
mod scim;
mod secret;
mod seed;
mod server;
mod store;

pub use deployment::{Deployment, DeploymentKind, NotAVersion, Version, VersionOfMultiTenant};
pub use emulator::{Administrator, Emulator, StartError};
pub use federation::IssuerError;
pub use graphql::{ContractError, Coordinate, NotACoordinate};
pub use limits::RateLimit;
pub use options::Options;
pub use seed::{Seed, SeedError};
pub use store::{FederatedLogin, Settings, StoreError};
