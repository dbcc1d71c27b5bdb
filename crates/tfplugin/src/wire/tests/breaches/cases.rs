//! The breaches: the mutants of the catalogue in its order, then what else an author can do.

use super::author::{Breach, Loose, Notes, set};
use super::walk::Walk;
use super::{Case, End};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::{Schema, set_of, string};
use crate::value::{Type, Value};

use Breach::{
    Apply, Call, Configure, Data, Delete, Identify, Import, Invoke, Move, Open, Plan, Planned, Preflight, Read,
    Upgrade, UpgradeIdentity,
};
use End::{Inexpressible, Kept, Right, Told, Unseen};

const fn case(name: &'static str, does: &'static str, end: End) -> Case {
    Case { name, does, end }
}

pub(super) const CATALOGUE: &[Case] = &[
    case(
        "planned_other_value",
        "plans a configured attribute as another value",
        Told(Walk::Create, Planned(|plan| set(plan, "content", "other"))),
    ),
    case(
        "planned_unconfigured",
        "plans an attribute that is neither configured nor computed",
        Told(Walk::Create, Planned(|plan| set(plan, "note", "made up"))),
    ),
    case(
        "planned_unknown",
        "plans a configured attribute as unknown",
        Told(Walk::Create, Planned(|plan| set(plan, "content", Value::unknown()))),
    ),
    case(
        "planned_nothing",
        "plans no object, by a model that is written by hand",
        Told(Walk::Create, Planned(|_| Value::Null)),
    ),
    case(
        "planned_list_element_lost",
        "plans a list of nested objects without its last",
        Told(Walk::Create, Planned(|plan| without(plan, "comments"))),
    ),
    case(
        "planned_set_element_lost",
        "plans a set of nested objects without one of them",
        Told(Walk::Create, Planned(|plan| without(plan, "links"))),
    ),
    case(
        "planned_write_only",
        "plans a write-only attribute as configured",
        Told(Walk::Create, Planned(|plan| set(plan, "secret", "hunter2"))),
    ),
    case(
        "planned_other_type",
        "plans a value of another type than the schema says",
        Told(Walk::Create, Planned(|plan| set(plan, "size", "large"))),
    ),
    case(
        "planned_default_unstable",
        "plans another value when he is asked again at apply",
        Unseen(
            "another process plans then; a plan has neither a client nor time to wait, so only the clock, the \
                environment or chance could do it. `tfplugin-testing` plans twice, and every host does",
        ),
    ),
    case(
        "planned_action_unstable",
        "asks for a replacement only when he is asked again at apply",
        Unseen("as the one before"),
    ),
    case(
        "planned_never_settled",
        "plans a computed attribute as unknown although nothing changes",
        Unseen(
            "he may mean it: that is how a rotation that is due is planned. `Session::settled` of `tfplugin-testing` \
                refuses it",
        ),
    ),
    case(
        "planned_destroy_kept",
        "plans anything where the object is to be destroyed",
        Right(Walk::Destroy, Planned(|plan| set(plan, "content", "other")), "he is not asked to plan a destroy"),
    ),
    case(
        "replace_of_nothing",
        "asks for a replacement because of an attribute that is not there",
        Told(
            Walk::Update,
            Plan(|plan| {
                plan.require_replacement("colour");
                Ok(())
            }),
        ),
    ),
    case(
        "replace_of_unchanged",
        "asks for a replacement because of an attribute that does not change",
        Right(
            Walk::Update,
            Plan(|plan| {
                plan.require_replacement("key");
                Ok(())
            }),
            "hosts replace nothing then, so it is planned as the update that it is",
        ),
    ),
    case(
        "planned_identity_changed",
        "plans another identity for the object that is there",
        Inexpressible("the SDK hands on the identity that is there"),
    ),
    case(
        "planned_later",
        "puts a plan off although the host does not allow it",
        Inexpressible("the SDK alone defers, where the provider's configuration is not known and the host allows it"),
    ),
    case(
        "applied_other_value",
        "applies another value than planned",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "content", "other")))),
    ),
    case(
        "applied_other_dynamic_type",
        "applies a dynamic attribute as another type than planned",
        Kept(
            Walk::Create,
            Apply(|_, state| Ok(set(state, "extra", Value::Dynamic(Box::new((Type::String, "42".into())))))),
        ),
    ),
    case(
        "applied_broken_refinement",
        "applies a value without the prefix that his plan promised",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "checksum", "md5:0")))),
    ),
    case(
        "applied_null_for_not_null",
        "applies null where his plan promised something",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "size", Value::Null)))),
    ),
    case(
        "applied_unknown",
        "leaves an attribute unknown after an apply",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "id", Value::unknown())))),
    ),
    case(
        "applied_list_element_lost",
        "applies a list without its last element",
        Kept(Walk::Create, Apply(|_, state| Ok(without(state, "comments")))),
    ),
    case(
        "applied_set_element_lost",
        "applies a set without one of its elements",
        Kept(Walk::Create, Apply(|_, state| Ok(without(state, "links")))),
    ),
    case(
        "applied_write_only",
        "answers a write-only value in a state",
        Kept(
            Walk::Create,
            Apply(|cx, state| {
                let secret = cx.config().map(|config| config.0.attribute("secret").clone());
                Ok(set(state, "secret", secret.unwrap_or(Value::Null)))
            }),
        ),
    ),
    case(
        "applied_other_type",
        "answers a state of another type than the schema says",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "size", "hunter2")))),
    ),
    case(
        "created_nothing",
        "answers that a create failed, without an error",
        Told(Walk::Create, Apply(|_, _| Err(Diagnostics::new()))),
    ),
    case(
        "created_nothing_with_a_warning",
        "only warns where a create failed",
        Told(Walk::Create, Apply(|_, _| Err(warning()))),
    ),
    case(
        "applied_without_unknown",
        "changes a computed attribute that the plan kept",
        Kept(Walk::Update, Apply(|_, state| Ok(set(state, "id", "other")))),
    ),
    case(
        "replaced_other_value",
        "applies another value than planned in the create of a replacement",
        Kept(Walk::Replace, Apply(|_, state| Ok(set(state, "content", "other")))),
    ),
    case(
        "destroyed_nothing",
        "answers that a delete failed, without an error",
        Told(Walk::Destroy, Delete(|_, _| Err(warning()))),
    ),
    case(
        "applied_identity_changed",
        "changes the identity of an object in an update",
        Kept(Walk::Update, Identify(|identity| Ok(set(identity, "key", "other")))),
    ),
    case(
        "applied_identity_lost",
        "has no identity for an object, and gives no error",
        Kept(Walk::Update, Identify(|_| Err(Diagnostics::new()))),
    ),
    case(
        "applied_private_lost",
        "has notes that cannot be written",
        Kept(
            Walk::Update,
            Apply(|cx, state| {
                cx.private = Notes::unwritable();
                Ok(state)
            }),
        ),
    ),
    case(
        "read_unknown",
        "reads an attribute as unknown",
        Told(Walk::Refresh, Read(|_, state| Ok(Some(set(state, "id", Value::unknown()))))),
    ),
    case(
        "read_other_type",
        "reads a state of another type than the schema says",
        Told(Walk::Refresh, Read(|_, state| Ok(Some(set(state, "size", "hunter2"))))),
    ),
    case(
        "read_write_only",
        "answers a write-only value in what he read",
        Told(Walk::Refresh, Read(|_, state| Ok(Some(set(state, "secret", "hunter2"))))),
    ),
    case(
        "read_unstable",
        "reads a computed attribute differently each time",
        Unseen("the world may have changed. `Session::settled` of `tfplugin-testing` refuses it"),
    ),
    case("read_private_unstable", "changes his notes with each read", Unseen("as the one before")),
    case(
        "read_private_lost",
        "has notes that cannot be written",
        Told(
            Walk::Refresh,
            Read(|cx, state| {
                cx.private = Notes::unwritable();
                Ok(Some(state))
            }),
        ),
    ),
    case(
        "read_identity_changed",
        "changes the identity of an object in a read",
        Told(Walk::Refresh, Identify(|identity| Ok(set(identity, "key", "other")))),
    ),
    case(
        "read_identity_lost",
        "has no identity for what he read, and gives no error",
        Told(Walk::Refresh, Identify(|_| Err(Diagnostics::new()))),
    ),
    case(
        "upgraded_other_type",
        "upgrades a state to another type than the schema says",
        Told(Walk::Upgrade, Upgrade(|state| Ok(set(state, "size", "hunter2")))),
    ),
    case(
        "upgraded_to_nothing",
        "upgrades a state to no object, by a model that is written by hand",
        Told(Walk::Upgrade, Upgrade(|_| Ok(Value::Null))),
    ),
    case(
        "upgraded_needlessly",
        "changes a state that has the present version already",
        Inexpressible("he is not asked: a step goes from one version to the next"),
    ),
    case(
        "data_unknown",
        "answers an unknown attribute of a data source",
        Told(Walk::Data, Data(|found| Ok(set(found, "found", Value::unknown())))),
    ),
    case(
        "data_nothing",
        "answers nothing for a data source, by a model that is written by hand",
        Told(Walk::Data, Data(|_| Ok(Value::Null))),
    ),
    case(
        "data_other_value",
        "answers another value than a data source's configuration has",
        Told(Walk::Data, Data(|found| Ok(set(found, "prefix", "other")))),
    ),
    case(
        "imported_nothing",
        "answers that an import failed, without an error",
        Told(Walk::Import, Import(|_| Err(Diagnostics::new()))),
    ),
    case(
        "imported_null",
        "imports no object, by a model that is written by hand",
        Told(Walk::Import, Import(|_| Ok(Value::Null))),
    ),
    case("imported_two", "imports two objects where one was asked for", Inexpressible("he answers one model")),
    case("imported_other_type", "imports an object of another type", Inexpressible("he answers his own model")),
    case(
        "imported_unknown",
        "imports an object with an unknown attribute",
        Told(Walk::Import, Import(|state| Ok(set(state, "content", Value::unknown())))),
    ),
    case(
        "imported_what_is_gone",
        "imports an object that is not there when it is read",
        Unseen("it may have gone in between, and hosts say so well: a read is a call of its own"),
    ),
    case(
        "imported_without_identity",
        "has no identity for what he imported, and gives no error",
        Told(Walk::Import, Identify(|_| Err(Diagnostics::new()))),
    ),
    case(
        "schema_required_and_computed",
        "gives a required attribute a default, which would be computed",
        Told(Walk::Schema, Breach::Schema(|schema| schema.required("policy", string("").default("keep")))),
    ),
    case(
        "schema_set_by_nobody",
        "declares an attribute that nobody sets",
        Inexpressible("the builder has no word for it: `required`, `optional`, `optional_computed` or `computed`"),
    ),
    case("schema_without_type", "declares an attribute without a type", Inexpressible("a draft begins with its type")),
    case(
        "schema_computed_write_only",
        "declares a computed attribute as write-only",
        Told(Walk::Schema, Breach::Schema(|schema| schema.computed("token", string("").write_only()))),
    ),
    case(
        "schema_set_write_only",
        "declares a write-only attribute in a set of objects",
        Told(
            Walk::Schema,
            Breach::Schema(|schema| {
                let element = Schema::new("").optional("token", string("").write_only());
                schema.optional("tokens", set_of(element, ""))
            }),
        ),
    ),
    case("function_unknown", "answers unknown to known arguments", Told(Walk::Function, Call(Value::unknown))),
    case(
        "function_other_type",
        "answers a result of another type than he says, by a field that is written by hand",
        Told(Walk::Function, Call(|| Value::Bool(true))),
    ),
    case(
        "ephemeral_unknown",
        "opens an ephemeral resource with an unknown attribute",
        Told(Walk::Ephemeral, Open(|_, found| Ok(set(found, "found", Value::unknown())))),
    ),
    case(
        "ephemeral_other_value",
        "opens an ephemeral resource with another value than configured",
        Told(Walk::Ephemeral, Open(|_, found| Ok(set(found, "prefix", "other")))),
    ),
    case(
        "ephemeral_nothing",
        "opens an ephemeral resource and answers nothing, by a model that is written by hand",
        Told(Walk::Ephemeral, Open(|_, _| Ok(Value::Null))),
    ),
    case(
        "process_prints",
        "writes to standard output after the handshake",
        Unseen("no host reads it, so nothing but the text is lost; a log line is the way to say something"),
    ),
];

