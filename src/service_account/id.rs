//! The attribute `id` of a service account, which tells whether the account can own API keys.
//!
//! It is the API's own id. Where the account is known to log in by identity federation, `federated:` stands before it: a
//! beginning that is known while the account is planned, so that a key for it can be refused in the same plan.

use tfplugin::Attr;
use tfplugin::value::Refinement;
use wandb_client::UserId;

const FEDERATED: &str = "federated:";

/// The id of a federated account that is to be made.
pub(super) fn planned_federated() -> Attr<String> {
    Attr::Unknown(Some(Box::new(Refinement::prefix(FEDERATED))))
}

/// The id of an account that is to be made, and of which nothing else is known.
pub(super) fn planned() -> Attr<String> {
    Attr::Unknown(Some(Box::new(Refinement::not_null())))
}

/// The id of a federated account.
pub(super) fn federated(id: &UserId) -> Attr<String> {
    format!("{FEDERATED}{id}").into()
}

/// Whether an id, also one that is only planned, is that of a federated account. An account that was imported may be one
/// all the same: W&B does not tell.
pub(crate) fn is_federated(id: &Attr<String>) -> bool {
    match id {
        Attr::Known(id) => id.starts_with(FEDERATED),
        Attr::Unknown(Some(refinement)) => refinement.prefix.starts_with(FEDERATED),
        Attr::Unknown(None) | Attr::Null => false,
    }
}

/// The API's own id.
pub(crate) fn of_api(id: &str) -> UserId {
    UserId::new(id.strip_prefix(FEDERATED).unwrap_or(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn federation_is_seen_in_what_is_and_in_what_is_planned() {
        let account = UserId::new("VXNlcjoxMg==");
        assert_eq!(federated(&account).as_str(), Some("federated:VXNlcjoxMg=="));
        for (id, expected) in [
            (federated(&account), true),
            (planned_federated(), true),
            ("VXNlcjoxMg==".into(), false),
            (planned(), false),
            (Attr::unknown(), false),
            (Attr::Null, false),
        ] {
            assert_eq!(is_federated(&id), expected, "{id:?}");
        }
    }

    #[test]
    fn the_api_s_own_id_has_nothing_before_it() {
        for id in ["VXNlcjoxMg==", "federated:VXNlcjoxMg=="] {
            assert_eq!(of_api(id), UserId::new("VXNlcjoxMg=="));
        }
    }
}
