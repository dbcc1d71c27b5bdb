//! The state that a host proposes to a provider: the configuration, with what is computed taken over from before.

use std::collections::BTreeMap;

use tfplugin::schema::{Nesting, Usage};
use tfplugin::value::{Elements, Type, Value};

use crate::rules::same;
use crate::schema::{Attribute, Attributes, Kind};

/// What a host proposes. `prior` is null where there is no object, `config` where there shall be none.
///
/// A computed attribute that is not configured keeps its value from before, also where it was configured then. Nothing
/// is made unknown: that is the provider's to do.
pub(crate) fn proposed_new_state(attributes: &Attributes, prior: &Value, config: &Value) -> Value {
    if config.is_null() { Value::Null } else { object(attributes, prior, config) }
}

fn object(attributes: &Attributes, prior: &Value, config: &Value) -> Value {
    if config.is_null() || config.is_unknown() {
        return config.clone();
    }
    let proposed = attributes.iter().map(|(name, attribute)| {
        let (prior, config) = (prior.attribute(name), config.attribute(name));
        (name.as_str(), propose(attribute, prior, config))
    });
    Value::object(proposed)
}

fn propose(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.is_computed() && config.is_null() {
        // What only a configuration can have set is not kept once the configuration says nothing.
        let was_configured = attribute.usage == Usage::OptionalComputed && has_configured(&attribute.kind, prior);
        return if was_configured { config.clone() } else { prior.clone() };
    }
    match &attribute.kind {
        Kind::Value(_) => config.clone(),
        Kind::Nested(nesting, nested) => elements(*nesting, nested, prior, config),
    }
}

fn elements(nesting: Nesting, nested: &Attributes, prior: &Value, config: &Value) -> Value {
    match (nesting, config) {
        (Nesting::Single, config) => object(nested, prior, config),
        (Nesting::List, Value::List(configs)) => {
            let priors = if let Value::List(priors) = prior { priors.as_slice() } else { &[] };
            let elements = configs.iter().enumerate();
            let proposed =
                elements.map(|(index, config)| object(nested, priors.get(index).unwrap_or(&Value::Null), config));
            Value::List(proposed.collect())
        }
        (Nesting::Map, Value::Map(configs)) => {
            let proposed =
                configs.iter().map(|(key, config)| (key.clone(), object(nested, prior.attribute(key), config)));
            Value::Map(proposed.collect::<BTreeMap<_, _>>())
        }
        (Nesting::Set, Value::Set(configs)) => Value::Set(set(nested, prior, configs)),
        // Null, or unknown as a whole.
        _ => config.clone(),
    }
}

/// Elements of a set have no names: one from before goes to the first configured element that it may have come of.
fn set(nested: &Attributes, prior: &Value, configs: &Elements) -> Elements {
    let mut unused: Vec<&Value> = match prior {
        Value::Set(priors) => priors.as_slice().iter().collect(),
        _ => Vec::new(),
    };
    let mut propose = |config: &Value| {
        let found = unused.iter().position(|prior| same(prior, config) || came_of(nested, prior, config));
        let prior = found.map_or(&Value::Null, |position| unused.remove(position));
        object(nested, prior, config)
    };
    configs.as_slice().iter().map(&mut propose).collect()
}

/// Whether a prior object may be what a provider made of a configured one: all that differs is computed and not
/// configured.
fn came_of(attributes: &Attributes, prior: &Value, config: &Value) -> bool {
    attributes.iter().all(|(name, attribute)| {
        let (prior, config) = (prior.attribute(name), config.attribute(name));
        if same(prior, config) {
            return true;
        }
        match &attribute.kind {
            // Hosts do not look into sets, nor at whether one is computed.
            Kind::Value(Type::Set(_)) => false,
            Kind::Value(_) => attribute.is_computed() && config.is_null(),
            Kind::Nested(nesting, nested) => elements_came_of(*nesting, nested, prior, config),
        }
    })
}

