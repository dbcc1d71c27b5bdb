//! Rules for two values of which the later must fulfil the earlier: a plan and what was applied, or the plan that was
//! shown and the one that is made again at apply time.

use tfplugin::value::{Path, Step, Type, Value};

use super::{Breach, Rule};

/// Where `actual` does not fulfil `planned`. What was known stays; what was unknown obeys what was said of it.
///
/// `rule` is the rule that a changed value breaks.
pub(crate) fn compatible(ty: &Type, planned: &Value, actual: &Value, rule: Rule) -> Vec<Breach> {
    let mut breaches = Vec::new();
    compare(Some(ty), planned, actual, &Path::root(), rule, &mut breaches);
    breaches
}

/// The first place where a value differs from a wholly known one.
pub(crate) fn difference(ty: &Type, known: &Value, other: &Value) -> Option<Path> {
    if known == other {
        return None;
    }
    let first = compatible(ty, known, other, Rule::Applied).into_iter().next();
    Some(first.map_or_else(Path::root, |breach| breach.path))
}

/// The type is that of the place in the schema; `None` for what no type of a schema leads to.
fn compare(ty: Option<&Type>, planned: &Value, actual: &Value, path: &Path, rule: Rule, breaches: &mut Vec<Breach>) {
    match (planned, actual) {
        // Unknown or null where the type itself is open: the type may still become any.
        (Value::Unknown(_) | Value::Null, _) if ty == Some(&Type::Dynamic) => {}
        (Value::Unknown(Some(refinement)), actual) if !actual.is_unknown() && !refinement.holds(actual) => {
            let rule = if rule == Rule::Applied { Rule::AppliedRefinement } else { rule };
            breaches.push(Breach::new(rule, path.clone()));
        }
        (Value::Unknown(_), _) => {}
        (Value::Dynamic(planned), Value::Dynamic(actual)) if planned.0 == actual.0 => {
            compare(Some(&planned.0), &planned.1, &actual.1, path, rule, breaches);
        }
        (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                let ty = ty.and_then(|ty| element_type(ty, index));
                compare(ty, planned, actual, &path.clone().index(index), rule, breaches);
            }
        }
        (Value::Map(planned), Value::Map(actual)) if planned.keys().eq(actual.keys()) => {
            for (name, planned) in planned {
                let step = entry_step(ty, name);
                let ty = ty.and_then(|ty| entry_type(ty, name));
                compare(ty, planned, &actual[name], &path.clone().step(step), rule, breaches);
            }
        }
        (Value::Set(planned), Value::Set(actual)) => {
            let element = ty.and_then(|ty| element_type(ty, 0));
            if !correlate(element, planned.as_slice(), actual.as_slice(), rule) {
                breaches.push(Breach::new(rule, path.clone()));
            }
        }
        (planned, actual) if planned == actual => {}
        _ => breaches.push(Breach::new(rule, path.clone())),
    }
}

/// Elements of a set have no names. Each planned one needs an actual one that fulfils it, and the other way about; when
/// unknown ones turn out equal there are fewer, but never more.
fn correlate(element: Option<&Type>, planned: &[Value], actual: &[Value], rule: Rule) -> bool {
    let fulfils = |planned: &Value, actual: &Value| {
        let mut breaches = Vec::new();
        compare(element, planned, actual, &Path::root(), rule, &mut breaches);
        breaches.is_empty()
    };
    planned.iter().all(|planned| actual.iter().any(|actual| fulfils(planned, actual)))
        && actual.iter().all(|actual| planned.iter().any(|planned| fulfils(planned, actual)))
        && actual.len() <= planned.len()
}

fn element_type(ty: &Type, index: usize) -> Option<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) => Some(element),
        Type::Tuple(elements) => elements.get(index),
        _ => None,
    }
}

fn entry_type<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match ty {
        Type::Map(element) => Some(element),
        Type::Object(object) => object.attributes.get(name),
        _ => None,
    }
}

