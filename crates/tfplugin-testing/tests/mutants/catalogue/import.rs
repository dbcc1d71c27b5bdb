//! Imports of something else than was asked for.

use test_support::host::Feature;
use tfplugin::value::Value;

use super::{Mutant, Walk};
use crate::change::{null, set};
use crate::provider::Mutation::{Import, Read};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "imported_nothing",
        Walk::Import,
        "imports nothing, without a word",
        Import(|_, _, answer| answer.imported_resources.clear()),
    ),
    Mutant::new(
        "imported_null",
        Walk::Import,
        "imports no object",
        Import(|_, _, answer| answer.imported_resources.iter_mut().for_each(|imported| imported.state = Some(null()))),
    ),
    Mutant::new(
        "imported_two",
        Walk::Import,
        "imports two objects where one was asked for",
        Import(|_, _, answer| answer.imported_resources.extend(answer.imported_resources.clone())),
    ),
    Mutant::new(
        "imported_other_type",
        Walk::Import,
        "imports an object of another type",
        Import(|_, _, answer| {
            answer
                .imported_resources
                .iter_mut()
                .for_each(|imported| "keyvalue_other".clone_into(&mut imported.type_name));
        }),
    )
    .tolerated_until(Feature::Identity, "it is imported as the type that was asked for"),
    Mutant::new(
        "imported_unknown",
        Walk::Import,
        "imports an object with an unknown attribute",
        Import(|schemas, _, answer| {
            let states = answer.imported_resources.iter_mut().map(|imported| &mut imported.state);
            states.for_each(|state| set(schemas, state, "content", Value::unknown()));
        }),
    )
    .tolerated("the read that follows is asked with an unknown state"),
    Mutant::new(
        "imported_what_is_gone",
        Walk::Import,
        "imports an object that is not there when it is read",
        Read(|_, _, answer| answer.new_state = Some(null())),
    ),
    Mutant::new(
        "imported_without_identity",
        Walk::ImportByIdentity,
        "imports an object by its identity and answers none",
        Import(|_, _, answer| answer.imported_resources.iter_mut().for_each(|imported| imported.identity = None)),
    ),
];
