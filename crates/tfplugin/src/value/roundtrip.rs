//! Any value of any type survives both codecs.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Bound, Number, Reading, Refinement, Type, Value};

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
            btree_map(name(), inner, 0..4).prop_map(Type::object),
        ]
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
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>, ty in types()) {
        let _ = Value::from_msgpack(&bytes, &ty);
        let _ = Value::from_json(&bytes, &ty, Reading::State);
    }

    #[test]
    fn numbers_survive_their_text(number in number()) {
        prop_assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
    }
}
