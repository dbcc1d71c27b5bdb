//! `wandb_service_account`.

pub(crate) mod import;
mod resource;

pub(crate) use self::resource::ServiceAccountResource;