pub(super) const BESIDE: &[Case] = &[
    case(
        "planned_set_element_changed",
        "plans an element of a set otherwise than configured",
        Told(Walk::Create, Planned(|plan| set(plan, "links", links(["a", "c"])))),
    ),
    case(
        "planned_without_a_word",
        "answers that a plan failed, without an error",
        Told(Walk::Create, Plan(|_| Err(warning()))),
    ),
    case(
        "planned_unwritable_notes",
        "plans notes that cannot be written",
        Told(
            Walk::Create,
            Plan(|plan| {
                plan.private = Notes::unwritable();
                Ok(())
            }),
        ),
    ),
    case(
        "preflight_without_a_word",
        "answers that a look ahead failed, without an error",
        Told(Walk::Create, Preflight(|| Err(Diagnostics::new()))),
    ),
    case(
        "applied_set_element_changed",
        "applies an element of a set otherwise than planned",
        Kept(Walk::Create, Apply(|_, state| Ok(set(state, "links", links(["a", "c"]))))),
    ),
    case(
        "applied_no_object",
        "answers no object after a create, by a model that is written by hand",
        Kept(Walk::Create, Apply(|_, _| Ok(Value::Null))),
    ),
    case(
        "created_part_without_a_word",
        "answers that a create failed after it reached its object, without an error",
        Kept(
            Walk::Create,
            Apply(|cx, state| {
                cx.reached(Loose(state));
                Err(Diagnostics::new())
            }),
        ),
    ),
    case(
        "created_unwritable_notes",
        "has notes that cannot be written after a create",
        Kept(
            Walk::Create,
            Apply(|cx, state| {
                cx.private = Notes::unwritable();
                Ok(state)
            }),
        ),
    ),
    case(
        "created_identity_unknown",
        "answers an unknown identity for what he made",
        Kept(Walk::Create, Identify(|identity| Ok(set(identity, "key", Value::unknown())))),
    ),
    case(
        "created_identity_null",
        "answers an identity without what names the object",
        Kept(Walk::Create, Identify(|identity| Ok(set(identity, "key", Value::Null)))),
    ),
    case(
        "created_identity_of_another_type",
        "answers an identity of another type than its schema says",
        Kept(Walk::Create, Identify(|identity| Ok(set(identity, "key", Value::Bool(true))))),
    ),
    case(
        "updated_without_a_word",
        "answers that an update failed, without an error",
        Told(Walk::Update, Apply(|_, _| Err(Diagnostics::new()))),
    ),
    case(
        "destroyed_in_part",
        "notes a state that is none, and fails",
        Kept(
            Walk::Destroy,
            Delete(|cx, state| {
                cx.reached(Loose(set(set(state, "size", "hunter2"), "id", Value::unknown())));
                Err(Diagnostics::new())
            }),
        ),
    ),
    case(
        "read_without_a_word",
        "answers that a read failed, without an error: the object would count as gone",
        Told(Walk::Refresh, Read(|_, _| Err(warning()))),
    ),
    case(
        "read_no_object",
        "reads no object, by a model that is written by hand: it would count as gone",
        Told(Walk::Refresh, Read(|_, _| Ok(Some(Value::Null)))),
    ),
    case(
        "read_identity_unknown",
        "answers an unknown identity for what he read",
        Told(Walk::Refresh, Identify(|identity| Ok(set(identity, "key", Value::unknown())))),
    ),
    case(
        "imported_identity_null",
        "answers an identity without what names the object that he imported",
        Right(
            Walk::Import,
            Identify(|identity| Ok(set(identity, "key", Value::Null))),
            "the user gave the identity, and a read of the whole object follows",
        ),
    ),
    case(
        "imported_other_type_of_value",
        "imports a state of another type than the schema says",
        Told(Walk::Import, Import(|state| Ok(set(state, "size", "hunter2")))),
    ),
    case(
        "upgraded_unknown",
        "upgrades a state to one with an unknown attribute",
        Told(Walk::Upgrade, Upgrade(|state| Ok(set(state, "id", Value::unknown())))),
    ),
    case(
        "upgraded_write_only",
        "upgrades a state to one with a write-only value",
        Right(
            Walk::Upgrade,
            Upgrade(|state| Ok(set(state, "secret", "hunter2"))),
            "the value is left out: one that was stored before its attribute became write-only must not stay",
        ),
    ),
    case(
        "upgraded_without_a_word",
        "answers that an upgrade failed, without an error",
        Told(Walk::Upgrade, Upgrade(|_| Err(Diagnostics::new()))),
    ),
    case(
        "upgraded_identity_unknown",
        "upgrades an identity to an unknown one",
        Told(Walk::UpgradeIdentity, UpgradeIdentity(|identity| Ok(set(identity, "key", Value::unknown())))),
    ),
    case(
        "moved_unknown",
        "takes an object over with an unknown attribute",
        Told(Walk::Move, Move(|state| Ok(set(state, "id", Value::unknown())))),
    ),
    case(
        "moved_other_type",
        "takes an object over as another type than the schema says",
        Told(Walk::Move, Move(|state| Ok(set(state, "size", "hunter2")))),
    ),
    case(
        "moved_write_only",
        "takes an object over with a write-only value",
        Right(
            Walk::Move,
            Move(|state| Ok(set(state, "secret", "hunter2"))),
            "the value is left out: where it comes from, it may have been stored",
        ),
    ),
    case(
        "moved_without_a_word",
        "answers that a move failed, without an error",
        Told(Walk::Move, Move(|_| Err(Diagnostics::new()))),
    ),
    case(
        "data_unconfigured",
        "chooses a data source's attribute that is neither configured nor computed",
        Told(Walk::Data, Data(|found| Ok(set(found, "note", "made up")))),
    ),
    case(
        "data_other_type",
        "answers a data source of another type than the schema says",
        Told(Walk::Data, Data(|found| Ok(set(found, "found", Value::Bool(true))))),
    ),
    case(
        "data_without_a_word",
        "answers that a data source failed, without an error",
        Told(Walk::Data, Data(|_| Err(warning()))),
    ),
    case(
        "ephemeral_unconfigured",
        "chooses an attribute of an ephemeral resource that is neither configured nor computed",
        Told(Walk::Ephemeral, Open(|_, found| Ok(set(found, "note", "made up")))),
    ),
    case(
        "ephemeral_other_type",
        "opens an ephemeral resource of another type than the schema says",
        Told(Walk::Ephemeral, Open(|_, found| Ok(set(found, "found", Value::Bool(true))))),
    ),
    case(
        "ephemeral_unwritable_notes",
        "has notes for the close that cannot be written",
        Told(
            Walk::Ephemeral,
            Open(|cx, found| {
                cx.opened(Notes::unwritable());
                Ok(found)
            }),
        ),
    ),
    case(
        "ephemeral_without_a_word",
        "answers that an ephemeral resource failed to open, without an error",
        Told(Walk::Ephemeral, Open(|_, _| Err(Diagnostics::new()))),
    ),
    case(
        "action_without_a_word",
        "answers that an action failed, without an error",
        Told(Walk::Action, Invoke(|| Err(warning()))),
    ),
    case(
        "configured_without_a_word",
        "answers that the provider's configuration failed, without an error",
        Told(Walk::Create, Configure(|| Err(Diagnostics::new()))),
    ),
    case(
        "schema_name",
        "declares an attribute under a name that no configuration can write",
        Told(Walk::Schema, Breach::Schema(|schema| schema.optional("displayName", string("")))),
    ),
];

/// A list or a set without its last element.
fn without(object: Value, name: &str) -> Value {
    let fewer = match object.attribute(name).clone() {
        Value::List(mut elements) => {
            elements.pop();
            Value::List(elements)
        }
        Value::Set(elements) => Value::set(elements.into_iter().skip(1)),
        other => other,
    };
    set(object, name, fewer)
}

fn links(to: [&str; 2]) -> Value {
    Value::set(to.map(|to| Value::object([("to", Value::from(to)), ("seen", "yes".into())])))
}

fn warning() -> Diagnostics {
    Diagnostic::warning("Odd", "Something was odd.").into()
}
