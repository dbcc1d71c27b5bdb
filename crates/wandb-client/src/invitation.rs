//! Invitations to teams.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::client::{Changed, Client};
use crate::error::Error;
use crate::graphql::Document;
use crate::http::Effect;
use crate::ids::MemberId;
use crate::json;
use crate::time::ServerTime;
use crate::user::Person;

/// An invitation to a team that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invitation {
    /// The id of the place in the team as long as the invitation is pending: who takes it up has their own. Some
    /// servers take known people in at once.
    pub id: MemberId,
    /// The address that it went to.
    pub email: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateData {
    create_invite: CreatePayload,
}

#[derive(Deserialize)]
struct CreatePayload {
    invite: InviteNode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InviteNode {
    id: MemberId,
    email: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    created_at: Option<ServerTime>,
}

pub(crate) fn create_document() -> Document {
    Document::new("CreateInvite", Effect::Create, include_str!("graphql/documents/create_invite.graphql"))
}

impl Client {
    /// Invites a person to a team, as an administrator of it or as a member. An invitation is withdrawn by
    /// [`remove_from_team`](Self::remove_from_team). Who is in the team or invited already is a conflict
    /// ([`Error::is_conflict`]).
    pub async fn invite(&self, team: &str, person: Person<'_>, admin: bool) -> Result<Invitation, Error> {
        let document = create_document();
        let mut input = json!({ "entityName": team, "admin": admin });
        match person {
            Person::Username(username) => input["username"] = username.into(),
            Person::Email(email) => input["email"] = email.into(),
        }
        let _change = self.change(Changed::Team(team.to_owned()));
        let _turn = self.inner().turns.take(team, document.operation().name).await?;
        let data: CreateData = self.graphql(&document, &json!({ "input": input })).await?;
        let InviteNode { id, email, created_at } = data.create_invite.invite;
        Ok(Invitation { id, email, created_at: created_at.map(|time| time.0) })
    }
}
