//! `UpgradeResourceState`: called for every state that is read, also at the present version.

use super::Engine;
use crate::diagnostic::{Diagnostic, Result};
use crate::provider::Provider;
use crate::schema::fill_defaults;
use crate::value::{Reading, Value};

impl<P: Provider> Engine<P> {
    /// Reads a stored state and brings it to the present version of the schema.
    pub(crate) fn upgrade_resource_state(&self, type_name: &str, version: i64, json: &[u8]) -> Result<Value> {
        let resource = self.resource(type_name)?;
        let schema = resource.schema();
        if version > schema.state_version() {
            return Err(Diagnostic::error(
                "State of a newer provider",
                format!(
                    "The state of `{type_name}` has schema version {version}, and this provider knows versions up to \
                     {}. Use the version of the provider that wrote the state, or a newer one.",
                    schema.state_version()
                ),
            )
            .into());
        }
        let mut state = if version == schema.state_version() {
            Value::from_json(json, schema.object_type(), Reading::State).map_err(unreadable)?
        } else {
            let upgrades = resource.upgrades();
            let mut steps = (version..schema.state_version()).map(|version| {
                upgrades.iter().find(|upgrade| upgrade.from == version).ok_or_else(|| {
                    Diagnostic::bug(format!("`{type_name}` has no upgrade from schema version {version}."))
                })
            });
            let Some(first) = steps.next() else { return Err(Diagnostic::bug("No upgrade step.").into()) };
            let first = first?;
            let state = Value::from_json(json, &first.prior, Reading::State).map_err(unreadable)?;
            steps.try_fold((first.step)(state)?, |state, upgrade| (upgrade?.step)(state))?
        };
        // An attribute that is new in the schema is what its default says.
        fill_defaults(schema.attributes(), &mut state);
        Ok(state)
    }
}

fn unreadable(error: crate::value::ValueError) -> Diagnostic {
    let detail = format!("The stored state cannot be read: {error}. Restore it from a backup, or import the object.");
    Diagnostic::error("Unreadable state", detail).at(error.path)
}
