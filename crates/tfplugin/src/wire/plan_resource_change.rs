//! `PlanResourceChange`.

use tfplugin_proto::tfplugin6::plan_resource_change::{Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value, identity};
use crate::diagnostic::Result;
use crate::engine::{Engine, plan_resource_change};
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let resource = engine.resource(&request.type_name)?;
    let (ty, identity_schema) = (resource.schema().object_type(), resource.identity_schema());
    let native = plan_resource_change::Request {
        prior: dynamic_value::decode(request.prior_state.as_ref(), ty)?,
        proposed: dynamic_value::decode(request.proposed_new_state.as_ref(), ty)?,
        config: dynamic_value::decode(request.config.as_ref(), ty)?,
        private: request.prior_private.to_vec(),
        planned_private: request.planned_private.to_vec(),
        identity: identity::decode(request.prior_identity.as_ref(), identity_schema)?,
        meta: dynamic_value::decode_meta(request.provider_meta.as_ref(), engine.meta_schema())?,
        deferral_allowed: deferral_allowed(request.client_capabilities),
    };
    let response = engine.plan_resource_change(&request.type_name, native).await?;
    Ok(Response {
        planned_state: Some(dynamic_value::encode(&response.planned, ty)?),
        requires_replace: response.requires_replace.iter().map(diagnostics::path).collect(),
        planned_private: response.private.into(),
        diagnostics: diagnostics::to_proto(response.diagnostics),
        deferred: deferred(response.deferred),
        planned_identity: identity::encode(response.identity.as_ref(), identity_schema)?,
        ..Response::default()
    })
}
