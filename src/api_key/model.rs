//! The attributes of `wandb_api_key`, and what is noted beside them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tfplugin::model::Set;
use tfplugin::schema::validator::{go_duration, length, not_blank, one_of, size, trimmed};
use tfplugin::schema::{integer, map, object, set, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Model, Schema, string_enum};

use super::name;
use crate::visibility::Origin;

#[derive(Clone, Default, Model)]
pub(crate) struct ApiKeyModel {
    pub(super) id: Attr<String>,
    pub(super) service_account_id: Attr<String>,
    pub(super) name: Attr<String>,
    pub(super) rotation: Attr<Rotation>,
    pub(super) encryption: Attr<Encryption>,
    pub(super) replace_existing_key_id: Attr<String>,
    pub(super) key: Attr<String>,
    pub(super) encrypted_key: Attr<String>,
    pub(super) key_id: Attr<String>,
    pub(super) secret_version: Attr<i64>,
    pub(super) created_at: Attr<String>,
    pub(super) rotates_at: Attr<String>,
    pub(super) previous_key_id: Attr<String>,
    pub(super) previous_key_expires_at: Attr<String>,
    pub(super) last_used_at: Attr<String>,
}

#[derive(Clone, Default, Model)]
pub(crate) struct Rotation {
    pub(super) interval: Attr<String>,
    pub(super) overlap: Attr<String>,
    pub(super) triggers: Attr<BTreeMap<String, Attr<String>>>,
    pub(super) revoke: Attr<Revoke>,
}

string_enum! {
    /// When the previous key is revoked.
    pub(crate) enum Revoke {
        /// Once the overlap has passed.
        AfterOverlap = "after_overlap",
        /// Once the overlap has passed and it was not used for as long.
        WhenUnused = "when_unused",
    }
}

#[derive(Clone, Default, Model)]
pub(crate) struct Encryption {
    pub(super) age_recipients: Attr<Set<Attr<String>>>,
}

#[derive(Clone, Model)]
pub(crate) struct ApiKeyIdentity {
    pub(super) service_account_id: Attr<String>,
    pub(super) name: Attr<String>,
}

/// Where the keys are found again, and what the last read found out that decides about the next plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// A team that shows the owner.
    pub(super) team: Option<String>,
    /// Where that team was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
    /// What the owner is called, by which it is seen wherever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owner_name: Option<String>,
    /// The key's id as an object of the API.
    pub(super) object: Option<String>,
    /// The previous key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous_object: Option<String>,
    /// The server's time when it was first seen that something fell due: the one clock that plans go by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) observed_at: Option<Timestamp>,
    /// When the previous key was last used, as seen then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous_last_used_at: Option<Timestamp>,
    /// The previous key fell due, and is what this very run uses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) previous_is_own: bool,
    /// The successors that runs made and were killed before they could store them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lost: Vec<LostKey>,
    /// The key was revoked by others, and the previous one lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) current_gone: bool,
}

/// A key that is not in the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LostKey {
    pub(super) object: String,
    pub(super) key_id: String,
    /// It is what this very run uses: its secret has reached a secret store, if not the state.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_own: bool,
}

