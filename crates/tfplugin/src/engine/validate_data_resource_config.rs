//! `ValidateDataResourceConfig`.

use super::Engine;
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    pub(crate) fn validate_data_resource_config(&self, type_name: &str, config: &Value) -> Result<Diagnostics> {
        let source = self.data_source(type_name)?;
        let mut report = source.schema().validate(config);
        if !report.has_error() {
            report.extend(source.validate(config)?);
        }
        Ok(report)
    }
}
