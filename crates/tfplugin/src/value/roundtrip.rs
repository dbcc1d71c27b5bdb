//! Any value of any type survives both codecs, and what is no value of a type is told with its place.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Bound, MAX_DEPTH, Number, ObjectType, Path, Problem, Reading, Refinement, Step, Type, Value};
use crate::schema::{Schema, dynamic, list, list_of, map_of, object, set_of};

fn name() -> impl Strategy<Value = String> {
    "[a-z_é]{1,6}".prop_map(|name| super::normalized(&name))
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).ok()),
        "-?[1-9][0-9]{0,120}(\\.[0-9]{1,40})?".prop_map(|text| text.parse().unwrap()),
    ]
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map(name(), (inner, any::<bool>()), 0..4).prop_map(|attributes| {
                let optional = attributes.iter().filter(|(_, (_, optional))| *optional);
                let optional: BTreeSet<_> = optional.map(|(name, _)| name.clone()).collect();
                let attributes = attributes.into_iter().map(|(name, (ty, _))| (name, ty)).collect();
                Type::Object(ObjectType { attributes, optional })
            }),
        ]
    })
}

/// The object type of a schema with nested attributes of every mode.
fn schemas() -> impl Strategy<Value = Type> {
    let values = || btree_map(name(), types(), 0..3);
    let schema = |values: Vec<(String, Type)>| {
        values.into_iter().fold(Schema::new(""), |schema, (name, ty)| match ty {
            Type::Dynamic => schema.optional(&name, dynamic("")),
            ty => schema.computed(&name, list(ty, "")),
        })
    };
    (values(), values()).prop_map(move |(inner, outer)| {
        let nested = || schema(inner.clone().into_iter().collect()).optional("deeper", object(schema(vec![]), ""));
        let outer = schema(outer.into_iter().collect());
        let outer = outer.optional("one", object(nested(), "")).optional("listed", list_of(nested(), ""));
        let outer = outer.optional("some", set_of(nested(), "")).optional("named", map_of(nested(), ""));
        outer.object_type().clone()
    })
}

fn refinement(ty: &Type) -> BoxedStrategy<Option<Box<Refinement>>> {
    let nullness = prop_oneof![Just(None), Just(Some(false))];
    let length = proptest::option::of(any::<u64>());
    let bound =
        || proptest::option::of((number(), any::<bool>()).prop_map(|(number, inclusive)| Bound { number, inclusive }));
    let refinement = match ty {
        Type::String => (nullness, "[a-z:]{0,9}")
            .prop_map(|(null, prefix)| Refinement { null, prefix, ..Refinement::default() })
            .boxed(),
        Type::Number => (nullness, bound(), bound())
            .prop_map(|(null, lower, upper)| Refinement { null, lower, upper, ..Refinement::default() })
            .boxed(),
        Type::List(_) | Type::Set(_) | Type::Map(_) => (nullness, length.clone(), length)
            .prop_map(|(null, min_length, max_length)| Refinement {
                null,
                min_length,
                max_length,
                ..Refinement::default()
            })
            .boxed(),
        _ => nullness.prop_map(|null| Refinement { null, ..Refinement::default() }).boxed(),
    };
    refinement.prop_map(|refinement| (!refinement.is_empty()).then(|| Box::new(refinement))).boxed()
}

fn values(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let known: BoxedStrategy<Value> = match ty.clone() {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => number().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Dynamic => types()
            .prop_filter("a type of its own", |ty| *ty != Type::Dynamic)
            .prop_flat_map(move |ty| {
                let value = values(&ty, unknowns);
                (Just(ty), value)
            })
            .prop_map(|typed| Value::Dynamic(Box::new(typed)))
            .boxed(),
        Type::List(element) => vec(values(&element, unknowns), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => vec(values(&element, unknowns), 0..4).prop_map(Value::set).boxed(),
        Type::Map(element) => btree_map(name(), values(&element, unknowns), 0..4).prop_map(Value::Map).boxed(),
        Type::Tuple(types) => {
            types.into_iter().map(|ty| values(&ty, unknowns)).collect::<Vec<_>>().prop_map(Value::List).boxed()
        }
        Type::Object(object) => {
            let names: Vec<String> = object.attributes.keys().cloned().collect();
            let attributes: Vec<_> = object.attributes.into_values().map(|ty| values(&ty, unknowns)).collect();
            attributes.prop_map(move |values| Value::object(names.iter().cloned().zip(values))).boxed()
        }
    };
    if unknowns {
        prop_oneof![8 => known, 1 => Just(Value::Null), 1 => refinement(ty).prop_map(Value::Unknown)].boxed()
    } else {
        prop_oneof![8 => known, 1 => Just(Value::Null)].boxed()
    }
}

fn typed(unknowns: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| {
        let value = values(&ty, unknowns);
        (Just(ty), value)
    })
}

/// A value of a kind that is never one of this type.
fn misfit(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::from("x"),
        _ => Value::Bool(true),
    }
}

