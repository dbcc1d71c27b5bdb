//! `MoveResourceState`.

use tfplugin_proto::tfplugin6::move_resource_state::{Request, Response};

use super::{dynamic_value, identity};
use crate::diagnostic::{Diagnostic, Result};
use crate::engine::{Engine, move_resource_state};
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let resource = engine.resource(&request.target_type_name)?;
    let json = request.source_state.as_ref().map(|raw| &raw.json[..]).filter(|json| !json.is_empty());
    let Some(json) = json else { return Err(Diagnostic::bug("The host sent a state that is not JSON.").into()) };
    let native = move_resource_state::Request {
        provider: &request.source_provider_address,
        source_type: &request.source_type_name,
        version: request.source_schema_version,
        json,
    };
    let moved = engine.move_resource_state(&request.target_type_name, &native)?;
    Ok(Response {
        target_state: Some(dynamic_value::encode(&moved.state, resource.schema().object_type())?),
        target_private: moved.private.into(),
        target_identity: identity::encode(moved.identity.as_ref(), resource.identity_schema())?,
        ..Response::default()
    })
}
