//! A client for the API of Weights & Biases: teams, their members, service accounts and API keys.
//!
//! It is everything between such calls and the wire: finding credentials, GraphQL and SCIM, retries, the server's
//! limits, and reads that share requests.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use wandb_client::{Authentication, BaseUrl, Client, Config, Configured, Credential, Environment};
//!
//! let environment = Environment::of_process();
//! let base_url = BaseUrl::choose(None, &environment)?;
//! let found = Credential::find(&base_url, &Configured::default(), &environment)?;
//! let client = Client::new(&Config::new(base_url, found.credential));
//!
//! let account = client.create_service_account("vision", "nightly", Authentication::BuiltIn).await?;
//! let key = client.create_api_key(&account.id, "nightly training").await?;
//! println!("made the key {}", key.key_id);
//! # Ok(())
//! # }
//! ```
//!
//! Three rules hold for all calls:
//!
//! - What the caller cannot see is not called absent. Where the API answers the same to "gone" and "hidden", or shows
//!   only a part, the result is an error ([`Error::is_not_visible`]) or says so in its documentation. Nor is what only was not
//!   there when it was read before: it is read anew, unless it is asked of a [`Snapshot`].
//! - A change that may have happened is not tried again. Its error says so ([`Error::is_unclear`]).
//! - Secrets are in types that cannot be printed, and neither errors nor logs hold them. Logs go to `tracing` and name
//!   operations, statuses and durations.

mod abilities;
mod access;
mod api_keys;
mod assumed;
mod base_url;
mod batch;
mod client;
mod coalesce;
mod config;
mod credentials;
pub mod environment;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod graphql;
mod guarded;
mod http;
mod identity;
mod ids;
mod invitation;
mod json;
mod member;
mod membership;
mod names;
mod organization;
mod scim;
mod seen_accounts;
mod server;
mod service_account;
mod snapshot;
mod storage_bucket;
mod team;
mod teams;
mod time;
mod turns;
mod user;
mod viewer;

pub use abilities::Ability;
pub use access::ScimAccess;
pub use api_keys::{ApiKeyInfo, NewApiKey};
pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use client::Client;
pub use config::{Config, ConfigError};
pub use credentials::{ApiKey, Configured, Credential, CredentialError, Found, InvalidApiKey, Looked, Place};
pub use environment::Environment;
pub use error::{Error, ErrorKind, ServerMessage, ServerMessages};
pub use guarded::Guarded;
pub use identity::{AccessToken, IdentityToken, IdentityTokenError};
pub use ids::{ApiKeyId, MemberId, UserId};
pub use invitation::Invitation;
pub use member::{AccountType, Member};
pub use membership::{MemberChange, TeamExistence};
pub use organization::Organization;
pub use server::ServerInfo;
pub use service_account::{Authentication, ServiceAccount};
pub use snapshot::Snapshot;
pub use storage_bucket::{StorageBucket, StorageProvider};
pub use team::{NewTeam, Team};
pub use teams::{AccountExistence, Teams};
pub use user::{Person, User};
pub use viewer::Viewer;
