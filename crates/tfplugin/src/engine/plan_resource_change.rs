//! `PlanResourceChange`.

use super::{Configuration, Deferred, Engine, planning, rules};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::resource::PlanKind;
use crate::resource::erased::{ErasedResource, PlanInput, ValueChange};
use crate::resource::private::{self, Planned};
use crate::value::{Path, Value};

pub(crate) struct Request {
    /// Null for a create, and for the create half of a replacement.
    pub prior: Value,
    /// Null for a destroy.
    pub proposed: Value,
    pub config: Value,
    pub private: Vec<u8>,
    /// What an earlier plan of the same run answered, from hosts that tell.
    pub planned_private: Vec<u8>,
    /// Of the object as it is; none for one that is to be made.
    pub identity: Option<Value>,
    pub meta: Value,
    pub deferral_allowed: bool,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub planned: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub requires_replace: Vec<Path>,
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn plan_resource_change(&self, type_name: &str, request: Request) -> Result<Response> {
        let resource = self.resource(type_name)?;
        let deferral_allowed = request.deferral_allowed;
        let meta = request.meta.clone();
        // A host may send the identity of the object that is being replaced, too: it does not mean existence.
        let identity = request.identity.clone().filter(|_| !request.prior.is_null());
        let (mut response, change) = if request.proposed.is_null() {
            let change = ValueChange::Destroy { prior: request.prior, private: request.private.clone() };
            (Response::unchanged(Value::Null, request.private), Some(change))
        } else {
            plan(type_name, resource, request)?
        };
        response.identity = identity;
        match self.configuration() {
            Configuration::Ready(data) => {
                if let Some(change) = change {
                    let report = self.unless_stopped(resource.preflight(self.call(&data, meta), change)).await?;
                    response.diagnostics.extend(report);
                }
            }
            // The plan follows from the schema alone, so it is right; the host may still prefer to wait.
            Configuration::Unknown(_) if deferral_allowed => response.deferred = Some(Deferred),
            Configuration::Unknown(_) | Configuration::Missing => {}
        }
        response.diagnostics.clone().into_result(response)
    }
}

impl Response {
    fn unchanged(planned: Value, private: Vec<u8>) -> Self {
        Self {
            planned,
            private,
            identity: None,
            requires_replace: Vec::new(),
            deferred: None,
            diagnostics: Diagnostics::new(),
        }
    }
}

/// The plan of anything but a destroy, and the change to look ahead for, where there is one.
fn plan<D>(
    type_name: &str,
    resource: &dyn ErasedResource<D>,
    request: Request,
) -> Result<(Response, Option<ValueChange>)> {
    let schema = resource.schema();
    let Request { prior, config, private, planned_private, .. } = request;
    // Without prior state, an earlier plan says what this is and has the notes of an object that is replaced.
    let private = if prior.is_null() && !planned_private.is_empty() { planned_private } else { private };
    let duplicates = schema.duplicates(&config);
    if duplicates.has_error() {
        return Err(duplicates);
    }
    let kind = match (&prior, private::planned(&private)) {
        (Value::Null, Planned::Create) => PlanKind::Create,
        (Value::Null, Planned::Recreate) => PlanKind::Recreate,
        _ => PlanKind::Update,
    };
    let existing = Some(&prior).filter(|prior| !prior.is_null());
    let planned = planning::follow_schema(schema.attributes(), &config, existing);
    let input = PlanInput { kind, prior: existing, config: &config, planned, private: &private };
    let mut output = resource.plan(input)?;
    if let Some(prior) = existing {
        planning::mark_recomputed(schema.attributes(), &config, prior, &mut output.planned);
    }
    let mut breaches = rules::check_planned(type_name, schema, &config, existing, &output.planned);
    breaches.extend(rules::check_replacements(type_name, schema, &output.replace));
    if breaches.has_error() {
        return Err(breaches);
    }
    let mut requires_replace = output.replace;
    if let Some(prior) = existing {
        // Hosts replace nothing because of an attribute that stays as it is, and refuse a place that neither has.
        requires_replace.retain(|path| prior.at(path) != output.planned.at(path));
        requires_replace.extend(planning::replacements(schema.attributes(), &config, prior, &output.planned));
    }
    let change = match (kind, existing) {
        (PlanKind::Create, _) => Some(ValueChange::Create { plan: output.planned.clone() }),
        (PlanKind::Recreate, _) => Some(ValueChange::Recreate { plan: output.planned.clone(), private }),
        // The host asks again for the create half, and that is looked at then.
        (PlanKind::Update, Some(prior)) if requires_replace.is_empty() && *prior != output.planned => {
            Some(ValueChange::Update { prior: prior.clone(), plan: output.planned.clone(), private })
        }
        (PlanKind::Update, _) => None,
    };
    let mut response = Response::unchanged(output.planned, output.private);
    response.requires_replace = requires_replace;
    response.diagnostics = output.warnings;
    Ok((response, change))
}
