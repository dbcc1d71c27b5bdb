//! `wandb_team_member`.

mod guard;
mod join;
mod messages;
mod person;
mod preflight;
mod resource;

pub(crate) use self::join::Joining;
pub(crate) use self::resource::TeamMemberResource;
