//! `ImportResourceState`.

use super::{Deferred, Engine, Readiness, rules};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::resource::ImportTarget;
use crate::schema;
use crate::value::Value;

pub(crate) struct Response {
    /// `None` where it must wait until the provider's configuration is known.
    pub imported: Option<Imported>,
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

pub(crate) struct Imported {
    pub state: Value,
    pub private: Vec<u8>,
    /// None where the state says too little and nobody named one; the read that follows fills it in.
    pub identity: Option<Value>,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn import_resource_state(
        &self,
        type_name: &str,
        target: ImportTarget<Value>,
        deferral_allowed: bool,
    ) -> Result<Response> {
        let resource = self.resource(type_name)?;
        let data = match self.ready(deferral_allowed)? {
            Readiness::Ready(data) => data,
            Readiness::Deferred => {
                return Ok(Response { imported: None, deferred: Some(Deferred), diagnostics: Diagnostics::new() });
            }
        };
        let wanted = match &target {
            ImportTarget::Id(_) => None,
            ImportTarget::Identity(identity) => Some(identity.clone()),
        };
        let outcome = self.unless_stopped(resource.import(self.call(&data, Value::Null), target)).await?;
        let mut diagnostics = outcome.report;
        let Some(mut state) = outcome.state.filter(|_| !diagnostics.has_error()) else { return Err(diagnostics) };
        // The read that follows cannot know what only the configuration says; without its defaults the next plan
        // would show a change where nothing changes.
        schema::fill_defaults(resource.schema().attributes(), &mut state);
        diagnostics.extend(rules::check_state(type_name, resource.schema(), &state));
        let identity = match (outcome.identity, wanted) {
            (Some(identity), Some(wanted)) => Some(completed(identity, &wanted)),
            (identity, _) => identity.filter(|identity| !rules::is_sparse(identity)),
        };
        diagnostics.extend(rules::check_identity(type_name, resource.identity_schema(), None, identity.as_ref()));
        let imported = Some(Imported { state, private: outcome.private, identity });
        diagnostics.clone().into_result(Response { imported, deferred: None, diagnostics })
    }
}

/// The identity of a state that may say too little for it, with what the user said. Hosts insist on an answer.
fn completed(mut identity: Value, wanted: &Value) -> Value {
    if let Value::Map(attributes) = &mut identity {
        for (name, value) in attributes.iter_mut().filter(|(_, value)| value.is_null()) {
            *value = wanted.attribute(name).clone();
        }
    }
    identity
}
