//! The types of the values, from the provider's schemas: what a decoder has to be told.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tfplugin_proto::tfplugin6::schema::object::NestingMode;
use tfplugin_proto::tfplugin6::schema::{Attribute, Object};
use tfplugin_proto::tfplugin6::{Schema, get_provider_schema};

use crate::sent::Subject;

/// Type constraints as JSON, by what they describe.
pub(crate) struct Types {
    provider: Value,
    resources: BTreeMap<String, Value>,
    data_sources: BTreeMap<String, Value>,
}

impl Types {
    /// The types of all schemas in the provider's answer.
    pub(crate) fn of(schemas: get_provider_schema::Response) -> Self {
        let all = |schemas: BTreeMap<String, Schema>| {
            schemas.into_iter().map(|(name, schema)| (name, of_schema(Some(schema)))).collect()
        };
        Self {
            provider: of_schema(schemas.provider),
            resources: all(schemas.resource_schemas),
            data_sources: all(schemas.data_source_schemas),
        }
    }

    /// The type of a subject's values; `None` for one that the provider does not have.
    pub(crate) fn get(&self, subject: &Subject<'_>) -> Option<&Value> {
        match *subject {
            Subject::Provider => Some(&self.provider),
            Subject::Resource(name) => self.resources.get(name),
            Subject::DataSource(name) => self.data_sources.get(name),
        }
    }
}

/// Blocks inside blocks are left out: no schema of ours has them.
fn of_schema(schema: Option<Schema>) -> Value {
    object(schema.and_then(|schema| schema.block).map(|block| block.attributes).unwrap_or_default())
}

fn object(attributes: Vec<Attribute>) -> Value {
    let attributes = attributes.into_iter().map(|attribute| (attribute.name.clone(), of_attribute(attribute)));
    json!(["object", attributes.collect::<Map<_, _>>()])
}

fn of_attribute(attribute: Attribute) -> Value {
    match attribute.nested_type {
        Some(nested) => of_nested(nested),
        // A constraint that is not JSON shows as null, which no decoder accepts.
        None => serde_json::from_slice(&attribute.r#type).unwrap_or_default(),
    }
}

fn of_nested(nested: Object) -> Value {
    let nesting = nested.nesting();
    let object = object(nested.attributes);
    match nesting {
        NestingMode::List => json!(["list", object]),
        NestingMode::Set => json!(["set", object]),
        NestingMode::Map => json!(["map", object]),
        NestingMode::Single | NestingMode::Invalid => object,
    }
}
