//! `OpenEphemeralResource`.

use tfplugin_proto::tfplugin6::open_ephemeral_resource::{Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let ty = engine.ephemeral_resource(&request.type_name)?.schema().object_type();
    let config = dynamic_value::decode(request.config.as_ref(), ty)?;
    let deferral_allowed = deferral_allowed(request.client_capabilities);
    let response = engine.open_ephemeral_resource(&request.type_name, config, deferral_allowed).await?;
    Ok(Response {
        diagnostics: diagnostics::to_proto(response.diagnostics),
        renew_at: response.renew_at.map(Into::into),
        result: Some(dynamic_value::encode(&response.result, ty)?),
        private: response.private.map(Into::into),
        deferred: deferred(response.deferred),
    })
}
