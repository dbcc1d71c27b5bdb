//! `ReadResource`.

use super::{Deferred, Engine, Readiness, rules, spelling};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::resource::erased::Outcome;
use crate::value::Value;

pub(crate) struct Request {
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub meta: Value,
    pub deferral_allowed: bool,
}

pub(crate) struct Response {
    /// Null where the object is gone.
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn read_resource(&self, type_name: &str, request: Request) -> Result<Response> {
        let resource = self.resource(type_name)?;
        let Request { state: prior, private, identity, meta, deferral_allowed } = request;
        let data = match self.ready(deferral_allowed)? {
            Readiness::Ready(data) => data,
            Readiness::Deferred => {
                let diagnostics = Diagnostics::new();
                return Ok(Response { state: prior, private, identity, deferred: Some(Deferred), diagnostics });
            }
        };
        let mut outcome = self.unless_stopped(resource.read(self.call(&data, meta), prior.clone(), private)).await?;
        let mut diagnostics = std::mem::take(&mut outcome.report);
        if diagnostics.has_error() {
            // The host keeps the state that it has.
            return Err(diagnostics);
        }
        let Some(state) = outcome.state.take() else {
            let (private, identity) = (Vec::new(), None);
            return Ok(Response { state: Value::Null, private, identity, deferred: None, diagnostics });
        };
        let state = spelling::keep(resource.schema().attributes(), &prior, state);
        diagnostics.extend(rules::check_state(type_name, resource.schema(), &state));
        let (before, schema) = (identity.as_ref(), resource.identity_schema());
        diagnostics.extend(rules::check_identity(type_name, schema, before, outcome.identity.as_ref()));
        let Outcome { private, identity, .. } = outcome;
        diagnostics.clone().into_result(Response { state, private, identity, deferred: None, diagnostics })
    }
}
