//! Opaque ids of the API, each its own type, so that one cannot be passed for another.

use std::fmt;

use serde::Deserialize;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// An id as the API gave it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque_id! {
    /// The id of a person or a service account, the same in GraphQL and SCIM.
    UserId
}

opaque_id! {
    /// The id of a place in a team: a [`UserId`] once the invitation is accepted, until then the invitation's.
    MemberId
}

opaque_id! {
    /// The id of an API key as an object of the API. Not the *key id*, which is the first part of the secret.
    ApiKeyId
}

impl From<UserId> for MemberId {
    /// Members and service accounts are known to their team by their own id.
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}
