//! `wandb_team`: the resource and the data source.

mod data_source;
mod resource;

pub(crate) use self::data_source::TeamDataSource;
pub(crate) use self::resource::TeamResource;
