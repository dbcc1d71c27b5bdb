//! Who is in a team, and in which role: changes of people by SCIM.

use std::sync::Arc;

use crate::batch::{self, Batch, Failures};
use crate::client::{Changed, Client};
use crate::error::{Error, ErrorKind, ServerMessages};
use crate::ids::UserId;
use crate::names;
use crate::scim::groups::{self, GroupId, GroupNode};
use crate::scim::roles::{self, RoleNode};
use crate::scim::{self, List, users};

/// A change of who is in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// Brings a person in, in the role `member`. Who is in already stays in the role that they have.
    Add(UserId),
    /// Takes a person out.
    Remove(UserId),
}

/// Whether a team is there, as far as this caller can tell.
#[derive(Debug, Clone)]
pub enum TeamExistence {
    /// There is a team of that name.
    Exists,
    /// There is none.
    Absent,
    /// The caller may not see all teams, or the server has no way to ask. Why not is the error.
    CannotTell(Error),
}

impl MemberChange {
    /// The person that it is about.
    #[must_use]
    pub fn user(&self) -> &UserId {
        match self {
            Self::Add(user) | Self::Remove(user) => user,
        }
    }
}

impl Client {
    /// Changes who is in a team, by SCIM: people, not service accounts. Who is in the team already is added, who is not
    /// in it is removed.
    ///
    /// Changes that are asked for while another of that team is under way leave together in one request, in the order
    /// in which they were asked for; none waits for others to come. If the server refuses some of them, the rest are
    /// made, and only the callers of the refused ones get an error. A call that is dropped before its change left makes
    /// none, and never touches the others.
    ///
    /// A caller who may not use SCIM gets an error ([`Error::is_forbidden`]), and so does the caller of a server
    /// without it ([`Error::is_unsupported`]). A team that is not there is one that was not found
    /// ([`Error::is_not_found`]).
    pub async fn change_members(&self, team: &str, change: MemberChange) -> Result<(), Error> {
        let (client, name) = (self.clone(), team.to_owned());
        let send = |batch| async move { client.send_member_changes(&name, &batch).await };
        self.inner().member_changes.submit(team, change, send).await
    }

    /// Sets the role of a person who is in a team: `admin`, `member`, `viewer` or a custom role's name. By SCIM, which
    /// not every caller may use ([`Error::is_forbidden`]) and not every server has ([`Error::is_unsupported`]).
    pub async fn set_team_role(&self, user: &UserId, team: &str, role: &str) -> Result<(), Error> {
        let _change = self.change(Changed::Team(team.to_owned()));
        let _turn = self.inner().turns.take(team, users::SET_TEAM_ROLE.name).await?;
        self.patch_team_role(user, team, role).await
    }

    /// The request alone, for who has the team's turn.
    pub(crate) async fn patch_team_role(&self, user: &UserId, team: &str, role: &str) -> Result<(), Error> {
        self.scim(|| users::set_team_role(self.base_url(), user, team, role), scim::read_empty).await
    }

    /// The names of the organization's own roles, asked once, by SCIM, which not every caller may use
    /// ([`Error::is_forbidden`]) and not every server has ([`Error::is_unsupported`]).
    pub async fn custom_roles(&self) -> Result<Arc<Vec<String>>, Error> {
        let client = self.clone();
        let ask = || async move {
            let list: List<RoleNode> = client.scim(|| roles::all(client.base_url()), scim::read).await?;
            let roles = list.into_all(roles::LIST_ROLES, "all roles")?;
            Ok(Arc::new(roles.into_iter().filter_map(|role| role.name).collect()))
        };
        self.inner().custom_roles.get((), ask).await
    }

    /// Whether there is a team of that name. Unlike [`team`](Self::team) it tells "gone" from "hidden", for callers who
    /// may use SCIM; the others learn that they [cannot tell](TeamExistence::CannotTell).
    pub async fn team_exists(&self, name: &str) -> Result<TeamExistence, Error> {
        match self.find_group(name).await {
            Ok(Some(_)) => Ok(TeamExistence::Exists),
            Ok(None) => Ok(TeamExistence::Absent),
            Err(error) if error.is_forbidden() || error.is_unsupported() || error.is_not_visible() => {
                Ok(TeamExistence::CannotTell(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Sends a batch. Until the team's turn has come and its id is known, others may still join it.
    async fn send_member_changes(&self, team: &str, batch: &Batch<MemberChange>) -> Failures {
        let _change = self.change(Changed::Team(team.to_owned()));
        let turn = self.inner().turns.take(team, groups::CHANGE_MEMBERS.name).await;
        let group = match &turn {
            Ok(_) => self.group_id(team).await,
            Err(error) => Err(error.clone()),
        };
        let changes = batch.leave();
        let group = match group {
            Ok(group) => group,
            Err(error) => return batch::all_failed(&changes, &error),
        };
        let send = |part: Vec<MemberChange>| {
            let group = &group;
            async move { self.scim(|| groups::change_members(self.base_url(), group, &part), scim::read_empty).await }
        };
        let mut failures = batch::send_in_parts(&changes, send).await;
        if failures.values().any(Error::is_not_found) {
            self.inner().groups.forget(&team.to_owned());
        }
        self.drop_what_holds(&group, &changes, &mut failures).await;
        failures
    }

    /// A change that was refused is made if things are as it wants them: someone else made it, or the server had done
    /// so before it refused another of the same request.
    async fn drop_what_holds(&self, group: &GroupId, changes: &[(usize, MemberChange)], failures: &mut Failures) {
        if !failures.values().any(Error::is_refusal) {
            return;
        }
        let read = |response: &_| scim::read::<GroupNode>(response);
        let Ok(group) = self.scim(|| groups::get(self.base_url(), group), read).await else { return };
        let people = group.into_people();
        for (place, change) in changes {
            let holds = match change {
                MemberChange::Add(user) => people.contains(user),
                MemberChange::Remove(user) => !people.contains(user),
            };
            if holds && failures.get(place).is_some_and(Error::is_refusal) {
                failures.remove(place);
            }
        }
    }

    /// The id of a team in SCIM, which never changes and so is looked up once.
    async fn group_id(&self, team: &str) -> Result<GroupId, Error> {
        let (client, name) = (self.clone(), team.to_owned());
        let load = || async move {
            let not_found = || Error::of(groups::FIND_GROUP.name, ErrorKind::NotFound(ServerMessages::default()));
            client.find_group(&name).await?.ok_or_else(not_found)
        };
        self.inner().groups.get(team.to_owned(), load).await
    }

    /// Looks a team up in SCIM, which shows all teams to those whom it lets in.
    async fn find_group(&self, team: &str) -> Result<Option<GroupId>, Error> {
        let failed = |kind| Error::of(groups::FIND_GROUP.name, kind);
        let list: List<GroupNode> = self.scim(|| groups::find(self.base_url(), team), scim::read).await?;
        let (groups, is_whole) = list.into_items();
        match names::find(groups, team, |group| group.display_name.as_deref()).map_err(failed)? {
            None if !is_whole => Err(failed(ErrorKind::NotVisible { what: "all teams".to_owned() })),
            group => Ok(group.map(|group| group.id)),
        }
    }
}
