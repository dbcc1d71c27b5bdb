//! `UpgradeResourceState`: called for every state that is read, also at the present version.
//!
//! It is called with the states of another provider, too, after a user has changed nothing but a provider's `source`. So
//! who takes over from another provider begins at a schema version that the other has not reached, and has upgrades from
//! the other's versions.

use super::upgrading::Stored;
use super::{Engine, rules};
use crate::diagnostic::Result;
use crate::provider::Provider;
use crate::schema::fill_defaults;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    /// Reads a stored state and brings it to the present version of the schema.
    pub(crate) fn upgrade_resource_state(&self, type_name: &str, version: i64, json: &[u8]) -> Result<Value> {
        let resource = self.resource(type_name)?;
        let schema = resource.schema();
        let stored = Stored { what: "state", type_name, version, json };
        let mut state = stored.upgraded(schema.state_version(), schema.object_type(), &resource.upgrades())?;
        // An attribute that is new in the schema is what its default says.
        fill_defaults(schema.attributes(), &mut state);
        // One that was stored before its attribute became write-only is not stored again.
        rules::scrub(schema.attributes(), &mut state);
        rules::check_state(type_name, schema, &state).into_result(state)
    }
}
