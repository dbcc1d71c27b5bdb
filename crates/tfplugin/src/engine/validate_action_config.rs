//! `ValidateActionConfig`.

use super::Engine;
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    pub(crate) fn validate_action_config(&self, type_name: &str, config: &Value) -> Result<Diagnostics> {
        let action = self.action(type_name)?;
        let mut report = action.schema().validate(config);
        if !report.has_error() {
            report.extend(action.validate(config)?);
        }
        Ok(report)
    }
}
