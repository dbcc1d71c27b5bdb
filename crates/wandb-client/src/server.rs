//! What the server says of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

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

impl ServerInfo {
    /// Whether this is at least W&B Server `major.minor`. The multi-tenant cloud is always the newest; of a version that
    /// is not written as numbers nothing is known, and so nothing is said against it.
    pub(crate) fn is_at_least(&self, wanted: [u32; 2]) -> bool {
        let numbers = |version: &str| {
            let mut parts = version.trim_start_matches('v').split(['.', '-', '+']).map(|part| part.parse().ok());
            Some([parts.next()??, parts.next()??])
        };
        self.version.as_deref().and_then(numbers).is_none_or(|version| version >= wanted)
    }
}

impl Client {
    /// What the server says of itself, asked once.
    pub(crate) async fn known_server(&self) -> Result<Arc<ServerInfo>, Error> {
        let client = self.clone();
        self.inner().server.get((), || async move { client.server().await.map(Arc::new) }).await
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (version, expected) in [
            (Some("0.81.0"), true),
            (Some("0.100.2"), true),
            (Some("v1.0"), true),
            (Some("0.81.0-rc1"), true),
            (Some("0.80.9"), false),
            (Some("0.9"), false),
            (Some("nightly"), true),
            (None, true),
        ] {
            let server = ServerInfo { version: version.map(str::to_owned), ..ServerInfo::default() };
            assert_eq!(server.is_at_least([0, 81]), expected, "{version:?}");
        }
    }
}
