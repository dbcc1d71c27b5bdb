//! Who calls.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use crate::api_keys::{ApiKeyInfo, ApiKeyNode};
use crate::client::Client;
use crate::error::{Error, ErrorKind, ServerMessages};
use crate::graphql::{Connection, Document};
use crate::http::Effect;
use crate::ids::UserId;

/// The account that a client's credential belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Viewer {
    /// Its id.
    pub id: UserId,
    /// Its unique name.
    pub username: Option<String>,
    /// Its address; service accounts have none.
    pub email: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// Whether it administers the whole instance.
    pub admin: bool,
    /// The entity that is used when none is named.
    pub entity: Option<String>,
    /// The names of its teams.
    pub teams: Vec<String>,
    /// Its API keys, without the times, which not every server has.
    pub api_keys: Vec<ApiKeyInfo>,
}

#[derive(Deserialize)]
struct Data {
    viewer: Option<ViewerNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ViewerNode {
    id: UserId,
    username: Option<String>,
    email: Option<String>,
    name: Option<String>,
    admin: Option<bool>,
    entity: Option<String>,
    teams: Option<Connection<TeamNode>>,
    api_keys: Option<Connection<ApiKeyNode>>,
}

#[derive(Deserialize)]
struct TeamNode {
    name: String,
}

pub(crate) fn document() -> Document {
    Document::new("Viewer", Effect::Read, include_str!("graphql/documents/viewer.graphql"))
        .with(include_str!("graphql/documents/api_key_fields.graphql"))
}

impl Client {
    /// Asks who calls. A credential that the server does not accept is an error ([`Error::is_auth`]).
    pub async fn viewer(&self) -> Result<Viewer, Error> {
        let document = document();
        let data: Data = self.graphql(&document, &json!({})).await?;
        // Some servers answer nobody to a credential that they do not know.
        let nobody = || Error::of(document.operation().name, ErrorKind::Unauthorized(ServerMessages::default()));
        data.viewer.map(Viewer::from).ok_or_else(nobody)
    }

    /// The names of the caller's teams, read like a team: not again for each who asks, and anew once this client has
    /// made a team.
    pub async fn caller_teams(&self) -> Result<Arc<Vec<String>>, Error> {
        let client = self.clone();
        let ask = || async move { client.viewer().await.map(|viewer| Arc::new(viewer.teams)) };
        self.inner().caller_teams.get((), ask).await
    }

    /// Who calls, asked once: an account's id and name do not change.
    pub(crate) async fn caller(&self) -> Result<Arc<Viewer>, Error> {
        let client = self.clone();
        self.inner().caller.get((), || async move { client.viewer().await.map(Arc::new) }).await
    }
}

impl From<ViewerNode> for Viewer {
    fn from(node: ViewerNode) -> Self {
        let teams = node.teams.map(Connection::into_visible).unwrap_or_default();
        let api_keys = node.api_keys.map(Connection::into_visible).unwrap_or_default();
        Self {
            id: node.id,
            username: node.username,
            email: node.email,
            name: node.name,
            admin: node.admin.unwrap_or_default(),
            entity: node.entity,
            teams: teams.into_iter().map(|team| team.name).collect(),
            api_keys: api_keys.into_iter().map(ApiKeyInfo::from).collect(),
        }
    }
}
