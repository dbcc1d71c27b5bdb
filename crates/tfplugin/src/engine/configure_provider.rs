//! `ConfigureProvider`.

use std::sync::Arc;

use super::{Configuration, Engine};
use crate::diagnostic::{Diagnostics, Result};
use crate::model::Model as _;
use crate::provider::{ConfigureContext, Provider};
use crate::schema;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    /// Answers warnings. While something in the configuration is unknown, the provider is not asked: each operation
    /// that needs its data says so or is deferred.
    pub(crate) async fn configure_provider(&self, host_version: String, mut config: Value) -> Result<Diagnostics> {
        if let Some(path) = config.first_unknown(self.schema().object_type()) {
            self.set_configuration(Configuration::Unknown(path));
            return Ok(Diagnostics::new());
        }
        schema::fill_defaults(self.schema().attributes(), &mut config);
        let mut cx = ConfigureContext { host_version, stop: self.stop(), report: Diagnostics::new() };
        let config = P::Model::from_value(config)?;
        let result = self.unless_stopped(self.provider.configure(&mut cx, config)).await?;
        match result {
            Ok(data) => {
                self.set_configuration(Configuration::Ready(Arc::new(data)));
                Ok(cx.report)
            }
            Err(errors) => {
                cx.report.extend(errors.of_failure(self.provider.about().name));
                Err(cx.report)
            }
        }
    }
}
