//! `UpgradeResourceIdentity`.

use super::upgrading::Stored;
use super::{Engine, rules};
use crate::diagnostic::Result;
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    /// Reads a stored identity and brings it to the present version. One that was never stored is null, and the next read
    /// fills it in.
    pub(crate) fn upgrade_resource_identity(&self, type_name: &str, version: i64, json: &[u8]) -> Result<Value> {
        let resource = self.resource(type_name)?;
        let schema = resource.identity_schema();
        // Once the version is above 0, a host asks for the upgrade of what is not there, as an empty object or nothing.
        let is_empty = json.iter().all(|byte| b"{} \t\r\n".contains(byte)) || json.trim_ascii() == b"null";
        if is_empty || schema.is_none() {
            return Ok(Value::Null);
        }
        let stored = Stored { what: "identity", type_name, version, json };
        let upgraded =
            stored.upgraded(schema.identity_version(), &schema.object_type(), &resource.identity_upgrades())?;
        rules::check_identity(type_name, schema, None, Some(&upgraded)).into_result(upgraded)
    }
}
