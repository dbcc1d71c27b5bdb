//! What a configuration can say about an entry.

use tfplugin::resource::{IdentitySchema, Upgrade};
use tfplugin::schema::validator::{Validator, between, each, length, not_blank, one_of, size};
use tfplugin::schema::{
    Equality, Replace, ReplaceRequest, dynamic, integer, list_of, map, map_of, object, set_of, string,
};
use tfplugin::value::{Type, Value};
use tfplugin::{Result, Schema, timeouts};

use super::model::{Entry, EntryV0, OnDestroy};

pub(super) fn schema() -> Schema {
    // The version of stored states: see `upgrades`.
    Schema::new("Content under a key, kept as a file.")
        .version(1)
        // Computed alone: unknown when an entry is made, and then kept. What does not stay is marked `recomputed`, or
        // made unknown where it is planned.
        .computed("id", string("The shard and the key."))
        .computed("size", integer("The number of bytes of the content."))
        .computed("checksum", string("A checksum of the content."))
        .computed("revision", integer("How often the entry was written.").recomputed())
        .required("key", string("The key.").replace().validate(length(1..=64).and(key())))
        .optional("content", string("The content. An entry has `content`, `secret` or neither."))
        .optional(
            "secret",
            string("Content that reaches neither plan nor state. It is written when `secret_version` changes.")
                .write_only()
                .sensitive(),
        )
        .optional("secret_version", integer("A number that rises with the secret.").validate(between(1..=i64::MAX)))
        .optional(
            "media_type",
            string("What the content is. Upper and lower case mean the same. Another kind makes the entry anew.")
                .default("text/plain")
                .validate(media_type())
                .equal_when(Equality::text(str::eq_ignore_ascii_case))
                .replaced(Replace::when(changes_kind)),
        )
        .optional_computed(
            "shard",
            string("A part of the folder. Without it, one that follows from the key.")
                .validate(length(1..=8).and(key()))
                .replaced(Replace::IfConfigured),
        )
        .optional("labels", map(Type::String, "Labels.").validate(size(0..=16).and(each(length(0..=64)))))
        .optional("extra", dynamic("A value of any type, kept with its type."))
        .optional("owner", object(owner(), "Who looks after the entry."))
        .optional("comments", list_of(comment(), "Comments, in their order.").known_by_place())
        .optional("links", set_of(link(), "Other entries that belong to this one."))
        .optional("variants", map_of(variant(), "Further content, by name."))
        .optional(
            "on_destroy",
            string("What a destroy does: `\"delete\"` or `\"refuse\"`. It goes by what was applied last.")
                .default(OnDestroy::Delete.as_str())
                .validate(one_of(OnDestroy::WORDS)),
        )
        .optional("timeouts", timeouts::attribute())
}

fn owner() -> Schema {
    Schema::new("")
        .required("name", string("A person.").validate(not_blank()))
        .optional("team", string("Their team.").default("everybody"))
}

fn comment() -> Schema {
    Schema::new("").required("text", string("What it says.")).computed("id", string("The comment's own id."))
}

fn link() -> Schema {
    Schema::new("")
        .required("to", string("The key of the other entry."))
        .optional("weight", integer("How much it matters.").default(1).validate(between(1..=100)))
}

fn variant() -> Schema {
    Schema::new("")
        .required("content", string("The content."))
        .computed("size", integer("The number of bytes.").recomputed())
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::none().required("key", Type::String, "The key.").optional(
        "shard",
        Type::String,
        "The shard. Without it, one that follows from the key.",
    )
}

/// One step for each version: states of version 0 had other names, and no more than these.
pub(super) fn upgrades() -> Vec<Upgrade> {
    vec![Upgrade::new(0, |old: EntryV0| -> Result<Entry> {
        // All that is null here and has a default gets it; the next read fills in the rest.
        Ok(Entry { key: old.name, content: old.text, ..Entry::default() })
    })]
}

fn key() -> Validator {
    Validator::text("letters, digits, `-`, `_` and `/`", |text| {
        text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'))
    })
}

fn media_type() -> Validator {
    Validator::text("a media type such as `text/plain`", |text| {
        text.split_once('/').is_some_and(|(kind, form)| !kind.is_empty() && !form.is_empty())
    })
}

/// Whether the part before the slash changes. Where that is not known yet, it might.
fn changes_kind(request: &ReplaceRequest<'_>) -> bool {
    let kind = |value: &Value| value.as_str().and_then(|text| text.split('/').next()).map(str::to_lowercase);
    kind(request.prior) != kind(request.planned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::model::EntryIdentity;

    #[test]
    fn the_schemas_agree_with_the_models() {
        assert_eq!(schema().agrees_with::<Entry>(), Ok(()));
        assert_eq!(identity().agrees_with::<EntryIdentity>(), Ok(()));
    }
}
