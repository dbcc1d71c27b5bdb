//! `UpgradeResourceState`.

use tfplugin_proto::tfplugin6::upgrade_resource_state::{Request, Response};

use super::dynamic_value;
use crate::diagnostic::{Diagnostic, Result};
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let ty = engine.resource(&request.type_name)?.schema().object_type();
    let json = request.raw_state.as_ref().map(|raw| &raw.json[..]).filter(|json| !json.is_empty());
    // Flat maps are states of Terraform before 0.12, which no version of such a provider has written.
    let Some(json) = json else { return Err(Diagnostic::bug("The host sent a state that is not JSON.").into()) };
    let state = engine.upgrade_resource_state(&request.type_name, request.version, json)?;
    Ok(Response { upgraded_state: Some(dynamic_value::encode(&state, ty)?), ..Response::default() })
}
