//! `PlanAction`.

use tfplugin_proto::tfplugin6::plan_action::{Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let schema = engine.action(&request.action_type)?.schema();
    let config = dynamic_value::decode(request.config.as_ref(), schema.object_type())?;
    let deferral_allowed = deferral_allowed(request.client_capabilities);
    let response = engine.plan_action(&request.action_type, config, deferral_allowed).await?;
    Ok(Response { diagnostics: diagnostics::to_proto(response.diagnostics), deferred: deferred(response.deferred) })
}
