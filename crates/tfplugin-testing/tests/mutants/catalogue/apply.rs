//! What was applied is not what was planned.

use test_support::host::Feature;
use tfplugin::value::{Type, Value};
use tfplugin_proto::tfplugin6::{Diagnostic, diagnostic};

use super::{Mutant, Walk};
use crate::change::{list, lose_element, null, set, set_identity};
use crate::provider::Mutation::Apply;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "applied_other_value",
        Walk::Create,
        "applies another value than planned",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "content", "other")),
    ),
    Mutant::new(
        "applied_other_dynamic_type",
        Walk::Create,
        "applies a dynamic attribute as another type than planned",
        Apply(|schemas, _, answer| {
            let text = Value::Dynamic(Box::new((Type::String, "42".into())));
            set(schemas, &mut answer.new_state, "extra", text);
        }),
    ),
    Mutant::new(
        "applied_broken_refinement",
        Walk::Create,
        "applies a value without the prefix that the plan promised",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "checksum", "md5:0")),
    ),
    Mutant::new(
        "applied_null_for_not_null",
        Walk::Create,
        "applies null where the plan promised something",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "size", Value::Null)),
    ),
    Mutant::new(
        "applied_unknown",
        Walk::Create,
        "leaves an attribute unknown after an apply",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "id", Value::unknown())),
    ),
    Mutant::new(
        "applied_list_element_lost",
        Walk::Create,
        "applies a list without its last element",
        Apply(|schemas, _, answer| lose_element(schemas, &mut answer.new_state, "comments")),
    ),
    Mutant::new(
        "applied_set_element_lost",
        Walk::Create,
        "applies a set without one of its elements",
        Apply(|schemas, _, answer| lose_element(schemas, &mut answer.new_state, "links")),
    ),
    Mutant::new(
        "applied_write_only",
        Walk::Create,
        "answers a write-only value in a state",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "secret", "hunter2")),
    )
    .needs(Feature::WriteOnlyAttributes),
    Mutant::new(
        "applied_other_type",
        Walk::Create,
        "answers a state of another type than its schema says",
        Apply(|_, _, answer| answer.new_state = Some(list())),
    ),
    Mutant::new(
        "created_nothing",
        Walk::Create,
        "answers no object after a create, without a word",
        Apply(|_, _, answer| answer.new_state = Some(null())),
    ),
    Mutant::new(
        "created_nothing_with_a_warning",
        Walk::Create,
        "only warns where a create failed",
        Apply(|_, _, answer| {
            answer.new_state = Some(null());
            answer.diagnostics.push(Diagnostic {
                severity: diagnostic::Severity::Warning.into(),
                summary: "Create failed".to_owned(),
                ..Diagnostic::default()
            });
        }),
    ),
    Mutant::new(
        "applied_without_unknown",
        Walk::Update,
        "changes a computed attribute that the plan kept",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "id", "other")),
    ),
    Mutant::new(
        "replaced_other_value",
        Walk::Replace,
        "applies another value than planned in the create of a replacement",
        Apply(|schemas, _, answer| set(schemas, &mut answer.new_state, "content", "other")),
    ),
    Mutant::new(
        "destroyed_nothing",
        Walk::Destroy,
        "answers the object after it was destroyed",
        Apply(|_, request, answer| answer.new_state.clone_from(&request.prior_state)),
    ),
    Mutant::new(
        "applied_identity_changed",
        Walk::Update,
        "changes the identity of an object in an update",
        Apply(|schemas, _, answer| set_identity(schemas, &mut answer.new_identity, "other")),
    )
    .needs(Feature::Identity)
    .tolerated("the state names another object"),
    Mutant::new(
        "applied_identity_lost",
        Walk::Update,
        "leaves the identity out of an update's answer",
        Apply(|_, _, answer| answer.new_identity = None),
    )
    .needs(Feature::Identity)
    .tolerated("the object has no identity any more"),
    Mutant::new(
        "applied_private_lost",
        Walk::Update,
        "leaves the private bytes out of an update's answer",
        Apply(|_, _, answer| answer.private.clear()),
    )
    .tolerated("what the provider has noted is gone"),
];
