//! Reads and upgrades of what is stored, and data sources.

use test_support::host::Feature;
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6::read_data_source;
use tfplugin_testing::Schemas;

use super::{Mutant, Walk};
use crate::change::{edit, list, null, reads_before, set, set_identity};
use crate::provider::Mutation::{Read, ReadData, Upgrade};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "read_unknown",
        Walk::Refresh,
        "reads an attribute as unknown",
        Read(|schemas, _, answer| set(schemas, &mut answer.new_state, "id", Value::unknown())),
    ),
    Mutant::new(
        "read_other_type",
        Walk::Refresh,
        "reads a state of another type than its schema says",
        Read(|_, _, answer| answer.new_state = Some(list())),
    ),
    Mutant::new(
        "read_write_only",
        Walk::Refresh,
        "answers a write-only value in what it read",
        Read(|schemas, _, answer| set(schemas, &mut answer.new_state, "secret", "hunter2")),
    )
    .needs(Feature::WriteOnlyAttributes),
    Mutant::new(
        "read_unstable",
        Walk::Refresh,
        "reads a computed attribute differently each time",
        Read(|schemas, _, answer| set(schemas, &mut answer.new_state, "size", reads_before())),
    )
    .tolerated("every run finds a change outside of Terraform"),
    Mutant::new(
        "read_private_unstable",
        Walk::Refresh,
        "changes its private bytes with each read",
        Read(|_, request, answer| {
            // What the provider itself stays able to read, and longer than before.
            answer.private = [&*request.private, b" "].concat().into();
        }),
    )
    .tolerated("a plan that only refreshes has a change each time"),
    Mutant::new(
        "read_private_lost",
        Walk::Refresh,
        "leaves the private bytes out of a read's answer",
        Read(|_, _, answer| answer.private.clear()),
    )
    .tolerated("what the provider has noted is gone"),
    Mutant::new(
        "read_identity_changed",
        Walk::Refresh,
        "changes the identity of an object in a read",
        Read(|schemas, _, answer| set_identity(schemas, &mut answer.new_identity, "other")),
    )
    .needs(Feature::Identity)
    .tolerated("the state names another object"),
    Mutant::new(
        "read_identity_lost",
        Walk::Refresh,
        "leaves the identity out of a read's answer",
        Read(|_, _, answer| answer.new_identity = None),
    )
    .needs(Feature::Identity)
    .tolerated("the object has no identity any more"),
    Mutant::new(
        "upgraded_other_type",
        Walk::Refresh,
        "upgrades a state to another type than its schema says",
        Upgrade(|_, _, answer| answer.upgraded_state = Some(list())),
    ),
    Mutant::new(
        "upgraded_to_nothing",
        Walk::Refresh,
        "upgrades a state to no object",
        Upgrade(|_, _, answer| answer.upgraded_state = Some(null())),
    )
    .tolerated("the provider is asked to read no object"),
    Mutant::new(
        "upgraded_needlessly",
        Walk::Refresh,
        "changes a state that has the present version already",
        Upgrade(|schemas, _, answer| set(schemas, &mut answer.upgraded_state, "checksum", "fnv:0")),
    )
    .tolerated("the state is another until the next read"),
    Mutant::new(
        "data_unknown",
        Walk::Data,
        "answers an unknown attribute of a data source",
        ReadData(|schemas, _, answer| set_data(schemas, answer, "ids", Value::unknown())),
    ),
    Mutant::new(
        "data_nothing",
        Walk::Data,
        "answers nothing for a data source",
        ReadData(|_, _, answer| answer.state = Some(null())),
    ),
    Mutant::new(
        "data_other_value",
        Walk::Data,
        "answers another value than a data source's configuration has",
        ReadData(|schemas, _, answer| set_data(schemas, answer, "prefix", "x".into())),
    )
    .tolerated("who uses the data source sees the other value"),
];

fn set_data(schemas: &Schemas, answer: &mut read_data_source::Response, name: &str, value: Value) {
    let Ok(schema) = schemas.data_source("keyvalue_entries") else { return };
    edit(&mut answer.state, schema.object_type(), |attributes| drop(attributes.insert(name.to_owned(), value)));
}
