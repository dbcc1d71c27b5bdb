//! The attributes of an entry, as Rust sees them.
//!
//! An `Attr` is null, unknown or known, and whoever reads it says what happens in each case. Elements of collections may
//! be null or unknown, too, each as a whole.

use std::collections::BTreeMap;

use tfplugin::model::Set;
use tfplugin::timeouts::Timeouts;
use tfplugin::value::Value;
use tfplugin::{Attr, Model, string_enum};

#[derive(Clone, Default, Model)]
pub(crate) struct Entry {
    pub id: Attr<String>,
    pub key: Attr<String>,
    pub content: Attr<String>,
    pub secret: Attr<String>,
    pub secret_version: Attr<i64>,
    pub media_type: Attr<String>,
    pub shard: Attr<String>,
    pub labels: Attr<BTreeMap<String, Attr<String>>>,
    pub extra: Attr<Value>,
    pub owner: Attr<Owner>,
    pub comments: Attr<Vec<Attr<Comment>>>,
    pub links: Attr<Set<Attr<Link>>>,
    pub variants: Attr<BTreeMap<String, Attr<Variant>>>,
    pub on_destroy: Attr<OnDestroy>,
    pub size: Attr<i64>,
    pub checksum: Attr<String>,
    pub revision: Attr<i64>,
    pub timeouts: Attr<Timeouts>,
}

#[derive(Clone, Model)]
pub(crate) struct Owner {
    pub name: Attr<String>,
    pub team: Attr<String>,
}

#[derive(Clone, Model)]
pub(crate) struct Comment {
    pub text: Attr<String>,
    pub id: Attr<String>,
}

#[derive(Clone, Model)]
pub(crate) struct Link {
    pub to: Attr<String>,
    pub weight: Attr<i64>,
}

#[derive(Clone, Model)]
pub(crate) struct Variant {
    pub content: Attr<String>,
    pub size: Attr<i64>,
}

string_enum! {
    /// What a destroy does with the file.
    pub(crate) enum OnDestroy {
        /// It goes.
        Delete = "delete",
        /// The destroy is refused.
        Refuse = "refuse",
    }
}

/// What names an entry.
#[derive(Clone, Model)]
pub(crate) struct EntryIdentity {
    pub key: Attr<String>,
    /// Not needed for an import: then the first letter of the key says it.
    pub shard: Attr<String>,
}

/// What version 0 of the schema stored.
#[derive(Clone, Model)]
pub(crate) struct EntryV0 {
    pub name: Attr<String>,
    pub text: Attr<String>,
}