pub(super) fn schema() -> Schema {
    Schema::new(
        "An API key of a W&B service account, which can rotate without a gap. The server shows a key's secret once, \
         when the key is made.\n\n\
         The secret is kept in the state as a sensitive value, or with `encryption` only as ciphertext. Where it is \
         kept as it is, use a state backend that encrypts, and restrict who can read it. A destroy revokes the key at \
         once.\n\n\
         With `rotation` a new key is made in place, by the first plan and apply that find it due; nothing runs by \
         itself in between. The key before it stays valid for `overlap`, and a later apply revokes it. So apply on a \
         schedule, more often than `overlap` is long. Whoever uses the key takes it over in that time. \
         With `-refresh=false` nothing is found to be due.",
    )
    .version(1)
    .computed("id", string("The owner's id and the key's name, as `SERVICE_ACCOUNT_ID/NAME`."))
    .required(
        "service_account_id",
        string(
            "The id of the service account that owns the key. A federated account can own none. Changing it replaces \
             the key.",
        )
        .replace()
        .validate(not_blank()),
    )
    .required(
        "name",
        string(
            "What the key is called in W&B, where a short tag such as `[3-k7f2q9]` follows: the `secret_version` and a \
             few random characters. Changing it replaces the key.",
        )
        .replace()
        .validate(length(1..=128).and(trimmed()))
        .validate(name::untagged()),
    )
    .optional("rotation", rotation())
    .optional("encryption", encryption())
    .optional(
        "replace_existing_key_id",
        string(
            "The key id of another key of the same account, to be revoked once this one is made: one that an \
             interrupted run left behind, or that this resource takes the place of. Setting it later revokes that key \
             then.",
        )
        .validate(not_blank()),
    )
    .computed(
        "key",
        string(
            "The secret. Null with `encryption`, and after an import until the key is rotated: W&B shows it only when \
             the key is made.",
        )
        .sensitive(),
    )
    .computed(
        "encrypted_key",
        string(
            "With `encryption`: the secret as an age file in ASCII armor. It stays the same as long as the key does.",
        ),
    )
    .computed("key_id", string("The first part of the key, by which W&B shows it; not secret."))
    .computed(
        "secret_version",
        integer(
            "Rises by one with each new secret, from 1. It can drive the `*_wo_version` of a write-only attribute \
             that takes the secret. Where the key is made anew, as it was replaced or revoked by others, it begins at 1 \
             again: the guide on API keys says how such a sink follows.",
        ),
    )
    .computed("created_at", string("When the key was made, in RFC 3339."))
    .computed("rotates_at", string("When the key is due to be rotated. Null without `rotation.interval`."))
    .computed("previous_key_id", string("The key id of the key before this one, as long as it is valid."))
    .computed(
        "previous_key_expires_at",
        string("When the previous key is due to be revoked: the first apply after that does it."),
    )
    .computed(
        "last_used_at",
        string(
            "The day on which the key was last used, as a time in RFC 3339. Null if never, or where the server does \
             not tell. Exact times are in the data source `wandb_api_keys`: here each would be a change of the state.",
        ),
    )
}

fn rotation() -> tfplugin::schema::Draft {
    let attributes = Schema::new("")
        .optional(
            "interval",
            string("How old a key gets, such as `720h`. Without it, only `triggers` rotate the key.")
                .validate(go_duration()),
        )
        .optional(
            "overlap",
            string(
                "How long the previous key stays valid, from when the new one was made. Shorter than `interval`. \
                 Defaults to `24h`, or to half of `interval` where that is shorter.",
            )
            .validate(go_duration()),
        )
        .optional(
            "triggers",
            map(
                Type::String,
                "Any values; when one changes, comes in or goes, the key is rotated by the next apply. If the previous \
                 key is still valid then, it is revoked early, as there are never more than two. Taking all of them away \
                 rotates nothing, and the first ones of an imported key are only recorded.",
            ),
        )
        .optional(
            "revoke",
            string(
                "When the previous key is revoked: `\"after_overlap\"`, or `\"when_unused\"`, which also waits until \
                 it was not used for as long as `overlap`. Meanwhile `interval` does not rotate again. The latter \
                 needs a server that tells when keys were used. Defaults to `\"after_overlap\"`.",
            )
            .validate(one_of(Revoke::WORDS)),
        );
    object(
        attributes,
        "When a new key takes the place of the present one. Changing `interval` or `overlap` moves the times that \
         follow from them.",
    )
}

fn encryption() -> tfplugin::schema::Draft {
    let attributes = Schema::new("").required(
        "age_recipients",
        set(
            Type::String,
            "Who can decrypt: public keys of [age](https://age-encryption.org), such as those that `age-keygen -y` \
             prints. Changing them rotates the key, as nobody here can decrypt it for others. Those of an imported key \
             count from its first rotation on.",
        )
        .validate(size(1..=64)),
    );
    object(
        attributes,
        "Keeps the secret out of the state: `key` is null, and `encrypted_key` can be decrypted by the recipients \
         alone.",
    )
}
