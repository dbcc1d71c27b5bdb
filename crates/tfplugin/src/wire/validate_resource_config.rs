//! `ValidateResourceConfig`.

use tfplugin_proto::tfplugin6::validate_resource_config::{Request, Response};

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let schema = engine.resource(&request.type_name)?.schema();
    let config = dynamic_value::decode(request.config.as_ref(), schema.object_type())?;
    let write_only_allowed = request.client_capabilities.is_some_and(|client| client.write_only_attributes_allowed);
    let report = engine.validate_resource_config(&request.type_name, &config, write_only_allowed)?;
    Ok(Response { diagnostics: diagnostics::to_proto(report) })
}
