//! `ApplyResourceChange`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Engine, Readiness, rules, spelling};
use crate::diagnostic::{Diagnostic, Diagnostics, Result, Severity};
use crate::panic;
use crate::provider::Provider;
use crate::resource::erased::{ErasedResource, Outcome, Wanted};
use crate::value::Value;

pub(crate) struct Request {
    /// Null for a create.
    pub prior: Value,
    /// Null for a destroy.
    pub planned: Value,
    /// Null for a destroy.
    pub config: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub meta: Value,
}

#[derive(Debug)]
pub(crate) struct Response {
    /// What was reached, also where it failed. Null where there is nothing, and where a failure changed nothing: with an
    /// error beside it, hosts then keep the whole object that they have.
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub diagnostics: Diagnostics,
}

impl Response {
    /// Nothing to store: it is gone, or it is as it was. In the private bytes that came with the call are the notes of
    /// a plan, and they must not take the place of those that the object has.
    fn nothing(diagnostics: Diagnostics) -> Self {
        Self { state: Value::Null, private: Vec::new(), identity: None, diagnostics }
    }
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn apply_resource_change(&self, type_name: &str, request: Request) -> Result<Response> {
        let resource = self.resource(type_name)?;
        let Request { prior, planned, config, private, identity, meta } = request;
        // Hosts allow deferral in words here too, and then take it for an error.
        let Readiness::Ready(data) = self.ready(false)? else {
            return Err(Diagnostic::bug("An apply cannot be deferred.").into());
        };
        let call = self.call(&data, meta);
        if planned.is_null() {
            let outcome = resource.delete(call, prior.clone(), private).await;
            return Ok(deleted(type_name, resource, Prior { state: prior, identity }, outcome));
        }
        let wanted = Wanted { plan: planned.clone(), config, private };
        if prior.is_null() {
            let outcome = resource.create(call, wanted).await;
            return Ok(created(type_name, resource, &planned, outcome));
        }
        let outcome = resource.update(call, prior, wanted).await;
        Ok(updated(type_name, resource, identity, &planned, outcome))
    }
}

/// The object as it is.
struct Prior {
    state: Value,
    identity: Option<Value>,
}

fn deleted<D>(type_name: &str, resource: &dyn ErasedResource<D>, prior: Prior, outcome: Outcome) -> Response {
    let Outcome { state, identity, private, report: mut diagnostics } = outcome;
    let Some(state) = state else { return Response::nothing(diagnostics) };
    // It went part of the way.
    let state = storable(type_name, resource, &prior.state, state, &mut diagnostics);
    let (identity, breaches) = named(type_name, resource, prior.identity, identity);
    diagnostics.extend(breaches);
    Response { state, private, identity, diagnostics }
}

fn created<D>(type_name: &str, resource: &dyn ErasedResource<D>, planned: &Value, outcome: Outcome) -> Response {
    let Outcome { state, identity, private, report: mut diagnostics } = outcome;
    let Some(state) = state else { return Response::nothing(diagnostics) };
    let mut state = spelled(type_name, resource, planned, state, &mut diagnostics);
    let mut identity = identity;
    if diagnostics.has_error() {
        diagnostics = softened(diagnostics);
        // Any error would taint what was made. The next read finds what differs from the plan, and the whole identity.
        rules::adjust(resource.schema().object_type(), planned, &mut state);
        identity = identity.filter(Value::is_wholly_known);
    }
    diagnostics.extend(rules::check_applied(type_name, resource.schema(), planned, &state));
    let state = storable(type_name, resource, planned, state, &mut diagnostics);
    let (identity, breaches) = named(type_name, resource, None, identity);
    diagnostics.extend(softened(breaches));
    Response { state, private, identity, diagnostics }
}

fn updated<D>(
    type_name: &str,
    resource: &dyn ErasedResource<D>,
    prior_identity: Option<Value>,
    planned: &Value,
    outcome: Outcome,
) -> Response {
    let Outcome { state, identity, private, report: mut diagnostics } = outcome;
    let Some(state) = state else { return Response::nothing(diagnostics) };
    let state = spelled(type_name, resource, planned, state, &mut diagnostics);
    if !diagnostics.has_error() {
        diagnostics.extend(rules::check_applied(type_name, resource.schema(), planned, &state));
    }
    let state = storable(type_name, resource, planned, state, &mut diagnostics);
    let (identity, breaches) = named(type_name, resource, prior_identity, identity);
    diagnostics.extend(breaches);
    Response { state, private, identity, diagnostics }
}

/// The identity to store, and what is wrong with the one that was answered. An answer without one would erase it, and
/// one with another would have the state name another object: so one that was there stays.
fn named<D>(
    type_name: &str,
    resource: &dyn ErasedResource<D>,
    prior: Option<Value>,
    identity: Option<Value>,
) -> (Option<Value>, Diagnostics) {
    let breaches = rules::check_identity(type_name, resource.identity_schema(), prior.as_ref(), identity.as_ref());
    (prior.or(identity.filter(|_| breaches.is_empty())), breaches)
}

/// The state in the plan's spelling. It is the resource that says what means the same, and a panic there must not lose
/// what was reached.
fn spelled<D>(
    type_name: &str,
    resource: &dyn ErasedResource<D>,
    planned: &Value,
    state: Value,
    report: &mut Diagnostics,
) -> Value {
    let keep = || spelling::keep(resource.schema().attributes(), planned, state.clone());
    catch_unwind(AssertUnwindSafe(keep)).unwrap_or_else(|_| {
        report.push(panic::diagnostic(type_name));
        state
    })
}

/// What a host can store of a state, whatever is wrong with it: the object exists, and an answer that cannot be sent
/// would lose it.
fn storable<D>(
    type_name: &str,
    resource: &dyn ErasedResource<D>,
    planned: &Value,
    mut state: Value,
    report: &mut Diagnostics,
) -> Value {
    rules::settle(&mut state);
    rules::scrub(resource.schema().attributes(), &mut state);
    report.extend(rules::mend(type_name, resource.schema(), planned, &mut state));
    state
}

/// The errors of a create that reached its object, as warnings: an error beside a new state would taint the object,
/// and the next run would destroy what was just made.
fn softened(diagnostics: Diagnostics) -> Diagnostics {
    let soften = |diagnostic: Diagnostic| {
        if !diagnostic.is_error() {
            return diagnostic;
        }
        let detail = format!(
            "{}\n\nThe object was created all the same and is in the state; the next plan shows what is left to do.",
            diagnostic.detail
        );
        Diagnostic { severity: Severity::Warning, detail, ..diagnostic }
    };
    diagnostics.into_iter().map(soften).collect()
}
