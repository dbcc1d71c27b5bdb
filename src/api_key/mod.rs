//! `wandb_api_key` and what else there is about API keys.
//!
//! The resource: `model` is what it shows and notes, `plan` what is decided by that, `schedule` the times, `rotation` how
//! a plan is carried out, `mint` how a key is made without losing it, `encryption` how its secret is stored, `guard` what
//! is looked at before.

mod data_source;
mod decrypted;
mod encryption;
mod ephemeral;
mod guard;
mod import;
mod mint;
mod model;
mod name;
mod owner;
mod plan;
mod resource;
mod revoke;
mod rotation;
mod schedule;
mod upgrade;

pub(crate) use self::data_source::ApiKeysDataSource;
pub(crate) use self::decrypted::DecryptedApiKey;
pub(crate) use self::ephemeral::EphemeralApiKey;
pub(crate) use self::name::is_made_here;
pub(crate) use self::resource::ApiKeyResource;
pub(crate) use self::revoke::RevokeApiKey;
