//! What the file of an entry holds.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tfplugin::value::{Reading, Value};
use tfplugin::{Attr, Model, Result};

use super::model::Entry;
use super::schema;
use crate::functions::checksum;

/// An entry in Terraform's own JSON, which loses no number and keeps the type of `extra`, and its secret.
#[derive(Serialize, Deserialize)]
pub(crate) struct Document {
    entry: Box<RawValue>,
    /// This file is the one place of it.
    pub secret: Option<String>,
}

impl Document {
    /// The file of an entry, in which nothing is unknown.
    pub(super) fn of(entry: Entry, secret: Option<String>) -> Result<Self> {
        let json = entry.into_value().to_json(schema::schema().object_type())?;
        let entry = RawValue::from_string(String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
        Ok(Self { entry, secret })
    }

    /// The entry in the file. Whoever has edited it may have left out what can be computed.
    pub(super) fn entry(&self) -> Result<Entry> {
        let json = self.entry.get().as_bytes();
        let value = Value::from_json(json, schema::schema().object_type(), Reading::State)?;
        Ok(computed(Entry::from_value(value)?))
    }
}

/// The same entry with all that follows from its content.
pub(super) fn computed(mut entry: Entry) -> Entry {
    // Of a secret, neither is told.
    let content = entry.content.as_str();
    entry.size = content.map_or(Attr::Null, length);
    entry.checksum = content.map(checksum).into();
    if let Attr::Known(variants) = &mut entry.variants {
        for variant in variants.values_mut() {
            if let Attr::Known(variant) = variant {
                variant.size = length(variant.content.as_str().unwrap_or_default());
            }
        }
    }
    if let Attr::Known(comments) = &mut entry.comments {
        let revision = entry.revision.known().copied().unwrap_or_default();
        // A comment keeps its id as long as it keeps its place.
        for (index, comment) in comments.iter_mut().enumerate() {
            if let Attr::Known(comment) = comment
                && comment.id.known().is_none()
            {
                comment.id = format!("c{revision}-{index}").into();
            }
        }
    }
    entry
}

fn length(content: &str) -> Attr<i64> {
    i64::try_from(content.len()).unwrap_or(i64::MAX).into()
}
