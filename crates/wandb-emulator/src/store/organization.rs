//! The organization itself, and what its administrators have set.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{from_json, to_json};
use crate::deployment::{Deployment, DeploymentKind};

/// The organization.
#[derive(Debug, Clone)]
pub(crate) struct OrganizationRow {
    pub(crate) name: String,
    pub(crate) deployment: Deployment,
    pub(crate) settings: Settings,
}

/// What administrators of the organization or the instance can set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether people and service accounts of teams are refused new API keys.
    pub api_key_creation_disabled: bool,
    /// Whether teams are refused new service accounts.
    pub team_service_account_creation_disabled: bool,
    /// Whether an invited person whom the organization knows is in the team at once, without accepting.
    pub invitations_accepted_at_once: bool,
    /// How identity tokens are exchanged; none where the organization has registered no issuer.
    pub federated_login: Option<FederatedLogin>,
}

/// The organization's issuer of identity tokens, and what its tokens must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FederatedLogin {
    /// The issuer's URL, exactly as its tokens name it; none stands for the issuer inside the emulator.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Whether a token's audience is checked. Only a self-managed server can leave that out.
    #[serde(default = "yes")]
    pub check_audience: bool,
}

const fn yes() -> bool {
    true
}

/// The one row of the organization.
pub(crate) struct Organization<'c>(pub(crate) &'c Connection);

impl Organization<'_> {
    /// None in a database that is still empty.
    pub(crate) fn find(&self) -> rusqlite::Result<Option<OrganizationRow>> {
        self.0
            .query_row("SELECT * FROM organization", [], |row| {
                let invalid = |error: Box<dyn std::error::Error + Send + Sync>| {
                    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error)
                };
                let kind: DeploymentKind =
                    row.get_ref("deployment_kind")?.as_str()?.parse().map_err(|error| invalid(Box::new(error)))?;
                let version = row
                    .get::<_, Option<String>>("version")?
                    .map(|version| version.parse())
                    .transpose()
                    .map_err(|error| invalid(Box::new(error)))?;
                Ok(OrganizationRow {
                    name: row.get("name")?,
                    deployment: Deployment::new(kind, version).map_err(|error| invalid(Box::new(error)))?,
                    settings: from_json(row.get_ref("settings")?.as_str()?)?,
                })
            })
            .optional()
    }

    /// The organization, which every database in use has.
    pub(crate) fn get(&self) -> rusqlite::Result<OrganizationRow> {
        self.find()?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    pub(crate) fn put(&self, organization: &OrganizationRow) -> rusqlite::Result<()> {
        let OrganizationRow { name, deployment, settings } = organization;
        self.0.execute(
            "INSERT INTO organization (id, name, deployment_kind, version, settings) VALUES (1, ?1, ?2, ?3, ?4) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, deployment_kind = excluded.deployment_kind, \
             version = excluded.version, settings = excluded.settings",
            params![
                name,
                deployment.kind().to_string(),
                deployment.version().map(|version| version.to_string()),
                to_json(settings)?
            ],
        )?;
        Ok(())
    }
}
