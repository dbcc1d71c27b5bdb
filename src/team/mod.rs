//! `wandb_team` and the data source `wandb_teams`.

mod data_source;
mod holdings;
mod messages;
mod resource;
mod storage_bucket;
mod teams;

pub(crate) use self::data_source::TeamDataSource;
pub(crate) use self::resource::TeamResource;
pub(crate) use self::teams::TeamsDataSource;
