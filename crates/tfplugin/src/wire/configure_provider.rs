//! `ConfigureProvider`.

use tfplugin_proto::tfplugin6::configure_provider::{Request, Response};

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let config = dynamic_value::decode(request.config.as_ref(), engine.schema().object_type())?;
    let report = engine.configure_provider(request.terraform_version, config).await?;
    Ok(Response { diagnostics: diagnostics::to_proto(report) })
}
