//! `UpgradeResourceIdentity`.

use super::Engine;
use crate::diagnostic::{Diagnostic, Result};
use crate::provider::Provider;
use crate::value::{Reading, Value};

impl<P: Provider> Engine<P> {
    /// Reads a stored identity. One that was never stored is null, and the next read fills it in.
    pub(crate) fn upgrade_resource_identity(&self, type_name: &str, json: &[u8]) -> Result<Value> {
        let schema = self.resource(type_name)?.identity_schema();
        if json.is_empty() || schema.is_none() {
            return Ok(Value::Null);
        }
        Value::from_json(json, &schema.object_type(), Reading::State).map_err(|error| {
            let detail = format!("The stored identity of `{type_name}` cannot be read: {error}.");
            Diagnostic::error("Unreadable identity", detail).into()
        })
    }
}
