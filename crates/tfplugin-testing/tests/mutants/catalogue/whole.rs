//! Schemas, functions, ephemeral resources and the process itself.

use std::io::{Write as _, stdout};

use tfplugin::value::Value;
use tfplugin_proto::tfplugin6::{Schema, get_provider_schema, open_ephemeral_resource, schema};
use tfplugin_testing::Schemas;

use super::{Mutant, Walk};
use crate::change::{edit, list, null};
use crate::provider::Mutation::{self, Call, Open, Read};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "schema_required_and_computed",
        Walk::Create,
        "declares an attribute as required and computed",
        Mutation::Schema(|_, _, answer| declare(answer, "key", |key| key.computed = true)),
    ),
    Mutant::new(
        "schema_set_by_nobody",
        Walk::Create,
        "declares an attribute that nobody sets",
        Mutation::Schema(|_, _, answer| declare(answer, "content", |content| content.optional = false)),
    ),
    Mutant::new(
        "schema_without_type",
        Walk::Create,
        "declares an attribute without a type",
        Mutation::Schema(|_, _, answer| declare(answer, "content", |content| content.r#type.clear())),
    ),
    Mutant::new(
        "schema_computed_write_only",
        Walk::Create,
        "declares a computed attribute as write-only",
        Mutation::Schema(|_, _, answer| declare(answer, "shard", |shard| shard.write_only = true)),
    ),
    Mutant::new(
        "schema_set_write_only",
        Walk::Create,
        "declares a write-only attribute in a set of objects",
        Mutation::Schema(|_, _, answer| {
            declare(answer, "links", |links| {
                let nested = links.nested_type.iter_mut().flat_map(|nested| &mut nested.attributes);
                nested.filter(|attribute| attribute.name == "to").for_each(|to| to.write_only = true);
            });
        }),
    ),
    Mutant::new(
        "function_unknown",
        Walk::Function,
        "answers unknown to known arguments",
        Call(|schemas, _, answer| {
            let Ok(signature) = schemas.function("checksum") else { return };
            let unknown = Value::unknown().to_msgpack(&signature.result);
            if let (Some(result), Ok(unknown)) = (&mut answer.result, unknown) {
                result.msgpack = unknown.into();
            }
        }),
    )
    .tolerated("what is made of it stays unknown"),
    Mutant::new(
        "function_other_type",
        Walk::Function,
        "answers a result of another type than it says",
        Call(|_, _, answer| answer.result = Some(list())),
    ),
    Mutant::new(
        "ephemeral_unknown",
        Walk::Ephemeral,
        "opens an ephemeral resource with an unknown attribute",
        Open(|schemas, _, answer| set_lock(schemas, answer, "holder", Value::unknown())),
    )
    .tolerated("what is made of it stays unknown"),
    Mutant::new(
        "ephemeral_other_value",
        Walk::Ephemeral,
        "opens an ephemeral resource with another value than configured",
        Open(|schemas, _, answer| set_lock(schemas, answer, "entry", "x".into())),
    ),
    Mutant::new(
        "ephemeral_nothing",
        Walk::Ephemeral,
        "opens an ephemeral resource and answers nothing",
        Open(|_, _, answer| answer.result = Some(null())),
    ),
    Mutant::new(
        "process_prints",
        Walk::Refresh,
        "writes to standard output after the handshake",
        Read(|_, _, _| {
            // A closed pipe cannot be told to anybody here; then no host finds a breach, and the test fails.
            let _ = writeln!(stdout(), "reading");
        }),
    )
    .tolerated("nobody sees the text"),
];

/// Changes how an attribute of the entry is declared.
fn declare(answer: &mut get_provider_schema::Response, name: &str, change: impl FnOnce(&mut schema::Attribute)) {
    let block = answer.resource_schemas.get_mut("keyvalue_entry").and_then(|Schema { block, .. }| block.as_mut());
    let found = block.and_then(|block| block.attributes.iter_mut().find(|attribute| attribute.name == name));
    if let Some(attribute) = found {
        change(attribute);
    }
}

fn set_lock(schemas: &Schemas, answer: &mut open_ephemeral_resource::Response, name: &str, value: Value) {
    let Ok(schema) = schemas.ephemeral_resource("keyvalue_lock") else { return };
    edit(&mut answer.result, schema.object_type(), |attributes| drop(attributes.insert(name.to_owned(), value)));
}
