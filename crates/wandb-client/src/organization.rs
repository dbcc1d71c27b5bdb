//! Organizations: which one a team belongs to, and which one the caller looks at.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::graphql::Document;
use crate::http::Effect;

/// So many teams are asked for their organization, where they do not tell it.
const TEAMS_TO_ASK: usize = 5;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Organization {
    /// Its name.
    pub name: String,
    /// The name of its own entity.
    pub entity: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    entity: Option<EntityNode>,
}

#[derive(Deserialize)]
struct EntityNode {
    organization: Option<OrganizationNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationNode {
    name: String,
    org_entity: Option<OrganizationEntity>,
}

#[derive(Deserialize)]
struct OrganizationEntity {
    name: String,
}

pub(crate) fn document() -> Document {
    Document::new("Organization", Effect::Read, include_str!("graphql/documents/organization.graphql"))
}

impl Client {
    /// The organization that a team belongs to, asked once. None if the caller cannot see the team or its organization,
    /// or the server knows of none.
    pub async fn organization(&self, team: &str) -> Result<Option<Arc<Organization>>, Error> {
        let (client, name) = (self.clone(), team.to_owned());
        let ask = || async move {
            if !client.abilities().await?.organizations {
                return Ok(None);
            }
            let data: Data = client.graphql(&document(), &json!({ "team": name })).await?;
            Ok(data.entity.and_then(|entity| entity.organization).map(Organization::from).map(Arc::new))
        };
        self.inner().organizations.get(team.to_owned(), ask).await
    }

    /// The organization whose teams the caller [finds](Self::teams): on a server with several, SCIM shows those of one.
    /// Where it has no team, that of the caller's own entity. None if none of those that were asked tells.
    pub async fn organization_of_teams(&self) -> Result<Option<Arc<Organization>>, Error> {
        let (teams, own) = (self.teams().await?, self.caller_teams().await?);
        // Those that the caller is in are sure to be visible.
        let (seen, others): (Vec<&String>, Vec<&String>) = teams.names.iter().partition(|name| own.contains(name));
        let caller = self.caller().await?;
        let own_entity = caller.entity.as_ref().filter(|_| teams.names.is_empty());
        for entity in seen.into_iter().chain(others).take(TEAMS_TO_ASK).chain(own_entity) {
            if let Some(organization) = self.organization(entity).await? {
                return Ok(Some(organization));
            }
        }
        Ok(None)
    }
}

impl From<OrganizationNode> for Organization {
    fn from(node: OrganizationNode) -> Self {
        Self { name: node.name, entity: node.org_entity.map(|entity| entity.name) }
    }
}
