//! The Weights & Biases provider: the only part that knows both Terraform and W&B.
//!
//! One folder a resource. A resource is a model, a schema and the operations in terms of the client's domain calls;
//! what Terraform asks for beyond that is the SDK's work.

mod access_token;
mod api_key;
mod caller;
mod credentials;
mod error;
mod functions;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod import_id;
mod provider;
mod service_account;
mod team;
mod team_member;
mod user;
mod viewer;
mod visibility;

pub use self::provider::{ADDRESS, WandbProvider};
