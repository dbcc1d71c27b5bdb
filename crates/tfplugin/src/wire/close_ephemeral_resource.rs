//! `CloseEphemeralResource`.

use tfplugin_proto::tfplugin6::close_ephemeral_resource::{Request, Response};

use super::diagnostics;
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let held = request.private.unwrap_or_default();
    let report = engine.close_ephemeral_resource(&request.type_name, &held).await?;
    Ok(Response { diagnostics: diagnostics::to_proto(report) })
}
