//! Where two spellings mean the same, the one that is there stays: at the root, and in nested objects of every kind.

use crate::schema::{Attribute, Attributes, Kind, Nesting};
use crate::value::{Elements, Value};

/// What was read or applied, in the spelling of the state or plan where both mean the same.
pub(super) fn keep(attributes: &Attributes, known: &Value, answered: Value) -> Value {
    let Value::Map(mut values) = answered else { return answered };
    for (name, attribute) in attributes.iter().filter(|(_, attribute)| attribute.has_spellings()) {
        if let Some(value) = values.get_mut(name) {
            *value = keep_value(attribute, known.attribute(name), std::mem::replace(value, Value::Null));
        }
    }
    Value::Map(values)
}

fn keep_value(attribute: &Attribute, known: &Value, answered: Value) -> Value {
    if !known.is_unknown() && attribute.same(known, &answered) {
        return known.clone();
    }
    let Kind::Nested(nesting, nested) = attribute.kind() else { return answered };
    match (nesting, known, answered) {
        (Nesting::Single, known, answered) => keep(nested, known, answered),
        (Nesting::List, Value::List(known), Value::List(answered)) => {
            let known = known.iter().chain(std::iter::repeat(&Value::Null));
            Value::List(
                answered.into_iter().zip(known).map(|(answered, known)| keep(nested, known, answered)).collect(),
            )
        }
        (Nesting::Map, known, Value::Map(answered)) => {
            let kept = answered.into_iter().map(|(key, answered)| {
                let answered = keep(nested, known.attribute(&key), answered);
                (key, answered)
            });
            Value::Map(kept.collect())
        }
        (Nesting::Set, Value::Set(known), Value::Set(answered)) => Value::Set(keep_set(nested, known, answered)),
        (_, _, answered) => answered,
    }
}

/// Elements of a set have no name: what can be configured tells which answered one is which known one. A wrong guess
/// does no harm, as only what means the same is put in place of an answer.
fn keep_set(nested: &Attributes, known: &Elements, answered: Elements) -> Elements {
    let is_in = |elements: &Elements, element: &Value| elements.as_slice().binary_search(element).is_ok();
    let mut unmatched: Vec<&Value> = known.as_slice().iter().filter(|element| !is_in(&answered, element)).collect();
    let keep_element = |element: Value| {
        if is_in(known, &element) {
            return element;
        }
        match unmatched.iter().position(|known| could_be(nested, known, &element)) {
            Some(position) => keep(nested, unmatched.remove(position), element),
            None => element,
        }
    };
    answered.into_iter().map(keep_element).collect()
}

fn could_be(attributes: &Attributes, known: &Value, answered: &Value) -> bool {
    attributes.iter().filter(|(_, attribute)| attribute.is_configurable()).all(|(name, attribute)| {
        let (known, answered) = (known.attribute(name), answered.attribute(name));
        let nested_could_be = || match attribute.kind() {
            Kind::Nested(nesting, nested) => {
                nesting.pairs(known, answered, |known, answered| could_be(nested, known, answered))
            }
            Kind::Value(_) => false,
        };
        known.is_unknown() || attribute.same(known, answered) || nested_could_be()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Equality, Schema, list_of, map_of, object, set_of, string};

    fn folded() -> Equality {
        Equality::text(|left, right| left.to_lowercase() == right.to_lowercase())
    }

    fn element() -> Schema {
        Schema::new("").required("name", string("").equal_when(folded())).computed("status", string(""))
    }

    fn value(name: &str, status: Value) -> Value {
        Value::object([("name", name.into()), ("status", status)])
    }

    #[test]
    fn a_spelling_stays_in_every_kind_of_nesting() {
        let known = || vec![value("Alpha", "old".into()), value("Beta", Value::unknown()), value("Gamma", "x".into())];
        // The first has drifted beside its name, the second is filled in, the third is another one.
        let answered = || vec![value("ALPHA", "new".into()), value("beta", "2".into()), value("delta", "x".into())];
        let kept = || vec![value("Alpha", "new".into()), value("Beta", "2".into()), value("delta", "x".into())];
        let keys = |values: Vec<Value>| Value::object(["a", "b", "c"].into_iter().zip(values));
        let cases = [
            ("list", list_of(element(), ""), Value::List(known()), Value::List(answered()), Value::List(kept())),
            ("map", map_of(element(), ""), keys(known()), keys(answered()), keys(kept())),
            ("set", set_of(element(), ""), Value::set(known()), Value::set(answered()), Value::set(kept())),
        ];
        for (nesting, draft, known, answered, expected) in cases {
            let holder = |value: Value| Value::object([("all", value)]);
            let schema = Schema::new("").optional("all", draft);
            let kept = keep(schema.attributes(), &holder(known), holder(answered));
            assert!(kept == holder(expected), "{nesting}: {kept:?}");
        }
    }

    #[test]
    fn an_element_of_a_set_is_found_whatever_is_computed_inside() {
        let inner = Schema::new("").optional("inner", list_of(element(), ""));
        let schema = Schema::new("").optional("all", set_of(inner, ""));
        let holder = |name: &str, status: Value| {
            let inner = Value::List(vec![value(name, status)]);
            Value::object([("all", Value::set([Value::object([("inner", inner)])]))])
        };
        let kept = keep(schema.attributes(), &holder("Alpha", Value::unknown()), holder("ALPHA", "1".into()));
        assert!(kept == holder("Alpha", "1".into()), "{kept:?}");
    }

    #[test]
    fn what_means_the_same_at_any_depth_stays_as_it_is() {
        let inner = Schema::new("").optional("inner", object(element(), ""));
        let schema = Schema::new("").optional("all", set_of(inner, ""));
        let holder = |name: &str| {
            let element = Value::object([("inner", value(name, "1".into()))]);
            Value::object([("all", Value::set([element]))])
        };
        let all = schema.attribute("all").unwrap();
        assert!(all.same(holder("Alpha").attribute("all"), holder("ALPHA").attribute("all")));
        assert!(!all.same(holder("Alpha").attribute("all"), holder("Beta").attribute("all")));
        let whole = |element: Value| Value::set([element]);
        let empty = || Value::object([("inner", Value::Null)]);
        assert!(
            !all.same(&whole(empty()), &whole(Value::Null)) && !all.same(&whole(empty()), &whole(Value::unknown()))
        );
        assert!(keep(schema.attributes(), &holder("Alpha"), holder("ALPHA")) == holder("Alpha"));
    }
}
