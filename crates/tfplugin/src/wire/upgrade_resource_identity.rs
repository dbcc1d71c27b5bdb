//! `UpgradeResourceIdentity`.

use tfplugin_proto::tfplugin6::upgrade_resource_identity::{Request, Response};

use super::identity;
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<Response> {
    let schema = engine.resource(&request.type_name)?.identity_schema();
    let json = request.raw_identity.as_ref().map(|raw| &raw.json[..]).unwrap_or_default();
    let upgraded = engine.upgrade_resource_identity(&request.type_name, request.version, json)?;
    Ok(Response { upgraded_identity: identity::encode(Some(&upgraded), schema)?, ..Response::default() })
}
