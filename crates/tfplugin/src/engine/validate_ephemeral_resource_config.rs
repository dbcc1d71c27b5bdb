//! `ValidateEphemeralResourceConfig`.

use super::Engine;
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    pub(crate) fn validate_ephemeral_resource_config(&self, type_name: &str, config: &Value) -> Result<Diagnostics> {
        let resource = self.ephemeral_resource(type_name)?;
        let mut report = resource.schema().validate(config);
        if !report.has_error() {
            report.extend(resource.validate(config)?);
        }
        Ok(report)
    }
}