fn entry_step(ty: Option<&Type>, name: &str) -> Step {
    match ty {
        Some(Type::Map(_)) => Step::Key(name.to_owned()),
        _ => Step::Attribute(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::value::{Bound, Refinement};

    use super::*;

    fn types() -> Type {
        Type::object([
            ("text", Type::String),
            ("any", Type::Dynamic),
            ("list", Type::list(Type::String)),
            ("map", Type::map(Type::String)),
            ("set", Type::set(Type::object([("name", Type::String), ("id", Type::String)]))),
        ])
    }

    fn with(name: &str, value: Value) -> Value {
        let nulls = ["text", "any", "list", "map", "set"].map(|name| (name, Value::Null));
        Value::object(nulls.into_iter().chain([(name, value)]))
    }

    fn any(ty: Type, value: Value) -> Value {
        Value::Dynamic(Box::new((ty, value)))
    }

    fn element(name: &str, id: Value) -> Value {
        Value::object([("name", name.into()), ("id", id)])
    }

    fn map(entries: &[(&str, &str)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())
    }

    #[test]
    fn what_was_known_stays_and_what_was_unknown_becomes_anything_allowed() {
        let prefix = || Value::refined(Refinement::prefix("a:"));
        let positive =
            Refinement { lower: Some(Bound { number: 1_i64.into(), inclusive: true }), ..Refinement::default() };
        let list = |elements: &[&str]| Value::List(elements.iter().map(|text| Value::from(*text)).collect());
        // Attribute, planned, applied, the place of the breach.
        let cases = [
            ("text", "a".into(), "a".into(), None),
            ("text", "a".into(), "b".into(), Some("text")),
            ("text", "a".into(), Value::Null, Some("text")),
            ("text", "a".into(), Value::unknown(), Some("text")),
            ("text", Value::Null, "a".into(), Some("text")),
            ("text", Value::unknown(), Value::Null, None),
            ("text", Value::unknown(), Value::unknown(), None),
            ("text", prefix(), "a:b".into(), None),
            ("text", prefix(), "b".into(), Some("text")),
            ("text", prefix(), Value::Null, Some("text")),
            ("text", prefix(), Value::unknown(), None),
            ("any", Value::unknown(), any(Type::Bool, true.into()), None),
            ("any", Value::Null, any(Type::Bool, true.into()), None),
            ("any", any(Type::Bool, Value::Null), any(Type::Bool, true.into()), Some("any")),
            ("any", any(Type::Bool, true.into()), any(Type::String, "true".into()), Some("any")),
            ("any", any(Type::Number, Value::refined(positive.clone())), any(Type::Number, 1_i64.into()), None),
            ("any", any(Type::Number, Value::refined(positive)), any(Type::Number, 0_i64.into()), Some("any")),
            ("list", list(&["a", "b"]), list(&["a", "c"]), Some("list[1]")),
            ("list", list(&["a"]), list(&["a", "b"]), Some("list")),
            ("list", Value::List(vec![Value::unknown()]), list(&["a"]), None),
            ("map", map(&[("k", "a")]), map(&[("k", "b")]), Some("map[\"k\"]")),
            ("map", map(&[("k", "a")]), map(&[]), Some("map")),
        ];
        for (name, planned, applied, expected) in cases {
            let breaches = compatible(&types(), &with(name, planned), &with(name, applied), Rule::Applied);
            let places: Vec<String> = breaches.iter().map(|breach| breach.path.to_string()).collect();
            assert_eq!(places, expected.into_iter().collect::<Vec<_>>(), "{name}: {breaches:?}");
        }
    }

    #[test]
    fn elements_of_sets_are_found_by_what_is_known_of_them() {
        let planned = || Value::set([element("a", Value::unknown()), element("b", Value::unknown())]);
        let cases = [
            (vec![element("a", "1".into()), element("b", "2".into())], true),
            (vec![element("a", "1".into()), element("c", "2".into())], false),
            (vec![element("a", "1".into())], false),
            (vec![element("a", "1".into()), element("a", "2".into()), element("b", "3".into())], false),
        ];
        for (applied, expected) in cases {
            let applied = with("set", Value::set(applied));
            let breaches = compatible(&types(), &with("set", planned()), &applied, Rule::Applied);
            assert_eq!(breaches.is_empty(), expected, "{applied:?}");
        }
        let one = Value::set([Value::unknown(), "a".into()]);
        let set = Type::set(Type::String);
        assert!(compatible(&set, &one, &Value::set(["a".into()]), Rule::Applied).is_empty(), "both became equal");
    }

    #[test]
    fn the_broken_rule_is_named() {
        let planned = with("text", Value::refined(Refinement::not_null()));
        let rule = |rule| compatible(&types(), &planned, &with("text", Value::Null), rule)[0].rule;
        assert_eq!(rule(Rule::Applied), Rule::AppliedRefinement);
        assert_eq!(rule(Rule::FinalPlan), Rule::FinalPlan);
        assert_eq!(compatible(&types(), &planned, &Value::Null, Rule::Applied), [Breach::whole(Rule::Applied)]);
    }

    #[test]
    fn the_first_difference_is_found() {
        let known = with("text", "a".into());
        assert_eq!(difference(&types(), &known, &known), None);
        assert_eq!(difference(&types(), &known, &with("text", Value::unknown())), Some("text".into()));
        let other = with("any", any(Type::Bool, true.into()));
        assert_eq!(difference(&types(), &with("any", Value::Null), &other), Some(Path::root()), "an open type");
    }
}
