//! `ValidateProviderConfig`.

use tfplugin_proto::tfplugin6::validate_provider_config::{Request, Response};

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let config = dynamic_value::decode(request.config.as_ref(), engine.schema().object_type())?;
    let report = engine.validate_provider_config(config)?;
    Ok(Response { diagnostics: diagnostics::to_proto(report) })
}