/// Puts a misfit in place of a value, and answers where: at the `at`th place in reading order. Sets are passed over, as their elements
/// have no name.
fn spoil(value: &mut Value, ty: &Type, at: &mut usize) -> Option<Path> {
    if *at == 0 {
        *value = misfit(ty);
        return Some(Path::root());
    }
    *at -= 1;
    let under = |step: Step, path: Path| std::iter::once(step).chain(path.steps().iter().cloned()).collect();
    match value {
        Value::List(elements) => elements
            .iter_mut()
            .enumerate()
            .find_map(|(index, element)| Some(under(Step::Index(index), spoil(element, ty.element(index), at)?))),
        Value::Map(elements) => elements
            .iter_mut()
            .find_map(|(name, element)| Some(under(ty.step(name), spoil(element, ty.entry(name), at)?))),
        Value::Dynamic(typed) => {
            let (ty, value) = &mut **typed;
            spoil(value, ty, at)
        }
        _ => None,
    }
}

fn nested_lists(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |inner, _| Value::List(vec![inner]))
}

fn dynamics(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |inner, _| Value::Dynamic(Box::new((Type::Dynamic, inner))))
}

#[test]
fn depth_is_bounded_both_ways() {
    let lists = (0..=MAX_DEPTH).fold(Type::Bool, |inner, _| Type::list(inner));
    for (ty, value) in [(&lists, nested_lists as fn(usize) -> Value), (&Type::Dynamic, dynamics)] {
        let deepest = value(MAX_DEPTH);
        assert!(Value::from_msgpack(&deepest.to_msgpack(ty).unwrap(), ty).unwrap() == deepest);
        assert!(Value::from_json(&deepest.to_json(ty).unwrap(), ty, Reading::Exact).unwrap() == deepest);
        let deeper = value(MAX_DEPTH + 1);
        assert_eq!(deeper.to_msgpack(ty).unwrap_err().problem, Problem::Depth);
        assert_eq!(deeper.to_json(ty).unwrap_err().problem, Problem::Depth);
    }
    let typed = Value::Dynamic(Box::new((lists.clone(), Value::Null)));
    assert_eq!(typed.to_msgpack(&Type::Dynamic).unwrap_err().problem, Problem::Depth);
}

#[test]
fn lengths_that_lie_reserve_nothing() {
    for (ty, header) in [(Type::list(Type::Bool), 0xdd), (Type::map(Type::Bool), 0xdf), (Type::String, 0xdb)] {
        let bytes = [header, 0xff, 0xff, 0xff, 0xff, 0xc0];
        let problem = Value::from_msgpack(&bytes, &ty).unwrap_err().problem;
        assert_eq!(problem, Problem::Malformed("the input ends early"), "{ty}");
    }
}

proptest! {
    #[test]
    fn types_survive_json(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn values_survive_msgpack((ty, value) in typed(true)) {
        let bytes = value.to_msgpack(&ty).unwrap();
        prop_assert!(Value::from_msgpack(&bytes, &ty).unwrap() == value);
    }

    #[test]
    fn known_values_survive_json((ty, value) in typed(false)) {
        let bytes = value.to_json(&ty).unwrap();
        prop_assert!(Value::from_json(&bytes, &ty, Reading::Exact).unwrap() == value);
        prop_assert!(Value::from_json(&bytes, &ty, Reading::State).unwrap() == value);
    }

    #[test]
    fn values_of_schemas_survive((ty, value) in schemas().prop_flat_map(|ty| { let value = values(&ty, true); (Just(ty), value) })) {
        let bytes = value.to_msgpack(&ty).unwrap();
        prop_assert!(Value::from_msgpack(&bytes, &ty).unwrap() == value);
        match value.first_unknown(&ty) {
            Some(_) => prop_assert_eq!(value.to_json(&ty).unwrap_err().problem, Problem::Unknown),
            None => prop_assert!(Value::from_json(&value.to_json(&ty).unwrap(), &ty, Reading::Exact).unwrap() == value),
        }
    }

    #[test]
    fn a_value_of_another_kind_is_told_with_its_place((ty, mut value) in typed(false), at in 0..12_usize) {
        if let Some(path) = spoil(&mut value, &ty, &mut { at }) {
            let problems = [value.to_msgpack(&ty).unwrap_err(), value.to_json(&ty).unwrap_err()];
            for error in problems {
                prop_assert_eq!(&error.path, &path);
                let is_of_another_kind = matches!(error.problem, Problem::Kind { .. });
                prop_assert!(is_of_another_kind);
            }
        }
    }

    #[test]
    fn bytes_of_another_type_are_a_value_or_an_error((ty, value) in typed(true), other in types()) {
        let bytes = value.to_msgpack(&ty).unwrap();
        if let Ok(read) = Value::from_msgpack(&bytes, &other) {
            prop_assert!(Value::from_msgpack(&read.to_msgpack(&other).unwrap(), &other).unwrap() == read);
        }
        if let Ok(json) = value.to_json(&ty)
            && let Ok(read) = Value::from_json(&json, &other, Reading::State)
        {
            prop_assert!(Value::from_json(&read.to_json(&other).unwrap(), &other, Reading::Exact).unwrap() == read);
        }
    }

    #[test]
    fn what_is_converted_is_of_the_other_type((ty, value) in typed(true), other in types()) {
        if let Ok(converted) = value.convert(&ty, &other) {
            prop_assert!(converted.to_msgpack(&other).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>, ty in types()) {
        let _ = Value::from_msgpack(&bytes, &ty);
        let _ = Value::from_json(&bytes, &ty, Reading::State);
    }

    #[test]
    fn numbers_survive_their_text(number in number()) {
        prop_assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
    }
}
