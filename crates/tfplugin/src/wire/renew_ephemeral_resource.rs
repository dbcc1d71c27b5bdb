//! `RenewEphemeralResource`.

use tfplugin_proto::tfplugin6::renew_ephemeral_resource::{Request, Response};

use super::diagnostics;
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let held = request.private.clone().unwrap_or_default();
    let (renew_at, report) = engine.renew_ephemeral_resource(&request.type_name, &held).await?;
    Ok(Response {
        diagnostics: diagnostics::to_proto(report),
        renew_at: renew_at.map(Into::into),
        private: request.private,
    })
}