/// Hosts walk over what there was: what is configured beyond that does not count, and sets are not looked into.
fn elements_came_of(nesting: Nesting, nested: &Attributes, prior: &Value, config: &Value) -> bool {
    match (nesting, prior, config) {
        (Nesting::Set, _, _) => false,
        (_, Value::Null, _) => true,
        (Nesting::Single, prior @ Value::Map(_), config @ Value::Map(_)) => came_of(nested, prior, config),
        (Nesting::List, Value::List(priors), Value::List(configs)) => {
            priors.len() <= configs.len()
                && priors.iter().zip(configs).all(|(prior, config)| came_of(nested, prior, config))
        }
        (Nesting::Map, Value::Map(priors), Value::Map(configs)) => {
            priors.iter().all(|(key, prior)| configs.get(key).is_some_and(|config| came_of(nested, prior, config)))
        }
        _ => false,
    }
}

/// Whether a nested value holds something that no provider can have computed.
fn has_configured(kind: &Kind, prior: &Value) -> bool {
    let Kind::Nested(nesting, nested) = kind else { return false };
    let in_object = |object: &Value| {
        nested.iter().any(|(name, attribute)| {
            let value = object.attribute(name);
            !value.is_null() && (!attribute.is_computed() || has_configured(&attribute.kind, value))
        })
    };
    match (nesting, prior) {
        (Nesting::Single, object) => in_object(object),
        (_, Value::List(objects)) => objects.iter().any(in_object),
        (_, Value::Set(objects)) => objects.as_slice().iter().any(in_object),
        (_, Value::Map(objects)) => objects.values().any(in_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::{computed, nested, optional, optional_computed, required};

    fn schema() -> Attributes {
        let element = || [required("name"), optional("note"), computed("id")];
        [
            required("name"),
            optional("note"),
            optional_computed("size"),
            computed("id"),
            nested("single", Nesting::Single, element()),
            nested("list", Nesting::List, element()),
            nested("set", Nesting::Set, element()),
            nested("map", Nesting::Map, element()),
        ]
        .into()
    }

    /// An object with these attributes, all others null.
    fn with(attributes: &[(&str, Value)]) -> Value {
        let nulls = ["name", "note", "size", "id", "single", "list", "set", "map"].map(|name| (name, Value::Null));
        Value::object(nulls.into_iter().chain(attributes.iter().cloned()))
    }

    fn element(name: &str, note: Value, id: Value) -> Value {
        Value::object([("name", name.into()), ("note", note), ("id", id)])
    }

    fn configured(name: &str) -> Value {
        element(name, Value::Null, Value::Null)
    }

    fn made(name: &str, id: &str) -> Value {
        element(name, Value::Null, id.into())
    }

    fn list(elements: impl IntoIterator<Item = Value>) -> Value {
        Value::List(elements.into_iter().collect())
    }

    fn map(elements: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Value::object(elements)
    }

    #[test]
    fn a_create_is_proposed_as_configured() {
        let config = with(&[("name", "a".into()), ("list", list([configured("x")])), ("map", Value::unknown())]);
        assert!(proposed_new_state(&schema(), &Value::Null, &config) == config, "nothing is made unknown");
    }

    #[test]
    fn a_destroy_is_proposed_as_nothing() {
        assert!(proposed_new_state(&schema(), &with(&[("name", "a".into())]), &Value::Null).is_null());
    }

    #[test]
    fn what_is_computed_is_taken_over_from_before() {
        // What stands before, in the configuration and in the proposal, by attribute.
        let cases: [(&str, Value, Value, Value); 17] = [
            ("note", "old".into(), Value::Null, Value::Null),
            ("note", "old".into(), Value::unknown(), Value::unknown()),
            ("id", "1".into(), Value::Null, "1".into()),
            // Also where it was configured before: hosts cannot tell.
            ("size", "big".into(), Value::Null, "big".into()),
            ("size", "big".into(), "small".into(), "small".into()),
            ("single", made("x", "1"), Value::Null, Value::Null),
            ("single", made("x", "1"), configured("y"), made("y", "1")),
            ("single", Value::Null, configured("y"), configured("y")),
            ("single", made("x", "1"), Value::unknown(), Value::unknown()),
            ("list", list([made("x", "1"), made("y", "2")]), list([configured("y")]), list([made("y", "1")])),
            (
                "list",
                list([made("x", "1")]),
                list([configured("x"), configured("y")]),
                list([made("x", "1"), configured("y")]),
            ),
            ("list", list([made("x", "1")]), list([]), list([])),
            ("map", map([("a", made("x", "1"))]), map([("b", configured("x"))]), map([("b", configured("x"))])),
            ("map", map([("a", made("x", "1"))]), map([("a", configured("y"))]), map([("a", made("y", "1"))])),
            (
                "set",
                Value::set([made("x", "1"), made("y", "2")]),
                Value::set([configured("y"), configured("z")]),
                Value::set([made("y", "2"), configured("z")]),
            ),
            (
                "set",
                Value::set([made("x", "1")]),
                Value::set([element("x", "other".into(), Value::Null)]),
                Value::set([element("x", "other".into(), Value::Null)]),
            ),
            ("set", Value::Null, Value::set([configured("x")]), Value::set([configured("x")])),
        ];
        for (name, prior, config, expected) in cases {
            let proposed = proposed_new_state(&schema(), &with(&[(name, prior)]), &with(&[(name, config)]));
            assert!(proposed == with(&[(name, expected)]), "{name}: {proposed:?}");
        }
    }

    #[test]
    fn a_computed_object_that_held_something_configured_is_not_kept() {
        let nested_computed = |attributes: Vec<(String, Attribute)>| {
            let (name, attribute) = nested("single", Nesting::Single, attributes);
            Attributes::from([(name, Attribute { usage: Usage::OptionalComputed, ..attribute })])
        };
        let propose = |attributes: Attributes| {
            let prior = Value::object([("single", made("x", "1"))]);
            proposed_new_state(&attributes, &prior, &Value::object([("single", Value::Null)]))
        };
        let configurable = nested_computed(vec![required("name"), optional("note"), computed("id")]);
        assert!(propose(configurable).attribute("single").is_null());
        let all_computed = nested_computed(vec![computed("name"), optional_computed("note"), computed("id")]);
        assert!(propose(all_computed).attribute("single") == &made("x", "1"));
    }

    #[test]
    fn an_element_of_a_set_is_found_by_what_was_configured() {
        let inner = || nested("inner", Nesting::List, [required("name"), computed("id")]);
        let attributes: Attributes =
            [nested("set", Nesting::Set, [required("name"), computed("id"), computed("tags"), inner()])].into();
        let object = |name: &str, id: Value, inner: Value| {
            Value::object([("name", name.into()), ("id", id), ("tags", Value::Null), ("inner", inner)])
        };
        let in_inner = |name: &str, id: Value| Value::object([("name", Value::from(name)), ("id", id)]);
        let of = |element: Value| Value::object([("set", Value::set([element]))]);
        // The list inside before, as configured, and whether the element is recognised by it.
        let cases = [
            (list([in_inner("a", "1".into())]), list([in_inner("a", Value::Null)]), true),
            (list([in_inner("a", "1".into())]), list([in_inner("b", Value::Null)]), false),
            (list([]), list([in_inner("a", Value::Null)]), true),
            (list([in_inner("a", "1".into())]), list([]), false),
            (list([in_inner("a", "1".into())]), Value::Null, false),
            (Value::Null, list([]), true),
        ];
        for (prior, config, recognised) in cases {
            let proposed = proposed_new_state(
                &attributes,
                &of(object("x", "1".into(), prior)),
                &of(object("x", Value::Null, config)),
            );
            let Value::Set(elements) = proposed.attribute("set") else { panic!("a set") };
            assert_eq!(elements.as_slice()[0].attribute("id").as_str() == Some("1"), recognised, "{proposed:?}");
        }
    }
}
