//! `ReadResource`.

use tfplugin_proto::tfplugin6::read_resource::{Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value, identity};
use crate::diagnostic::Result;
use crate::engine::{Engine, read_resource};
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let resource = engine.resource(&request.type_name)?;
    let (ty, identity_schema) = (resource.schema().object_type(), resource.identity_schema());
    let native = read_resource::Request {
        state: dynamic_value::decode(request.current_state.as_ref(), ty)?,
        private: request.private.to_vec(),
        identity: identity::decode(request.current_identity.as_ref(), identity_schema)?,
        meta: dynamic_value::decode_meta(request.provider_meta.as_ref(), engine.meta_schema())?,
        deferral_allowed: deferral_allowed(request.client_capabilities),
    };
    let response = engine.read_resource(&request.type_name, native).await?;
    Ok(Response {
        new_state: Some(dynamic_value::encode(&response.state, ty)?),
        diagnostics: diagnostics::to_proto(response.diagnostics),
        private: response.private.into(),
        deferred: deferred(response.deferred),
        new_identity: identity::encode(response.identity.as_ref(), identity_schema)?,
    })
}
