//! `OpenEphemeralResource`.

use std::time::SystemTime;

use super::opened::Instance;
use super::{Deferred, Engine, Readiness, rules, spelling};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

pub(crate) struct Response {
    pub result: Value,
    pub private: Option<Vec<u8>>,
    pub renew_at: Option<SystemTime>,
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn open_ephemeral_resource(
        &self,
        type_name: &str,
        mut config: Value,
        deferral_allowed: bool,
    ) -> Result<Response> {
        let resource = self.ephemeral_resource(type_name)?;
        schema::fill_defaults(resource.schema().attributes(), &mut config);
        let data = match self.ready(deferral_allowed)? {
            Readiness::Ready(data) => data,
            Readiness::Deferred => {
                return Ok(Response {
                    result: rules::all_computed_unknown(resource.schema(), config),
                    private: None,
                    renew_at: None,
                    deferred: Some(Deferred),
                    diagnostics: Diagnostics::new(),
                });
            }
        };
        let opening = resource.open(self.call(&data, Value::Null), config.clone()).await;
        let mut diagnostics = opening.report;
        let attributes = resource.schema().attributes();
        let result = opening.result.map(|result| spelling::keep(attributes, &config, result));
        if let Some(result) = &result {
            diagnostics.extend(rules::check_read(type_name, resource.schema(), &config, result));
        }
        match result {
            Some(result) if !diagnostics.has_error() => {
                let keep = |notes| self.opened.insert(Instance { type_name: type_name.to_owned(), notes });
                let private = opening.notes.map(keep);
                Ok(Response { result, private, renew_at: opening.renew_at, deferred: None, diagnostics })
            }
            _ => {
                // The host does not close what failed to open.
                if let Some(notes) = opening.notes {
                    let report = resource.close(self.closing_call(&data), &notes).await;
                    if report.has_error() {
                        // It is tried again when the process ends.
                        self.opened.insert(Instance { type_name: type_name.to_owned(), notes });
                    }
                    diagnostics.extend(report);
                }
                Err(diagnostics)
            }
        }
    }
}
