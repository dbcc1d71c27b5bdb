//! Changes that leave a team an administrator.
//!
//! Who administers a team is read and the change is made in one turn of the team, so that of several changes at once the
//! last one finds what the others left.

use crate::client::{Changed, Client};
use crate::error::Error;
use crate::ids::{MemberId, UserId};
use crate::member;
use crate::scim::users;

/// What came of a change that must leave a team an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Guarded {
    /// The change is made.
    Done,
    /// Nothing was changed, as this is the team's last administrator.
    LastAdmin,
}

impl Client {
    /// Takes someone out of a team, unless that would leave it without an administrator. It is no error if nobody of
    /// that id is in the team; a team or members that the caller cannot see are one ([`Error::is_not_visible`]).
    pub async fn remove_unless_last_admin(&self, team: &str, member: &MemberId) -> Result<Guarded, Error> {
        let _change = self.change(Changed::Team(team.to_owned()));
        let operation = member::delete_invite_document().operation().name;
        let _turn = self.inner().turns.take(team, operation).await?;
        if self.is_last_admin(operation, team, member.as_str()).await? {
            return Ok(Guarded::LastAdmin);
        }
        self.delete_invite(team, member).await?;
        Ok(Guarded::Done)
    }

    /// Takes the role of an administrator from a person, as [`set_team_role`](Self::set_team_role) does, unless that
    /// would leave the team without one.
    pub async fn set_team_role_unless_last_admin(
        &self,
        user: &UserId,
        team: &str,
        role: &str,
    ) -> Result<Guarded, Error> {
        let _change = self.change(Changed::Team(team.to_owned()));
        let operation = users::SET_TEAM_ROLE.name;
        let _turn = self.inner().turns.take(team, operation).await?;
        if self.is_last_admin(operation, team, user.as_str()).await? {
            return Ok(Guarded::LastAdmin);
        }
        self.patch_team_role(user, team, role).await?;
        Ok(Guarded::Done)
    }

    /// Reads the team anew, as the turn that was waited for may have been another administrator's.
    async fn is_last_admin(&self, operation: &'static str, team: &str, id: &str) -> Result<bool, Error> {
        self.inner().teams.forget(&team.to_owned());
        let team = self.visible_team(operation, team).await?;
        let mut admins = team.visible_members(operation)?.iter().filter(|member| member.admin && !member.pending);
        Ok(admins.next().is_some_and(|member| member.id.as_str() == id) && admins.next().is_none())
    }
}
