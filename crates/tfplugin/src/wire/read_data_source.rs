//! `ReadDataSource`.

use tfplugin_proto::tfplugin6::read_data_source::{Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let ty = engine.data_source(&request.type_name)?.schema().object_type();
    let config = dynamic_value::decode(request.config.as_ref(), ty)?;
    let meta = dynamic_value::decode_meta(request.provider_meta.as_ref(), engine.meta_schema())?;
    let deferral_allowed = deferral_allowed(request.client_capabilities);
    let response = engine.read_data_source(&request.type_name, config, meta, deferral_allowed).await?;
    Ok(Response {
        state: Some(dynamic_value::encode(&response.state, ty)?),
        diagnostics: diagnostics::to_proto(response.diagnostics),
        deferred: deferred(response.deferred),
    })
}
