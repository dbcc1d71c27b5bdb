//! Service accounts: built-in, which own API keys, and federated, which log in with an identity provider's tokens.

use serde::Deserialize;
use serde_json::json;

use crate::assumed;
use crate::client::{Changed, Client};
use crate::coalesce::Mark;
use crate::error::Error;
use crate::graphql::Document;
use crate::http::Effect;
use crate::ids::UserId;
use crate::member::{AccountType, Member};
use crate::scim;
use crate::team::Team;

/// A service account, as its team shows it. How it authenticates cannot be read back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceAccount {
    /// Its id.
    pub id: UserId,
    /// The name that it was given. Several accounts of a team may have the same.
    pub name: String,
    /// The team that it was asked of.
    pub team: String,
    /// The unique name that the server chose.
    pub username: Option<String>,
}

/// How a new service account is to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication<'a> {
    /// With API keys of its own.
    BuiltIn,
    /// With the tokens of the organization's identity provider that have this subject. It can own no API keys.
    Federated {
        /// The tokens' `sub`, compared exactly.
        subject: &'a str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateData {
    create_service_account: CreatePayload,
}

#[derive(Deserialize)]
struct CreatePayload {
    user: UserNode,
}

#[derive(Deserialize)]
struct UserNode {
    id: UserId,
    username: Option<String>,
    name: Option<String>,
}

pub(crate) fn create_document() -> Document {
    let text = include_str!("graphql/documents/create_service_account.graphql");
    Document::new("CreateServiceAccount", Effect::Create, text)
}

impl Client {
    /// Makes a service account in a team. A federated one needs an ability of the server ([`Error::is_unsupported`]).
    pub async fn create_service_account(
        &self,
        team: &str,
        name: &str,
        authentication: Authentication<'_>,
    ) -> Result<ServiceAccount, Error> {
        let document = create_document();
        let mut input = json!({ "entityName": team, "description": name });
        if let Authentication::Federated { subject } = authentication {
            assumed::federate(&mut input, subject, document.operation(), self.abilities().await?)?;
        }
        let _change = self.change(Changed::Team(team.to_owned()));
        let data: CreateData = self.graphql(&document, &json!({ "input": input })).await?;
        let user = data.create_service_account.user;
        self.inner().seen_accounts.note(team, [user.id.clone()]);
        Ok(ServiceAccount {
            id: user.id,
            name: user.name.unwrap_or_else(|| name.to_owned()),
            team: team.to_owned(),
            username: user.username,
        })
    }

    /// Makes a built-in service account of the whole organization, by SCIM. Its username is unique: one that is taken is a
    /// conflict ([`Error::is_conflict`]). A caller who may not use SCIM gets an error ([`Error::is_forbidden`]); so does
    /// the caller of a server without it ([`Error::is_unsupported`]).
    pub async fn create_organization_service_account(
        &self,
        default_team: &str,
        username: &str,
    ) -> Result<ServiceAccount, Error> {
        let _change = self.change(Changed::AllTeams);
        let request = || scim::users::create_organization_account(self.base_url(), default_team, username);
        let created: scim::users::CreatedNode = self.scim(request, scim::read).await?;
        Ok(ServiceAccount {
            id: created.id,
            name: username.to_owned(),
            team: default_team.to_owned(),
            username: Some(username.to_owned()),
        })
    }

    /// All service accounts of a team. A team or members that the caller cannot see are an error
    /// ([`Error::is_not_visible`]), so what is not in the list is not in the team.
    pub async fn service_accounts(&self, team: &str) -> Result<Vec<ServiceAccount>, Error> {
        let team = self.visible_team("ServiceAccounts", team).await?;
        team.visible_members("ServiceAccounts")?;
        Ok(team.shown_service_accounts().collect())
    }

    /// The service accounts of a team that are wanted. Where it has none, that is so now; what the caller cannot see is an
    /// error, as for [all of them](Self::service_accounts).
    pub async fn service_accounts_where(
        &self,
        team: &str,
        is_wanted: impl Fn(&ServiceAccount) -> bool,
    ) -> Result<Vec<ServiceAccount>, Error> {
        // Members who cannot be seen do not become visible by another look.
        let shows = |team: &Team| team.members.is_none() || team.shown_service_accounts().any(|one| is_wanted(&one));
        let team = self.visible_team_showing("ServiceAccounts", team, self.inner().teams.mark(), shows).await?;
        team.visible_members("ServiceAccounts")?;
        Ok(team.shown_service_accounts().filter(|account| is_wanted(account)).collect())
    }

    /// A service account of a team. None if it is not in the team; a team or members that the caller cannot see are an
    /// error ([`Error::is_not_visible`]).
    pub async fn service_account(&self, team: &str, id: &UserId) -> Result<Option<ServiceAccount>, Error> {
        self.service_account_since(self.inner().teams.mark(), team, id).await
    }

    /// The same; an absence is one after the mark.
    pub(crate) async fn service_account_since(
        &self,
        mark: Mark,
        team: &str,
        id: &UserId,
    ) -> Result<Option<ServiceAccount>, Error> {
        let team = self.visible_team_showing("ServiceAccount", team, mark, |team| team.may_have(id)).await?;
        team.visible_members("ServiceAccount")?;
        Ok(team.shown_service_account(id))
    }

    /// Deletes a service account altogether, by SCIM, and with it its keys. False if SCIM knows none of this id: it is gone
    /// already, or none that this SCIM is about, and then a team may still show it. A caller who may not use SCIM gets an
    /// error ([`Error::is_forbidden`]) and can still [take the account out of its team](Self::remove_from_team); so does
    /// the caller of a server without SCIM ([`Error::is_unsupported`]).
    pub async fn delete_service_account(&self, id: &UserId) -> Result<bool, Error> {
        let _change = self.change(Changed::Account(id.clone()));
        match self.scim(|| scim::users::delete(self.base_url(), id), scim::read_empty).await {
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
            Ok(()) => {
                self.inner().seen_accounts.forget(id);
                Ok(true)
            }
        }
    }
}

impl ServiceAccount {
    /// Whether this is one of its two names: the one that it was given, or its unique username.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.name == name || self.username.as_deref() == Some(name)
    }

    /// What a team shows of an account, if it is a service account.
    pub(crate) fn of(member: &Member, team: &str) -> Option<Self> {
        if member.account_type != AccountType::Service {
            return None;
        }
        Some(Self {
            id: member.user_id()?,
            name: member.name.clone().unwrap_or_default(),
            team: team.to_owned(),
            username: member.username.clone(),
        })
    }
}
