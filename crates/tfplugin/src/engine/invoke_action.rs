//! `InvokeAction`.

use tokio::sync::mpsc;

use super::{Engine, Readiness};
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

impl<P: Provider> Engine<P> {
    /// Does it, with a place for lines about how far it is; answers warnings.
    pub(crate) async fn invoke_action(
        &self,
        type_name: &str,
        mut config: Value,
        progress: mpsc::Sender<String>,
    ) -> Result<Diagnostics> {
        let action = self.action(type_name)?;
        if let Some(path) = config.first_unknown(action.schema().object_type()) {
            let detail = format!("The host invoked `{type_name}` while its `{path}` is not known.");
            return Err(Diagnostic::bug(detail).at(path).into());
        }
        // Hosts allow deferral in words here too, and then take it for an error.
        let Readiness::Ready(data) = self.ready(false)? else {
            return Err(Diagnostic::bug("An invocation cannot be deferred.").into());
        };
        schema::fill_defaults(action.schema().attributes(), &mut config);
        let report = action.invoke(self.call(&data, Value::Null), config, progress).await;
        report.clone().into_result(report)
    }
}
