//! A provider that gives every value back as it came, for recording what hosts send: its one resource has an attribute of every type.
//!
//! It decodes nothing, so that recordings do not depend on the codec that is tested with them.

use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tfplugin::serve::{About, Lifecycle, run};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::schema::object::NestingMode;
use tfplugin_proto::tfplugin6::schema::{Attribute, Block, Object};
use tfplugin_proto::tfplugin6::{
    DynamicValue, Schema, apply_resource_change, configure_provider, get_metadata, get_provider_schema,
    plan_resource_change, read_resource, stop_provider, upgrade_resource_state, validate_provider_config,
    validate_resource_config,
};
use tonic::{Request, Response, Status};

const RESOURCE: &str = "echo_values";

/// The type constraints of the plain attributes, by their names.
const TYPES: [(&str, &str); 11] = [
    ("string", r#""string""#),
    ("number", r#""number""#),
    ("bool", r#""bool""#),
    ("dynamic", r#""dynamic""#),
    ("list_of_strings", r#"["list","string"]"#),
    ("set_of_numbers", r#"["set","number"]"#),
    ("map_of_bools", r#"["map","bool"]"#),
    ("object", r#"["object",{"name":"string","size":"number"}]"#),
    ("tuple", r#"["tuple",["string","number","bool"]]"#),
    ("map_of_lists", r#"["map",["list","string"]]"#),
    ("set_of_objects", r#"["set",["object",{"name":"string","tags":["list","string"]}]]"#),
];

struct Echo;

/// The calls, each with its answer.
macro_rules! answers {
    ($($call:ident: $answer:expr),+ $(,)?) => {
        #[tonic::async_trait]
        impl Provider for Echo {
            $(async fn $call(&self, request: Request<$call::Request>) -> Result<Response<$call::Response>, Status> {
                let answer: fn($call::Request) -> $call::Response = $answer;
                Ok(Response::new(answer(request.into_inner())))
            })+
        }
    };
}

answers! {
    get_metadata: |_| get_metadata::Response::default(),
    get_provider_schema: |_| get_provider_schema::Response {
        provider: Some(schema(Vec::new())),
        resource_schemas: [(RESOURCE.to_owned(), schema(attributes()))].into(),
        ..get_provider_schema::Response::default()
    },
    validate_provider_config: |_| validate_provider_config::Response::default(),
    configure_provider: |_| configure_provider::Response::default(),
    validate_resource_config: |_| validate_resource_config::Response::default(),
    upgrade_resource_state: |request| upgrade_resource_state::Response {
        upgraded_state: request.raw_state.map(|raw| DynamicValue { json: raw.json, ..DynamicValue::default() }),
        ..upgrade_resource_state::Response::default()
    },
    read_resource: |request| read_resource::Response {
        new_state: request.current_state,
        ..read_resource::Response::default()
    },
    plan_resource_change: |request| plan_resource_change::Response {
        planned_state: request.proposed_new_state,
        ..plan_resource_change::Response::default()
    },
    apply_resource_change: |request| apply_resource_change::Response {
        new_state: request.planned_state,
        ..apply_resource_change::Response::default()
    },
    stop_provider: |_| stop_provider::Response::default(),
}

impl Lifecycle for Echo {
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

fn schema(attributes: Vec<Attribute>) -> Schema {
    Schema { block: Some(Block { attributes, ..Block::default() }), ..Schema::default() }
}

fn attributes() -> Vec<Attribute> {
    let nested = [
        ("nested_single", NestingMode::Single),
        ("nested_list", NestingMode::List),
        ("nested_set", NestingMode::Set),
        ("nested_map", NestingMode::Map),
    ];
    let plain = TYPES.iter().map(|(name, constraint)| attribute(name, constraint));
    plain.chain(nested.into_iter().map(|(name, nesting)| nested_attribute(name, nesting))).collect()
}

fn attribute(name: &str, constraint: &'static str) -> Attribute {
    Attribute { name: name.to_owned(), r#type: constraint.into(), optional: true, ..Attribute::default() }
}

fn nested_attribute(name: &str, nesting: NestingMode) -> Attribute {
    let attributes = vec![attribute("name", r#""string""#), attribute("size", r#""number""#)];
    let object = Object { attributes, nesting: nesting.into(), ..Object::default() };
    Attribute { name: name.to_owned(), nested_type: Some(object), optional: true, ..Attribute::default() }
}

fn main() -> ExitCode {
    let about = About {
        name: "echo",
        address: "registry.terraform.io/example/echo",
        version: "0.1.0",
        description: "A provider that gives every value back as it came",
        log_targets: &[],
    };
    run(about, Echo, Arc::new(Echo))
}
