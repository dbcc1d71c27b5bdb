//! `wandb_service_account`.

mod destroy;
pub(crate) mod id;
pub(crate) mod import;
mod plan;
mod preflight;
mod resource;
mod subject;
mod validation;

pub(crate) use self::resource::ServiceAccountResource;
