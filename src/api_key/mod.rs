//! `wandb_api_key`.

mod data_source;
mod ephemeral;
mod owner;
mod resource;

pub(crate) use self::data_source::ApiKeysDataSource;
pub(crate) use self::ephemeral::EphemeralApiKey;
pub(crate) use self::resource::ApiKeyResource;
