//! Who is in a team.

use serde::Deserialize;
use serde_json::json;

use crate::client::{Changed, Client};
use crate::error::Error;
use crate::graphql::{Document, Success};
use crate::http::Effect;
use crate::ids::{MemberId, UserId};

/// Someone in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The id of the place in the team.
    pub id: MemberId,
    /// The unique name of the account; none for an invited person without one.
    pub username: Option<String>,
    /// The account's address; service accounts have none.
    pub email: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// Whether this is an administrator of the team.
    pub admin: bool,
    /// The role in the team, such as `admin`, `member`, `viewer` or a custom role's name. None where the server is too
    /// old to tell it.
    pub role: Option<String>,
    /// Whether this is an invitation that was not accepted yet.
    pub pending: bool,
    /// Who this is.
    pub account_type: AccountType,
}

/// Who has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountType {
    /// A person.
    Person,
    /// A program.
    Service,
    /// Something else, in the server's words; empty if it does not say.
    Other(String),
}

impl Member {
    /// The account's id. A pending invitation has none.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        (!self.pending).then(|| UserId::new(self.id.as_str()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberNode {
    id: MemberId,
    username: Option<String>,
    email: Option<String>,
    name: Option<String>,
    admin: Option<bool>,
    pending: Option<bool>,
    account_type: Option<String>,
    role: Option<String>,
}

impl From<MemberNode> for Member {
    fn from(node: MemberNode) -> Self {
        Self {
            id: node.id,
            username: node.username,
            email: node.email,
            name: node.name,
            admin: node.admin.unwrap_or_default(),
            role: node.role,
            pending: node.pending.unwrap_or_default(),
            account_type: AccountType::from(node.account_type.unwrap_or_default()),
        }
    }
}

impl From<String> for AccountType {
    fn from(text: String) -> Self {
        match text.as_str() {
            "MEMBER" => Self::Person,
            "SERVICE" => Self::Service,
            _ => Self::Other(text),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteInviteData {
    delete_invite: Success,
}

pub(crate) fn delete_invite_document() -> Document {
    Document::new("DeleteInvite", Effect::Delete, include_str!("graphql/documents/delete_invite.graphql"))
}

impl Client {
    /// Takes someone out of a team or withdraws an invitation to it. The account lives on. It is no error if nobody of
    /// that id is in the team.
    pub async fn remove_from_team(&self, team: &str, member: &MemberId) -> Result<(), Error> {
        let _change = self.change(Changed::Team(team.to_owned()));
        let _turn = self.inner().turns.take(team, delete_invite_document().operation().name).await?;
        self.delete_invite(team, member).await
    }

    /// The request alone, for who has the team's turn.
    pub(crate) async fn delete_invite(&self, team: &str, member: &MemberId) -> Result<(), Error> {
        let document = delete_invite_document();
        let variables = json!({ "input": { "entityName": team, "id": member.as_str() } });
        let deleted = self.graphql(&document, &variables).await;
        document.check_removed(deleted.map(|data: DeleteInviteData| data.delete_invite)).map(drop)
    }
}
