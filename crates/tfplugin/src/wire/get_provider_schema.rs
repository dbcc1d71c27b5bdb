//! `GetProviderSchema`.

use tfplugin_proto::tfplugin6::{self as proto, get_provider_schema::Response};

use super::{get_functions, get_metadata, schema};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>) -> Result<Response> {
    engine.check_schemas().into_result(())?;
    let registry = engine.registry();
    let resources = registry.resources.iter().map(|(name, it)| ((*name).to_owned(), schema::to_proto(it.schema())));
    let sources = registry.data_sources.iter().map(|(name, it)| ((*name).to_owned(), schema::to_proto(it.schema())));
    let ephemeral =
        registry.ephemeral_resources.iter().map(|(name, it)| ((*name).to_owned(), schema::to_proto(it.schema())));
    let actions = registry.actions.iter().map(|(name, it)| {
        let schema = proto::ActionSchema { schema: Some(schema::to_proto(it.schema())) };
        ((*name).to_owned(), schema)
    });
    Ok(Response {
        provider: Some(schema::to_proto(engine.schema())),
        resource_schemas: resources.collect(),
        data_source_schemas: sources.collect(),
        ephemeral_resource_schemas: ephemeral.collect(),
        action_schemas: actions.collect(),
        functions: get_functions::all(engine),
        provider_meta: engine.meta_schema().map(schema::to_proto),
        server_capabilities: Some(get_metadata::capabilities()),
        ..Response::default()
    })
}
