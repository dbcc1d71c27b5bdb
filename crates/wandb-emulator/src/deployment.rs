//! What kind of W&B this is, and which version: they decide what the server offers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A version of W&B Server, `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The version that a server has when none is asked for.
    pub const DEFAULT: Self = Self::new(0, 84, 0);

    /// The version `major.minor.patch`.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that is not a version.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a version of the form 0.84.0")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some([major, minor]) => Ok(Self::new(*major, *minor, 0)),
            Some([major, minor, patch]) => Ok(Self::new(*major, *minor, *patch)),
            _ => Err(NotAVersion(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A deployment: the cloud that all customers share has no version that anyone could choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deployment {
    /// The shared cloud; always the newest.
    MultiTenant,
    /// A cloud of one customer, run by W&B.
    Dedicated(Version),
    /// A server that the customer runs.
    SelfManaged(Version),
}

/// The kinds of [`Deployment`], as they are named on the command line and in seed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentKind {
    /// The shared cloud.
    MultiTenant,
    /// A cloud of one customer.
    Dedicated,
    /// A server that the customer runs.
    SelfManaged,
}

/// A version was named for a deployment that has none to choose.
#[derive(Debug, thiserror::Error)]
#[error("a multi-tenant deployment has no version to choose: it is always the newest")]
pub struct VersionOfMultiTenant;

impl Deployment {
    /// The deployment of this kind and version, [`Version::DEFAULT`] if none is named.
    pub fn new(kind: DeploymentKind, version: Option<Version>) -> Result<Self, VersionOfMultiTenant> {
        match (kind, version) {
            (DeploymentKind::MultiTenant, None) => Ok(Self::MultiTenant),
            (DeploymentKind::MultiTenant, Some(_)) => Err(VersionOfMultiTenant),
            (DeploymentKind::Dedicated, version) => Ok(Self::Dedicated(version.unwrap_or(Version::DEFAULT))),
            (DeploymentKind::SelfManaged, version) => Ok(Self::SelfManaged(version.unwrap_or(Version::DEFAULT))),
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> DeploymentKind {
        match self {
            Self::MultiTenant => DeploymentKind::MultiTenant,
            Self::Dedicated(_) => DeploymentKind::Dedicated,
            Self::SelfManaged(_) => DeploymentKind::SelfManaged,
        }
    }

    /// Its version, where it has one.
    #[must_use]
    pub const fn version(self) -> Option<Version> {
        match self {
            Self::MultiTenant => None,
            Self::Dedicated(version) | Self::SelfManaged(version) => Some(version),
        }
    }

    /// Whether it has what W&B Server has since this version.
    #[must_use]
    pub fn has_since(self, since: Version) -> bool {
        self.version().is_none_or(|version| version >= since)
    }

    /// Whether all customers share it.
    pub(crate) fn is_multi_tenant(self) -> bool {
        self == Self::MultiTenant
    }

    /// Whether SCIM takes a key as bearer token.
    pub(crate) fn takes_scim_bearer(self) -> bool {
        !self.is_multi_tenant() && self.has_since(Version::new(0, 79, 0))
    }

    /// Whether SCIM can create service accounts.
    pub(crate) fn has_scim_service_accounts(self) -> bool {
        self.has_since(Version::new(0, 81, 0))
    }

    /// Which form of key the server makes. That the new form came with 0.75 is an assumption: W&B says "since 2025".
    pub(crate) fn key_form(self) -> KeyForm {
        match self {
            _ if self.has_since(Version::new(0, 75, 0)) => KeyForm::V1,
            Self::SelfManaged(_) => KeyForm::LegacyLocal,
            Self::MultiTenant | Self::Dedicated(_) => KeyForm::Legacy,
        }
    }
}

impl FromStr for DeploymentKind {
    type Err = serde::de::value::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::deserialize(serde::de::value::StrDeserializer::new(text))
    }
}

impl fmt::Display for DeploymentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MultiTenant => "multi-tenant",
            Self::Dedicated => "dedicated",
            Self::SelfManaged => "self-managed",
        })
    }
}

/// The forms of API keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// 40 hexadecimal characters.
    Legacy,
    /// The same after `local-`, on self-managed servers.
    LegacyLocal,
    /// `wandb_v1_` and what follows, 86 characters in all.
    V1,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("0.9.0") < version("0.10.0"));
        assert_eq!(version("0.84"), version("0.84.0"));
        for wrong in ["", "1", "0.x.0", "0.1.2.3", "v0.1.2"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn kinds_and_versions_decide_what_is_offered() {
        let dedicated = |minor| Deployment::Dedicated(Version::new(0, minor, 0));
        let cases = [
            (Deployment::MultiTenant, false, true, KeyForm::V1),
            (dedicated(74), false, false, KeyForm::Legacy),
            (dedicated(79), true, false, KeyForm::V1),
            (dedicated(81), true, true, KeyForm::V1),
            (Deployment::SelfManaged(Version::new(0, 74, 9)), false, false, KeyForm::LegacyLocal),
        ];
        for (deployment, bearer, accounts, form) in cases {
            assert_eq!(deployment.takes_scim_bearer(), bearer, "{deployment:?}");
            assert_eq!(deployment.has_scim_service_accounts(), accounts, "{deployment:?}");
            assert_eq!(deployment.key_form(), form, "{deployment:?}");
        }
        assert!(Deployment::new(DeploymentKind::MultiTenant, Some(Version::DEFAULT)).is_err());
    }
}
