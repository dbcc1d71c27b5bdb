//! Whether what is applied is what was planned.

use std::collections::BTreeMap;

use crate::value::{Path, Step, Type, Value};

/// The first place where an applied value does not fulfil a planned one.
pub(super) fn difference(ty: &Type, planned: &Value, applied: &Value) -> Option<Path> {
    let under = |step: Step, ty: &Type, planned: &Value, applied: &Value| {
        let inner = difference(ty, planned, applied)?;
        Some(std::iter::once(step).chain(inner.steps().iter().cloned()).collect())
    };
    match (planned, applied) {
        (Value::Unknown(refinement), applied) => {
            let holds = refinement.as_ref().is_none_or(|refinement| refinement.holds(applied));
            (!holds).then(Path::root)
        }
        // Told as such elsewhere.
        (_, Value::Unknown(_)) => None,
        (Value::Map(planned), Value::Map(applied)) if planned.keys().eq(applied.keys()) => {
            planned.iter().find_map(|(name, value)| under(ty.step(name), ty.entry(name), value, &applied[name]))
        }
        (Value::List(planned), Value::List(applied)) if planned.len() == applied.len() => {
            let mut pairs = planned.iter().zip(applied).enumerate();
            pairs.find_map(|(index, (planned, applied))| under(Step::Index(index), ty.element(index), planned, applied))
        }
        (Value::Set(planned), Value::Set(applied)) => {
            (!set_fulfils(ty.element(0), planned.as_slice(), applied.as_slice())).then(Path::root)
        }
        (Value::Dynamic(planned), Value::Dynamic(applied)) if planned.0 == applied.0 => {
            difference(&planned.0, &planned.1, &applied.1)
        }
        (planned, applied) => (planned != applied).then(Path::root),
    }
}

/// Whether each planned element has an applied one that fulfils it, and each applied one fulfils a planned one.
pub(super) fn set_fulfils(ty: &Type, planned: &[Value], applied: &[Value]) -> bool {
    if planned.iter().all(Value::is_wholly_known) {
        return planned == applied;
    }
    // Elements that are not known yet may turn out equal to others, but they do not become more.
    if applied.len() > planned.len() {
        return false;
    }
    // What is known of every planned element tells which applied ones may fulfil it, so that not all are looked at.
    let certain = certain_attributes(planned);
    let key = |element: &Value| certain.iter().map(|name| element.attribute(name).clone()).collect::<Vec<_>>();
    let mut candidates: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
    for (index, element) in applied.iter().enumerate() {
        candidates.entry(key(element)).or_default().push(index);
    }
    let mut expected = vec![false; applied.len()];
    let mut last = None;
    for element in planned {
        // Equal elements stand side by side, and what fulfils one fulfils all.
        if last.replace(element) == Some(element) {
            continue;
        }
        let mut fulfilled = false;
        for &index in candidates.get(&key(element)).into_iter().flatten() {
            if difference(ty, element, &applied[index]).is_none() {
                (fulfilled, expected[index]) = (true, true);
            }
        }
        if !fulfilled {
            return false;
        }
    }
    expected.into_iter().all(|expected| expected)
}

/// The attributes that are wholly known in every one of these objects; none where they are no objects.
fn certain_attributes(elements: &[Value]) -> Vec<&str> {
    let Some(Value::Map(first)) = elements.first() else { return Vec::new() };
    // An element that is unknown as a whole has no attribute yet.
    let known = |element: &Value, name: &str| element.as_map()?.get(name).filter(|it| it.is_wholly_known()).map(drop);
    let certain = |name: &str| elements.iter().all(|element| known(element, name).is_some());
    first.keys().map(String::as_str).filter(|name| certain(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{ObjectType, Refinement};

    #[test]
    fn sets_keep_their_known_elements() {
        let ty = Type::set(Type::String);
        let planned = Value::set(["a".into(), Value::unknown()]);
        assert_eq!(difference(&ty, &planned, &Value::set(["a".into(), "b".into()])), None);
        assert_eq!(difference(&ty, &planned, &Value::set(["a".into()])), None, "the unknown one turned out equal");
        assert!(difference(&ty, &planned, &Value::set(["b".into(), "c".into()])).is_some());
        assert!(difference(&ty, &planned, &Value::set(["a".into(), "b".into(), "c".into()])).is_some());
    }

    #[test]
    fn an_element_that_nobody_planned_is_found() {
        let ty = Type::set(Type::String);
        let planned = Value::set(["xa".into(), Value::refined(Refinement::prefix("x"))]);
        assert_eq!(difference(&ty, &planned, &Value::set(["xa".into(), "xb".into()])), None);
        assert!(difference(&ty, &planned, &Value::set(["xa".into(), "b".into()])).is_some());
    }

    #[test]
    fn an_element_that_was_unknown_as_a_whole_becomes_any() {
        let attributes = [("name".to_owned(), Type::String)].into();
        let ty = Type::set(Type::Object(ObjectType { attributes, ..ObjectType::default() }));
        let element = |name: &str| Value::object([("name", name.into())]);
        for unknown in [Value::unknown(), Value::refined(Refinement::not_null())] {
            let planned = Value::set([element("a"), unknown]);
            assert_eq!(difference(&ty, &planned, &Value::set([element("a"), element("b")])), None);
            assert!(difference(&ty, &planned, &Value::set([element("b"), element("c")])).is_some());
        }
    }

    #[test]
    fn a_large_set_of_objects_is_compared_in_time() {
        let attributes = [("id".to_owned(), Type::String), ("name".to_owned(), Type::String)].into();
        let ty = Type::set(Type::Object(ObjectType { attributes, ..ObjectType::default() }));
        let element = |number: i64, id: Value| Value::object([("name", format!("{number:05}").into()), ("id", id)]);
        let planned = Value::set((0..20_000).map(|number| element(number, Value::unknown())));
        let applied = |last: i64| {
            let numbers = (0..19_999).chain([last]);
            Value::set(numbers.map(|number| element(number, number.to_string().into())))
        };
        assert_eq!(difference(&ty, &planned, &applied(19_999)), None);
        assert!(difference(&ty, &planned, &applied(20_000)).is_some());
    }
}
