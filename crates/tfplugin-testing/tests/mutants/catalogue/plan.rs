//! Plans that are none.

use test_support::host::Feature;
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6::attribute_path::Step;
use tfplugin_proto::tfplugin6::attribute_path::step::Selector;
use tfplugin_proto::tfplugin6::{AttributePath, Deferred, deferred};

use super::{Mutant, Walk};
use crate::change::{is_null, list, lose_element, null, set, set_identity, was_planned_before};
use crate::provider::Mutation::Plan;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "planned_other_value",
        Walk::Create,
        "plans a configured attribute as another value",
        Plan(|schemas, _, answer| set(schemas, &mut answer.planned_state, "content", "other")),
    ),
    Mutant::new(
        "planned_unconfigured",
        Walk::Create,
        "plans an attribute that is neither configured nor computed",
        Plan(|schemas, _, answer| set(schemas, &mut answer.planned_state, "secret_version", 1)),
    ),
    Mutant::new(
        "planned_unknown",
        Walk::Create,
        "plans a configured attribute as unknown",
        Plan(|schemas, _, answer| set(schemas, &mut answer.planned_state, "content", Value::unknown())),
    ),
    Mutant::new(
        "planned_nothing",
        Walk::Create,
        "plans no object where one is configured",
        Plan(|_, _, answer| answer.planned_state = Some(null())),
    ),
    Mutant::new(
        "planned_list_element_lost",
        Walk::Create,
        "plans a list of nested objects without its last",
        Plan(|schemas, _, answer| lose_element(schemas, &mut answer.planned_state, "comments")),
    ),
    Mutant::new(
        "planned_set_element_lost",
        Walk::Create,
        "plans a set of nested objects without one of them",
        Plan(|schemas, _, answer| lose_element(schemas, &mut answer.planned_state, "links")),
    ),
    Mutant::new(
        "planned_write_only",
        Walk::Create,
        "answers a write-only value in a plan",
        Plan(|schemas, _, answer| set(schemas, &mut answer.planned_state, "secret", "hunter2")),
    )
    .needs(Feature::WriteOnlyAttributes),
    Mutant::new(
        "planned_other_type",
        Walk::Create,
        "plans a value of another type than its schema says",
        Plan(|_, _, answer| answer.planned_state = Some(list())),
    ),
    Mutant::new(
        "planned_default_unstable",
        Walk::Create,
        "plans another default when it is asked again at apply",
        Plan(|schemas, _, answer| {
            let shard = if was_planned_before() { "s2" } else { "s1" };
            set(schemas, &mut answer.planned_state, "shard", shard);
        }),
    ),
    Mutant::new(
        "planned_action_unstable",
        Walk::Update,
        "asks for a replacement only when it is asked again at apply",
        Plan(|_, _, answer| {
            if was_planned_before() {
                answer.requires_replace.push(path("content"));
            }
        }),
    ),
    Mutant::new(
        "planned_never_settled",
        Walk::Refresh,
        "plans a computed attribute as unknown although nothing changes",
        Plan(|schemas, _, answer| set(schemas, &mut answer.planned_state, "revision", Value::unknown())),
    )
    .tolerated("every plan has a change"),
    Mutant::new(
        "planned_destroy_kept",
        Walk::Destroy,
        "plans an object where it is to be destroyed",
        Plan(|_, request, answer| {
            if is_null(request.proposed_new_state.as_ref()) {
                answer.planned_state.clone_from(&request.prior_state);
            }
        }),
    ),
    Mutant::new(
        "replace_of_nothing",
        Walk::Update,
        "asks for a replacement because of an attribute that is not there",
        Plan(|_, _, answer| answer.requires_replace.push(path("colour"))),
    ),
    Mutant::new(
        "replace_of_unchanged",
        Walk::Update,
        "asks for a replacement because of an attribute that does not change",
        Plan(|_, _, answer| answer.requires_replace.push(path("key"))),
    )
    .tolerated("the object is changed in place"),
    Mutant::new(
        "planned_identity_changed",
        Walk::Update,
        "plans another identity for the object that is there",
        Plan(|schemas, _, answer| set_identity(schemas, &mut answer.planned_identity, "other")),
    )
    .needs(Feature::Identity)
    .tolerated("it is handed on to the apply"),
    Mutant::new(
        "planned_later",
        Walk::Create,
        "puts a plan off although the host does not allow it",
        Plan(|_, _, answer| {
            answer.deferred = Some(Deferred { reason: deferred::Reason::ResourceConfigUnknown.into() });
        }),
    ),
];

fn path(attribute: &str) -> AttributePath {
    AttributePath { steps: vec![Step { selector: Some(Selector::AttributeName(attribute.to_owned())) }] }
}
