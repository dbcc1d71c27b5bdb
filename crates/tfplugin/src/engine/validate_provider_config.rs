//! `ValidateProviderConfig`.

use super::Engine;
use crate::diagnostic::{Diagnostics, Result};
use crate::model::Model as _;
use crate::provider::Provider;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    pub(crate) fn validate_provider_config(&self, config: Value) -> Result<Diagnostics> {
        let mut report = self.schema().validate(&config);
        if !report.has_error() {
            self.provider.validate(&P::Model::from_value(config)?, &mut report);
        }
        Ok(report)
    }
}
