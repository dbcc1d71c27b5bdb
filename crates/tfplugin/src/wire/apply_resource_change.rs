//! `ApplyResourceChange`.

use tfplugin_proto::tfplugin6::apply_resource_change::{Request, Response};

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::{Engine, apply_resource_change};
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let ty = engine.resource(&request.type_name)?.schema().object_type();
    let native = apply_resource_change::Request {
        prior: dynamic_value::decode(request.prior_state.as_ref(), ty)?,
        planned: dynamic_value::decode(request.planned_state.as_ref(), ty)?,
        private: request.planned_private.to_vec(),
    };
    let response = engine.apply_resource_change(&request.type_name, native).await?;
    Ok(Response {
        new_state: Some(dynamic_value::encode(&response.state, ty)?),
        private: response.private.into(),
        diagnostics: diagnostics::to_proto(response.diagnostics),
        ..Response::default()
    })
}
