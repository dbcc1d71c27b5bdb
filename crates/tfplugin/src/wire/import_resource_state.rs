//! `ImportResourceState`.

use tfplugin_proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};

use super::{deferral_allowed, deferred, diagnostics, dynamic_value, identity};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;
use crate::resource::ImportTarget;

pub(super) async fn serve<P: Provider>(engine: &Engine<P>, request: Request) -> Result<Response> {
    let Request { type_name, id, client_capabilities, identity } = request;
    let resource = engine.resource(&type_name)?;
    let (ty, identity_schema) = (resource.schema().object_type(), resource.identity_schema());
    let target = match identity::decode(identity.as_ref(), identity_schema)? {
        Some(identity) => ImportTarget::Identity(identity),
        None => ImportTarget::Id(id),
    };
    let response = engine.import_resource_state(&type_name, target, deferral_allowed(client_capabilities)).await?;
    let imported = response.imported.map(|imported| {
        let state = Some(dynamic_value::encode(&imported.state, ty)?);
        let identity = identity::encode(imported.identity.as_ref(), identity_schema)?;
        Ok(ImportedResource { type_name, state, private: imported.private.into(), identity })
    });
    Ok(Response {
        imported_resources: imported.into_iter().collect::<Result<_>>()?,
        diagnostics: diagnostics::to_proto(response.diagnostics),
        deferred: deferred(response.deferred),
    })
}
