//! What a host can do, by the version that brought it.

use semver::Version;

use super::Product;

/// An ability that not every host has. A configuration that needs it is refused by hosts without it, so tests ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `provider::wandb::name(...)`.
    ProviderFunctions,
    /// `removed` blocks: forget an object without destroying it.
    RemovedBlock,
    /// `moved` blocks from one resource type to another.
    MovedAcrossTypes,
    /// `ephemeral` blocks.
    EphemeralResources,
    /// Write-only attributes.
    WriteOnlyAttributes,
    /// Resource identity, and `import` blocks by identity.
    Identity,
    /// List resources and `query`.
    ListResources,
    /// `action` blocks.
    Actions,
}

impl Feature {
    /// The first release (major, minor) with the feature; `None` where no release has it.
    const fn since(self, product: Product) -> Option<(u64, u64)> {
        match product {
            Product::Terraform => Some(match self {
                Self::RemovedBlock => (1, 7),
                Self::ProviderFunctions | Self::MovedAcrossTypes => (1, 8),
                Self::EphemeralResources => (1, 10),
                Self::WriteOnlyAttributes => (1, 11),
                Self::Identity => (1, 12),
                Self::ListResources | Self::Actions => (1, 14),
            }),
            Product::OpenTofu => match self {
                Self::RemovedBlock | Self::ProviderFunctions => Some((1, 7)),
                Self::MovedAcrossTypes => Some((1, 10)),
                Self::EphemeralResources | Self::WriteOnlyAttributes => Some((1, 11)),
                Self::Identity => Some((1, 12)),
                Self::ListResources | Self::Actions => None,
            },
        }
    }

    /// Whether this version has it. A release candidate has what its release has.
    #[must_use]
    pub fn is_in(self, product: Product, version: &Version) -> bool {
        self.since(product).is_some_and(|since| (version.major, version.minor) >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_begins_with_its_version() {
        let cases = [
            (Feature::ProviderFunctions, Product::Terraform, "1.7.9", false),
            (Feature::ProviderFunctions, Product::Terraform, "1.8.0", true),
            (Feature::ProviderFunctions, Product::OpenTofu, "1.7.0", true),
            (Feature::Actions, Product::Terraform, "1.14.0-rc1", true),
            (Feature::Actions, Product::OpenTofu, "1.12.6", false),
            (Feature::Identity, Product::Terraform, "2.0.0", true),
        ];
        for (feature, product, version, expected) in cases {
            assert_eq!(feature.is_in(product, &Version::parse(version).unwrap()), expected, "{feature:?} {version}");
        }
    }
}
