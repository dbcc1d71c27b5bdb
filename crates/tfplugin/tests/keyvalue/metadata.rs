//! What a provider tells of itself without its schemas. Hosts do not ask for it today, so that nothing else would show a gap.

use std::collections::BTreeSet;

use tfplugin_proto::tfplugin6::{get_functions, get_metadata, get_provider_schema};
use tfplugin_testing::Launch;

use crate::scene::{Result, example};

fn names<T>(things: impl IntoIterator<Item = T>, name: impl Fn(T) -> String) -> BTreeSet<String> {
    things.into_iter().map(name).collect()
}

#[tokio::test]
async fn the_metadata_names_what_has_a_schema() -> Result<()> {
    let host = Launch::new(example()?).host().await?;
    let mut provider = host.provider();
    let schemas = provider.get_provider_schema(get_provider_schema::Request {}).await?.into_inner();
    let metadata = provider.get_metadata(get_metadata::Request {}).await?.into_inner();
    let functions = provider.get_functions(get_functions::Request {}).await?.into_inner();

    assert_eq!(names(metadata.resources, |it| it.type_name), names(schemas.resource_schemas, |it| it.0));
    assert_eq!(names(metadata.data_sources, |it| it.type_name), names(schemas.data_source_schemas, |it| it.0));
    let ephemeral = names(schemas.ephemeral_resource_schemas, |it| it.0);
    assert_eq!(names(metadata.ephemeral_resources, |it| it.type_name), ephemeral);
    let actions = names(schemas.action_schemas, |it| it.0);
    assert_eq!(names(metadata.actions, |it| it.type_name), actions);
    assert_eq!(names(metadata.functions, |it| it.name), names(schemas.functions.keys().cloned(), |it| it));
    assert_eq!(metadata.server_capabilities, schemas.server_capabilities);
    assert_eq!(functions.functions, schemas.functions);
    assert!(!functions.functions.is_empty() && !ephemeral.is_empty() && !actions.is_empty());
    host.shutdown().await?;
    Ok(())
}
