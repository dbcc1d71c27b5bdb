//! `wandb_api_key`.

mod owner;
mod resource;

pub(crate) use self::resource::ApiKeyResource;
