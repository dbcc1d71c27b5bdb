//! `ImportResourceState`.

use tfplugin_proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let Request { type_name, id, client_capabilities, .. } = request;
    let ty = engine.resource(&type_name)?.schema().object_type();
    let response = engine.import_resource_state(&type_name, id, deferral_allowed(client_capabilities)).await?;
    let imported = response.imported.map(|imported| {
        let state = Some(dynamic_value::encode(&imported.state, ty)?);
        Ok(ImportedResource { type_name, state, private: imported.private.into(), identity: None })
    });
    Ok(Response {
        imported_resources: imported.into_iter().collect::<Result<_>>()?,
        diagnostics: diagnostics::to_proto(response.diagnostics),
        deferred: deferred(response.deferred),
    })
}
