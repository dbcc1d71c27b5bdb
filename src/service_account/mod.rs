//! `wandb_service_account`: the resource, the data source and that of all accounts of a team.

mod create;
mod data_source;
mod data_sources;
mod destroy;
pub(crate) mod id;
pub(crate) mod import;
mod keys;
mod plan;
mod preflight;
mod read;
mod resource;
mod subject;
mod validation;

pub(crate) use self::data_source::ServiceAccountDataSource;
pub(crate) use self::data_sources::ServiceAccountsDataSource;
pub(crate) use self::resource::ServiceAccountResource;
