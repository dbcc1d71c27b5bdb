//! Teams.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use crate::abilities::Abilities;
use crate::client::{Changed, Client};
use crate::coalesce::Mark;
use crate::error::{Error, ErrorKind};
use crate::graphql::Document;
use crate::http::Effect;
use crate::ids::UserId;
use crate::member::{AccountType, Member, MemberNode};
use crate::scim;
use crate::scim::groups::{self, GroupNode};
use crate::service_account::ServiceAccount;
use crate::storage_bucket::StorageBucket;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Team {
    /// Its id as an entity.
    pub id: String,
    /// Its name, which never changes.
    pub name: String,
    /// Everyone in it: people, service accounts and pending invitations. None if the server does not show them all to
    /// this caller: then nobody is known to be absent.
    pub members: Option<Vec<Member>>,
}

/// A team that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NewTeam {
    /// Its id as an entity.
    pub id: String,
    /// Its name, as the server keeps it.
    pub name: String,
}

#[derive(Deserialize)]
struct Data<T> {
    entity: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TeamNode {
    id: String,
    name: String,
    is_team: Option<bool>,
    members: Option<Vec<Option<MemberNode>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateTeamData {
    create_team: CreateTeamPayload,
}

#[derive(Deserialize)]
struct CreateTeamPayload {
    entity: NewTeam,
}

pub(crate) fn team_document(abilities: Abilities) -> Document {
    let role = if abilities.member_role {
        include_str!("graphql/documents/member_role.graphql")
    } else {
        include_str!("graphql/documents/member_role_absent.graphql")
    };
    Document::new("Team", Effect::Read, include_str!("graphql/documents/team.graphql")).with(role)
}

pub(crate) fn create_team_document() -> Document {
    Document::new("CreateTeam", Effect::Create, include_str!("graphql/documents/create_team.graphql"))
}

impl Client {
    /// A team and its members. None if there is none of that name *or* the caller cannot see it: the server answers the
    /// same to both. A person's own entity is no team.
    pub async fn team(&self, name: &str) -> Result<Option<Arc<Team>>, Error> {
        self.team_showing(name, self.inner().teams.mark(), |_| true).await
    }

    /// The same, read anew after the mark unless what was read before shows what is looked for.
    pub(crate) async fn team_showing(
        &self,
        name: &str,
        mark: Mark,
        shows: impl Fn(&Team) -> bool,
    ) -> Result<Option<Arc<Team>>, Error> {
        let load = || {
            let (client, name) = (self.clone(), name.to_owned());
            async move { client.load_team(&name).await }
        };
        let shows = |team: &Option<Arc<Team>>| team.as_deref().is_some_and(&shows);
        self.inner().teams.get_enough(name.to_owned(), mark, load, shows).await
    }

    async fn load_team(&self, name: &str) -> Result<Option<Arc<Team>>, Error> {
        let document = team_document(self.abilities().await?);
        let data: Data<TeamNode> = self.graphql(&document, &json!({ "name": name })).await?;
        let team = data.entity.filter(|entity| entity.is_team != Some(false)).map(Team::from);
        if let Some(team) = &team {
            self.inner().seen_accounts.note(&team.name, team.service_accounts());
        }
        Ok(team.map(Arc::new))
    }

    /// A team that has to be there. It is an error if the caller cannot see it ([`Error::is_not_visible`]).
    pub(crate) async fn visible_team(&self, operation: &'static str, name: &str) -> Result<Arc<Team>, Error> {
        self.visible_team_showing(operation, name, self.inner().teams.mark(), |_| true).await
    }

    /// The same, read anew after the mark unless what was read before shows what is looked for.
    pub(crate) async fn visible_team_showing(
        &self,
        operation: &'static str,
        name: &str,
        mark: Mark,
        shows: impl Fn(&Team) -> bool,
    ) -> Result<Arc<Team>, Error> {
        let not_visible = || Error::of(operation, ErrorKind::NotVisible { what: format!("the team `{name}`") });
        self.team_showing(name, mark, shows).await?.ok_or_else(not_visible)
    }

    /// Makes a team. Its administrator is the person of that user name, else the caller. A team or another entity that
    /// has the name already is a conflict ([`Error::is_conflict`]).
    pub async fn create_team(&self, name: &str, admin: Option<&str>) -> Result<NewTeam, Error> {
        let _change = self.change(Changed::NewTeam(name.to_owned()));
        let mut input = json!({ "teamName": name });
        if let Some(admin) = admin {
            input["teamAdminUserName"] = admin.into();
        }
        let created = self.graphql(&create_team_document(), &json!({ "input": input })).await;
        self.inner().caller_teams.forget_all();
        let data: CreateTeamData = created?;
        Ok(data.create_team.entity)
    }

    /// Makes a team whose files are kept in a bucket of one's own, by SCIM. Nobody is in it, but the organization's
    /// service accounts: people come in by [`change_members`](Self::change_members) and get their role by
    /// [`set_team_role`](Self::set_team_role). W&B checks the bucket before it makes the team, and says what is wrong
    /// with it. A name that is taken is a conflict ([`Error::is_conflict`]).
    ///
    /// A caller who may not use SCIM gets an error ([`Error::is_forbidden`]); so does the caller of a server without it
    /// ([`Error::is_unsupported`]).
    pub async fn create_team_with_bucket(&self, name: &str, bucket: &StorageBucket) -> Result<NewTeam, Error> {
        let _change = self.change(Changed::NewTeam(name.to_owned()));
        let create = || groups::create(self.base_url(), name, bucket);
        let group: GroupNode = self.scim(create, scim::read).await?;
        let name = group.display_name.unwrap_or_else(|| name.to_owned());
        Ok(NewTeam { id: group.id.into_entity(), name })
    }
}

impl NewTeam {
    /// A team that was looked for, as the answer to its creation was lost.
    #[must_use]
    pub fn of(team: &Team) -> Self {
        Self { id: team.id.clone(), name: team.name.clone() }
    }
}

impl Team {
    /// Its service accounts, as far as the caller sees them.
    pub(crate) fn shown_service_accounts(&self) -> impl Iterator<Item = ServiceAccount> {
        self.members.iter().flatten().filter_map(|member| ServiceAccount::of(member, &self.name))
    }

    /// One of its service accounts, if the caller sees it.
    pub(crate) fn shown_service_account(&self, id: &UserId) -> Option<ServiceAccount> {
        let member = self.members.iter().flatten().find(|member| member.id.as_str() == id.as_str());
        member.and_then(|member| ServiceAccount::of(member, &self.name))
    }

    /// The ids of its service accounts, as far as the caller sees them.
    fn service_accounts(&self) -> impl Iterator<Item = UserId> {
        let accounts = self.members.iter().flatten().filter(|member| member.account_type == AccountType::Service);
        accounts.filter_map(Member::user_id)
    }

    /// Whether an account is in it, or may be among those whom the server does not show.
    pub(crate) fn may_have(&self, id: &UserId) -> bool {
        let members = self.members.as_deref();
        members.is_none_or(|members| members.iter().any(|member| member.id.as_str() == id.as_str()))
    }

    /// The members, if the caller can see them all ([`Error::is_not_visible`]).
    pub(crate) fn visible_members(&self, operation: &'static str) -> Result<&[Member], Error> {
        let what = || format!("the members of the team `{}`", self.name);
        self.members.as_deref().ok_or_else(|| Error::of(operation, ErrorKind::NotVisible { what: what() }))
    }
}

impl From<TeamNode> for Team {
    fn from(node: TeamNode) -> Self {
        let members: Option<Vec<_>> = node.members.and_then(|members| members.into_iter().collect());
        let members = members.map(|members| members.into_iter().map(Member::from).collect());
        Self { id: node.id, name: node.name, members }
    }
}
