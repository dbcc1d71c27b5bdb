//! `ApplyResourceChange`.

use tfplugin_proto::tfplugin6::apply_resource_change::{Request, Response};

use super::{diagnostics, dynamic_value, identity};
use crate::diagnostic::Result;
use crate::engine::{Engine, apply_resource_change};
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let resource = engine.resource(&request.type_name)?;
    let (ty, identity_schema) = (resource.schema().object_type(), resource.identity_schema());
    let native = apply_resource_change::Request {
        prior: dynamic_value::decode(request.prior_state.as_ref(), ty)?,
        planned: dynamic_value::decode(request.planned_state.as_ref(), ty)?,
        config: dynamic_value::decode(request.config.as_ref(), ty)?,
        private: request.planned_private.to_vec(),
        identity: identity::decode(request.planned_identity.as_ref(), identity_schema)?,
        meta: dynamic_value::decode_meta(request.provider_meta.as_ref(), engine.meta_schema())?,
    };
    let response = engine.apply_resource_change(&request.type_name, native).await?;
    Ok(Response {
        new_state: Some(dynamic_value::encode(&response.state, ty)?),
        private: response.private.into(),
        diagnostics: diagnostics::to_proto(response.diagnostics),
        new_identity: identity::encode(response.identity.as_ref(), identity_schema)?,
        ..Response::default()
    })
}
