//! Rules for a value by itself.

use tfplugin::schema::Nesting;
use tfplugin::value::{Path, Type, Value};

use super::{Breach, Rule, elements};
use crate::schema::{Attributes, Kind};

/// A state is wholly known.
pub(crate) fn known(ty: &Type, value: &Value) -> Vec<Breach> {
    value.first_unknown(ty).map(|path| Breach::new(Rule::Known, path)).into_iter().collect()
}

/// So is a result that is not stored.
pub(crate) fn result_known(ty: &Type, value: &Value) -> Vec<Breach> {
    known(ty, value).into_iter().map(|breach| Breach { rule: Rule::ResultKnown, ..breach }).collect()
}

/// Nothing that leaves a provider holds a write-only value.
pub(crate) fn without_write_only(attributes: &Attributes, value: &Value) -> Vec<Breach> {
    let mut breaches = Vec::new();
    search(attributes, value, &Path::root(), &mut breaches);
    breaches
}

/// As long as an object lives, its identity is in every answer, and stays what it was. `expected` is what was stored.
pub(crate) fn identity_kept(expected: Option<&Value>, answered: Option<&Value>) -> Vec<Breach> {
    let rule = match (expected, answered) {
        (Some(expected), Some(answered)) if expected != answered => Rule::IdentityChanged,
        (Some(_), None) => Rule::IdentityLost,
        _ => return Vec::new(),
    };
    vec![Breach::whole(rule)]
}

/// An object that exists, of a type with identities, has one that is wholly known and not all null.
pub(crate) fn identity_stored(has_identity: bool, expected: Option<&Value>, answered: Option<&Value>) -> Vec<Breach> {
    let kept = identity_kept(expected, answered);
    if !has_identity || !kept.is_empty() {
        return kept;
    }
    let names = |identity: &Value| {
        identity.is_wholly_known()
            && identity.as_map().is_some_and(|attributes| attributes.values().any(|value| !value.is_null()))
    };
    let rule = match answered {
        None => Rule::IdentityLost,
        Some(identity) if !names(identity) => Rule::IdentityKnown,
        Some(_) => return Vec::new(),
    };
    vec![Breach::whole(rule)]
}

/// Private bytes that were there are in the answer too. Which they are is the provider's own affair.
pub(crate) fn private_kept(before: &[u8], answered: &[u8]) -> Vec<Breach> {
    let lost = !before.is_empty() && answered.is_empty();
    lost.then(|| Breach::whole(Rule::PrivateLost)).into_iter().collect()
}

fn search(attributes: &Attributes, value: &Value, path: &Path, breaches: &mut Vec<Breach>) {
    for (name, attribute) in attributes {
        let (value, path) = (value.attribute(name), path.clone().attribute(name));
        if attribute.write_only && !value.is_null() {
            breaches.push(Breach::new(Rule::WriteOnly, path));
        } else if let Kind::Nested(nesting, nested) = &attribute.kind {
            if *nesting == Nesting::Single {
                search(nested, value, &path, breaches);
                continue;
            }
            for (step, element) in elements(value) {
                search(nested, element, &path.clone().step(step), breaches);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::{nested, required, write_only};

    #[test]
    fn unknowns_are_found() {
        let state = Value::object([("list", Value::List(vec![Value::Null, Value::unknown()]))]);
        let ty = Type::object([("list", Type::list(Type::String))]);
        assert_eq!(known(&ty, &state), [Breach::new(Rule::Known, Path::from("list").index(1))]);
        assert_eq!(result_known(&ty, &state), [Breach::new(Rule::ResultKnown, Path::from("list").index(1))]);
        assert_eq!(known(&ty, &Value::Null), []);
    }

    #[test]
    fn identities_stay() {
        let named = |name: Value| Value::object([("name", name)]);
        let (a, b) = (named("a".into()), named("b".into()));
        let (unknown, empty) = (named(Value::unknown()), named(Value::Null));
        // What was stored, what was answered, and the rules that are broken in a plan and in a state.
        let cases = [
            (None, None, None, Some(Rule::IdentityLost)),
            (None, Some(&a), None, None),
            (None, Some(&unknown), None, Some(Rule::IdentityKnown)),
            (None, Some(&empty), None, Some(Rule::IdentityKnown)),
            (Some(&a), None, Some(Rule::IdentityLost), Some(Rule::IdentityLost)),
            (Some(&a), Some(&a), None, None),
            (Some(&a), Some(&b), Some(Rule::IdentityChanged), Some(Rule::IdentityChanged)),
        ];
        for (expected, answered, in_plan, in_state) in cases {
            let rules = |breaches: Vec<Breach>| breaches.first().map(|breach| breach.rule);
            assert_eq!(rules(identity_kept(expected, answered)), in_plan, "{expected:?} {answered:?}");
            assert_eq!(rules(identity_stored(true, expected, answered)), in_state, "{expected:?} {answered:?}");
        }
        assert_eq!(identity_stored(false, None, None), []);
    }

    #[test]
    fn private_bytes_are_not_lost() {
        assert_eq!(private_kept(b"a", b""), [Breach::whole(Rule::PrivateLost)]);
        assert_eq!(private_kept(b"a", b"b"), []);
        assert_eq!(private_kept(b"", b""), []);
    }

    #[test]
    fn write_only_values_are_found_on_every_level() {
        let element = || [required("name"), write_only("token")];
        let attributes: Attributes = [
            write_only("token"),
            nested("single", Nesting::Single, element()),
            nested("list", Nesting::List, element()),
            nested("map", Nesting::Map, element()),
        ]
        .into();
        let object = |token: Value| Value::object([("name", "x".into()), ("token", token)]);
        let state = |token: &dyn Fn() -> Value| {
            Value::object([
                ("token", token()),
                ("single", object(token())),
                ("list", Value::List(vec![object(Value::Null), object(token())])),
                ("map", Value::object([("k", object(token()))])),
            ])
        };
        let places = |state: &Value| -> Vec<String> {
            without_write_only(&attributes, state).into_iter().map(|breach| breach.path.to_string()).collect()
        };
        assert_eq!(places(&state(&|| Value::Null)), [""; 0]);
        assert_eq!(places(&state(&|| "t".into())), ["list[1].token", "map[\"k\"].token", "single.token", "token"]);
        assert_eq!(places(&state(&Value::unknown)).len(), 4, "an unknown one would become known and stored");
    }
}
