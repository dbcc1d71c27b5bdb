//! What the server says of itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::graphql::Document;
use crate::http::Effect;

/// A server's version and features.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The version of W&B Server; none on the multi-tenant cloud.
    pub version: Option<String>,
    /// The features that it names, and whether they are enabled.
    pub features: BTreeMap<String, bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    server_info: Option<Info>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    features: Option<Vec<Option<Feature>>>,
    latest_local_version_info: Option<VersionInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feature {
    name: String,
    is_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionInfo {
    version_on_this_instance_string: Option<String>,
}

pub(crate) fn document() -> Document {
    Document::new("ServerInfo", Effect::Read, include_str!("graphql/documents/server_info.graphql"))
}

impl Client {
    /// Asks which version the server is and what it can do.
    pub async fn server(&self) -> Result<ServerInfo, Error> {
        let data: Data = self.graphql(&document(), &json!({})).await?;
        let Some(info) = data.server_info else {
            return Ok(ServerInfo::default());
        };
        let features = info.features.into_iter().flatten().flatten();
        Ok(ServerInfo {
            version: info.latest_local_version_info.and_then(|version| version.version_on_this_instance_string),
            features: features.map(|feature| (feature.name, feature.is_enabled)).collect(),
        })
    }
}
