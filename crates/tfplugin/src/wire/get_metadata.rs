//! `GetMetadata`: names only, without building a schema.

use tfplugin_proto::tfplugin6::{self as proto, get_metadata};

use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>) -> get_metadata::Response {
    let registry = engine.registry();
    let resource = |name: &&str| get_metadata::ResourceMetadata { type_name: (*name).to_owned() };
    let data_source = |name: &&str| get_metadata::DataSourceMetadata { type_name: (*name).to_owned() };
    let ephemeral_resource = |name: &&str| get_metadata::EphemeralMetadata { type_name: (*name).to_owned() };
    let function = |name: &&str| get_metadata::FunctionMetadata { name: (*name).to_owned() };
    let action = |name: &&str| get_metadata::ActionMetadata { type_name: (*name).to_owned() };
    get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: registry.resources.keys().map(resource).collect(),
        data_sources: registry.data_sources.keys().map(data_source).collect(),
        ephemeral_resources: registry.ephemeral_resources.keys().map(ephemeral_resource).collect(),
        functions: registry.functions.keys().map(function).collect(),
        actions: registry.actions.keys().map(action).collect(),
        ..get_metadata::Response::default()
    }
}

/// What this SDK can do beyond the first version of protocol 6.
pub(super) fn capabilities() -> proto::ServerCapabilities {
    proto::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        ..proto::ServerCapabilities::default()
    }
}
