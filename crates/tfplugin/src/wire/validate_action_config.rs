//! `ValidateActionConfig`.

use tfplugin_proto::tfplugin6::validate_action_config::{Request, Response};

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let schema = engine.action(&request.type_name)?.schema();
    let config = dynamic_value::decode(request.config.as_ref(), schema.object_type())?;
    let report = engine.validate_action_config(&request.type_name, &config)?;
    Ok(Response { diagnostics: diagnostics::to_proto(report) })
}
