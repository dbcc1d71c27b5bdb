//! `ValidateResourceConfig`.

use super::Engine;
use super::rules;
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    pub(crate) fn validate_resource_config(
        &self,
        type_name: &str,
        config: &Value,
        write_only_allowed: bool,
    ) -> Result<Diagnostics> {
        let resource = self.resource(type_name)?;
        let mut report = resource.schema().validate(config);
        if !write_only_allowed {
            report.extend(rules::refused_write_only(resource.schema(), config));
        }
        // The rules of single attributes come first: what breaks them may be no model.
        if !report.has_error() {
            report.extend(resource.validate(config)?);
        }
        Ok(report)
    }
}
