//! `GetResourceIdentitySchemas`.

use tfplugin_proto::tfplugin6::get_resource_identity_schemas::Response;

use super::identity;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>) -> Response {
    let schemas = engine.registry().resources.iter().map(|(name, resource)| (*name, resource.identity_schema()));
    let named = schemas.filter(|(_, schema)| !schema.is_none());
    let identity_schemas = named.map(|(name, schema)| (name.to_owned(), identity::schema_to_proto(schema))).collect();
    Response { identity_schemas, ..Response::default() }
}
