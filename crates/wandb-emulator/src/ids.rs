//! Ids: numbers in the store, opaque texts outside (base64 of `Type:number`, as W&B's are).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An id that is shown to clients.
pub(crate) trait GlobalId: Sized {
    /// The type in front of the number.
    const TYPE: &'static str;

    fn from_number(number: i64) -> Self;
    fn number(&self) -> i64;

    /// As clients see it.
    fn to_global(&self) -> String {
        STANDARD.encode(format!("{}:{}", Self::TYPE, self.number()))
    }

    /// From what a client sent; none if it is an id of another type, or no id at all.
    fn from_global(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let number = decoded.strip_prefix(Self::TYPE)?.strip_prefix(':')?;
        number.parse().ok().map(Self::from_number)
    }
}

macro_rules! global_ids {
    ($($(#[$doc:meta])* $name:ident = $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(i64);

        impl GlobalId for $name {
            const TYPE: &'static str = $type;

            fn from_number(number: i64) -> Self {
                Self(number)
            }

            fn number(&self) -> i64 {
                self.0
            }
        }

        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    )*};
}

global_ids! {
    /// A person or service account.
    AccountId = "User";
    /// A team, or a person's or the organization's entity.
    EntityId = "Entity";
    /// A pending invitation.
    InviteId = "Invite";
    /// An API key.
    ApiKeyId = "ApiKey";
    /// A custom role.
    RoleId = "Role";
    /// A project of an entity.
    ProjectId = "Project";
    /// A run in a project.
    RunId = "Run";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_the_real_ones() {
        assert_eq!(AccountId(12).to_global(), "VXNlcjoxMg==");
        assert_eq!(AccountId::from_global("VXNlcjoxMg=="), Some(AccountId(12)));
    }

    #[test]
    fn an_id_of_another_type_or_none_is_refused() {
        for wrong in ["", "VXNlcjoxMg", "12", &EntityId(12).to_global(), &STANDARD.encode("User:x")] {
            assert_eq!(AccountId::from_global(wrong), None, "{wrong}");
        }
    }
}
