//! Terraform's rules for what a provider answers, held before anything leaves.
//!
//! Hosts enforce them too, but blame in words that leave a user puzzled. Messages here never show values: they may be
//! secret.

use std::collections::BTreeMap;

use super::difference::{difference, set_fulfils};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::IdentitySchema;
use crate::resource::erased::breach;
use crate::schema::{Attribute, Attributes, Kind, Nesting, Schema};
use crate::value::{Path, Step, Type, Value};

/// Write-only attributes that are set although the host would store them.
pub(super) fn refused_write_only(schema: &Schema, config: &Value) -> Diagnostics {
    let refuse = |path: Path| {
        Diagnostic::error(
            "Write-only attribute not supported",
            format!(
                "This version of Terraform or OpenTofu would store `{path}`, which must not be stored. Use Terraform \
                 1.11, OpenTofu 1.11 or newer, or leave it out."
            ),
        )
        .at(path)
    };
    write_only_set(schema.attributes(), config, &Path::root()).into_iter().map(refuse).collect()
}

/// The write-only attributes that have a value. Hosts allow none in sets.
fn write_only_set(attributes: &Attributes, object: &Value, path: &Path) -> Vec<Path> {
    let mut found = Vec::new();
    for (name, attribute) in attributes {
        let (value, path) = (object.attribute(name), path.clone().attribute(name));
        if attribute.is_write_only() {
            found.extend((!value.is_null()).then_some(path));
        } else if let Kind::Nested(_, nested) = attribute.kind() {
            match value {
                Value::Map(_) if matches!(attribute.kind(), Kind::Nested(Nesting::Single, _)) => {
                    found.extend(write_only_set(nested, value, &path));
                }
                Value::Map(values) => {
                    values.iter().for_each(|(key, v)| found.extend(write_only_set(nested, v, &path.clone().key(key))));
                }
                Value::List(values) => values
                    .iter()
                    .enumerate()
                    .for_each(|(index, v)| found.extend(write_only_set(nested, v, &path.clone().index(index)))),
                _ => {}
            }
        }
    }
    found
}

/// The configuration with everything that the provider would compute unknown.
pub(super) fn all_computed_unknown(schema: &Schema, mut config: Value) -> Value {
    if let Value::Map(values) = &mut config {
        for (name, attribute) in schema.attributes() {
            if let Some(value) = values.get_mut(name).filter(|value| value.is_null() && attribute.is_computed()) {
                *value = Value::unknown();
            }
        }
    }
    config
}

/// Makes null what is still unknown.
pub(super) fn settle(value: &mut Value) {
    match value {
        Value::Unknown(_) => *value = Value::Null,
        Value::List(values) => values.iter_mut().for_each(settle),
        Value::Map(values) => values.values_mut().for_each(settle),
        Value::Set(values) => {
            *values = std::mem::take(values)
                .into_iter()
                .map(|mut value| {
                    settle(&mut value);
                    value
                })
                .collect();
        }
        Value::Dynamic(typed) => settle(&mut typed.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Makes a state fit its plan where it does not: what was planned takes the place of what differs or is missing, and null
/// that of what is still unknown. Only where more was said of a value than that it is unknown may null not fit.
pub(super) fn adjust(ty: &Type, planned: &Value, state: &mut Value) {
    match (planned, &mut *state) {
        (Value::Map(planned), Value::Map(state)) => {
            let mut reached = std::mem::take(state);
            for (name, planned) in planned {
                let mut value = reached.remove(name).unwrap_or_else(|| planned.clone());
                adjust(ty.entry(name), planned, &mut value);
                state.insert(name.clone(), value);
            }
        }
        (Value::List(planned), Value::List(state)) if planned.len() == state.len() => {
            for (index, (planned, state)) in planned.iter().zip(state).enumerate() {
                adjust(ty.element(index), planned, state);
            }
        }
        (Value::List(planned), Value::List(state)) => {
            let (mut found, mut others) = fulfilling(ty, planned, std::mem::take(state));
            // One that fulfils nothing may still be on its way to what is planned in its place.
            found.iter_mut().zip(&mut others).filter(|(found, _)| found.is_none()).for_each(|(found, other)| {
                *found = other.take();
            });
            *state = adjusted(ty, planned, found).collect();
        }
        (Value::Set(planned), Value::Set(state))
            if !set_fulfils(ty.element(0), planned.as_slice(), state.as_slice()) =>
        {
            let planned = planned.as_slice();
            let (found, _) = fulfilling(ty, planned, std::mem::take(state));
            *state = adjusted(ty, planned, found).collect();
        }
        (Value::Unknown(_), _) => {}
        (planned, state) if state.is_unknown() || difference(ty, planned, state).is_some() => *state = planned.clone(),
        _ => {}
    }
    settle(state);
}

/// For each planned element the one that fulfils it, and what is left in its places.
fn fulfilling(
    ty: &Type,
    planned: &[Value],
    state: impl IntoIterator<Item = Value>,
) -> (Vec<Option<Value>>, Vec<Option<Value>>) {
    let mut others: Vec<Option<Value>> = state.into_iter().map(Some).collect();
    let find = |(index, planned): (usize, &Value)| {
        let fulfils = |value: &Value| difference(ty.element(index), planned, value).is_none();
        others.iter_mut().find(|value| value.as_ref().is_some_and(fulfils))?.take()
    };
    (planned.iter().enumerate().map(find).collect(), others)
}

/// What was found for each planned element, made to fit; the planned one where nothing was.
fn adjusted(ty: &Type, planned: &[Value], found: Vec<Option<Value>>) -> impl Iterator<Item = Value> {
    planned.iter().zip(found).enumerate().map(|(index, (planned, found))| {
        let mut value = found.unwrap_or_else(|| planned.clone());
        adjust(ty.element(index), planned, &mut value);
        value
    })
}

/// Takes write-only values out of a state, whatever else is wrong with it: they must never leave.
pub(super) fn scrub(attributes: &Attributes, state: &mut Value) {
    let Value::Map(values) = state else { return };
    for (name, attribute) in attributes {
        let Some(value) = values.get_mut(name) else { continue };
        match attribute.kind() {
            _ if attribute.is_write_only() => *value = Value::Null,
            Kind::Nested(Nesting::Single, nested) => scrub(nested, value),
            Kind::Nested(_, nested) => match value {
                Value::List(values) => values.iter_mut().for_each(|value| scrub(nested, value)),
                Value::Map(values) => values.values_mut().for_each(|value| scrub(nested, value)),
                _ => {}
            },
            Kind::Value(_) => {}
        }
    }
}

/// Puts something else in place of what is not of its attribute's type and so cannot be written: what was planned, or null.
pub(super) fn mend(type_name: &str, schema: &Schema, planned: &Value, state: &mut Value) -> Diagnostics {
    let mut report = Diagnostics::new();
    if state.as_map().is_some() && state.to_msgpack(schema.object_type()).is_ok() {
        return report;
    }
    // That it is no object is told elsewhere.
    let is_object = state.as_map().is_some();
    let mut answered = match std::mem::replace(state, Value::Null) {
        Value::Map(answered) => answered,
        _ => BTreeMap::new(),
    };
    let mended = schema.attributes().iter().map(|(name, attribute)| {
        let ty = attribute.value_type();
        let value = match answered.remove(name) {
            Some(value) if value.to_msgpack(&ty).is_ok() => value,
            _ => {
                if is_object {
                    let problem = format!("the value of `{name}` cannot be written in a state.");
                    report.push(breach(type_name, problem).at(name.as_str()));
                }
                let mut instead = planned.attribute(name).clone();
                settle(&mut instead);
                if instead.to_msgpack(&ty).is_ok() { instead } else { Value::Null }
            }
        };
        (name.as_str(), value)
    });
    *state = Value::object(mended);
    report
}

/// A state is an object, is wholly known, and holds no write-only value.
pub(super) fn check_state(type_name: &str, schema: &Schema, state: &Value) -> Diagnostics {
    let mut report = Diagnostics::new();
    if state.as_map().is_none() {
        report.push(breach(type_name, "it answered no object."));
    }
    if let Some(path) = state.first_unknown(schema.object_type()) {
        report.push(breach(type_name, format!("`{path}` is still unknown in a state.")).at(path));
    }
    for path in write_only_set(schema.attributes(), state, &Path::root()) {
        report.push(breach(type_name, format!("the write-only `{path}` is in the state.")).at(path));
    }
    report
}

/// Whether an identity leaves something out, as that of a state does which says only what a read needs. The read would
/// be refused for filling it in.
pub(super) fn is_sparse(identity: &Value) -> bool {
    identity.as_map().is_some_and(|attributes| attributes.values().any(Value::is_null))
}

/// An identity can be written, is wholly known and complete, and stays the same as long as the object lives; a state from
/// before it had one gets one.
pub(super) fn check_identity(
    type_name: &str,
    schema: &IdentitySchema,
    prior: Option<&Value>,
    identity: Option<&Value>,
) -> Diagnostics {
    let Some(identity) = identity else { return Diagnostics::new() };
    let ty = schema.object_type();
    let is_missing = |name: &str| identity.attribute(name).is_null();
    let missing =
        schema.attributes().iter().find(|(name, attribute)| attribute.required_for_import && is_missing(name));
    let problem = if let Some(path) = identity.first_unknown(&ty) {
        format!("`{path}` of its identity is unknown.")
    } else if let Err(error) = identity.to_msgpack(&ty) {
        format!("its identity cannot be written: {error}.")
    } else if let Some((name, _)) = missing {
        format!("`{name}` of its identity is null.")
    } else if prior.is_some_and(|prior| prior != identity) {
        "the identity of an object changed.".to_owned()
    } else {
        return Diagnostics::new();
    };
    breach(type_name, problem).into()
}

/// What a data source or an ephemeral resource answers is of its type and wholly known, with what is configured
/// unchanged and nothing chosen but what is computed.
pub(super) fn check_read(type_name: &str, schema: &Schema, config: &Value, state: &Value) -> Diagnostics {
    let mut report = check_state(type_name, schema, state);
    if let Err(error) = state.to_msgpack(schema.object_type()) {
        report.extend(Diagnostics::from(error));
    } else if state.as_map().is_some() {
        report.extend(check_planned(type_name, schema, config, None, state));
    }
    report
}

/// A replacement is asked for because of a place that the schema has; a value need not be there.
pub(super) fn check_replacements(type_name: &str, schema: &Schema, paths: &[Path]) -> Diagnostics {
    let is_place = |path: &Path| !path.is_root() && leads_somewhere(schema.object_type(), path.steps());
    let unknown = paths.iter().filter(|path| !is_place(path));
    unknown
        .map(|path| breach(type_name, format!("it asks for replacement because of `{path}`, which it does not have.")))
        .collect()
}

fn leads_somewhere(ty: &Type, steps: &[Step]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    match (ty, step) {
        (Type::Object(object), Step::Attribute(name)) => {
            object.attributes.get(name).is_some_and(|ty| leads_somewhere(ty, rest))
        }
        (Type::List(element), Step::Index(_))
        | (Type::Map(element), Step::Key(_))
        | (Type::Set(element), Step::Element(_)) => leads_somewhere(element, rest),
        (Type::Tuple(elements), Step::Index(index)) => elements.get(*index).is_some_and(|ty| leads_somewhere(ty, rest)),
        (Type::Dynamic, _) => true,
        _ => false,
    }
}

/// A plan keeps what is configured and chooses only what is computed.
pub(super) fn check_planned(
    type_name: &str,
    schema: &Schema,
    config: &Value,
    prior: Option<&Value>,
    planned: &Value,
) -> Diagnostics {
    let mut report = Diagnostics::new();
    planned_element(schema.attributes(), config, prior, planned, Path::root(), &mut |path: Path, problem: &str| {
        let what = if path.is_root() { "the object".to_owned() } else { format!("`{path}`") };
        report.push(breach(type_name, format!("{what} {problem}.")).at(path));
    });
    report
}

fn planned_object(
    attributes: &Attributes,
    config: &Value,
    prior: Option<&Value>,
    planned: &Value,
    path: &Path,
    report: &mut dyn FnMut(Path, &str),
) {
    for (name, attribute) in attributes {
        let prior = prior.map(|prior| prior.attribute(name)).filter(|prior| !prior.is_null());
        let path = path.clone().attribute(name);
        planned_attribute(attribute, config.attribute(name), prior, planned.attribute(name), path, report);
    }
}

/// The object, or one of several nested ones. One that is null or unknown as a whole is planned so.
fn planned_element(
    attributes: &Attributes,
    config: &Value,
    prior: Option<&Value>,
    planned: &Value,
    path: Path,
    report: &mut dyn FnMut(Path, &str),
) {
    match (config, planned) {
        (Value::Map(_), Value::Map(_)) => planned_object(attributes, config, prior, planned, &path, report),
        (config, planned) if config == planned => {}
        _ => report(path, "is there where none is configured, or missing where one is"),
    }
}

fn planned_attribute(
    attribute: &Attribute,
    config: &Value,
    prior: Option<&Value>,
    planned: &Value,
    path: Path,
    report: &mut dyn FnMut(Path, &str),
) {
    if attribute.is_write_only() {
        if !planned.is_null() {
            report(path, "is write-only, so it must be null");
        }
        return;
    }
    if planned == config || (config.is_null() && attribute.is_computed()) {
        return;
    }
    if config.is_null() {
        return report(path, "is neither configured nor computed, so it must be null");
    }
    if prior.is_some_and(|prior| prior == planned) && attribute.same(config, planned) {
        return;
    }
    let Kind::Nested(nesting, nested) = attribute.kind() else {
        return report(path, "is configured, so it must be as configured");
    };
    match (nesting, config, planned) {
        (Nesting::Single, Value::Map(_), Value::Map(_)) => {
            planned_object(nested, config, prior, planned, &path, report);
        }
        (Nesting::List, Value::List(config), Value::List(planned)) if config.len() == planned.len() => {
            let prior = |index| match prior {
                Some(Value::List(prior)) => prior.get(index),
                _ => None,
            };
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                planned_element(nested, config, prior(index), planned, path.clone().index(index), report);
            }
        }
        (Nesting::Map, Value::Map(config), Value::Map(planned)) if config.keys().eq(planned.keys()) => {
            for (key, config) in config {
                let prior = prior.and_then(Value::as_map).and_then(|prior| prior.get(key));
                planned_element(nested, config, prior, &planned[key], path.clone().key(key), report);
            }
        }
        (Nesting::Set, Value::Set(config), Value::Set(planned))
            if set_keeps(nested, config.as_slice(), planned.as_slice()) => {}
        _ => report(path, "is configured, so it must have the elements that are configured"),
    }
}

/// Whether a planned set has as many elements as the configured one, and each may be what came of a configured one, and
/// the other way round. Which came of which cannot be told.
fn set_keeps(nested: &Attributes, config: &[Value], planned: &[Value]) -> bool {
    let could_be = |config: &Value, planned: &Value| {
        let mut keeps = true;
        // Nor whether a spelling that means the same was there before.
        planned_element(nested, config, Some(planned), planned, Path::root(), &mut |_, _| keeps = false);
        keeps
    };
    // What must be just as configured tells which elements may belong together, so that not all are compared.
    let is_fixed = |attribute: &Attribute| {
        !attribute.is_computed() && !attribute.has_spellings() && matches!(attribute.kind(), Kind::Value(_))
    };
    let fixed: Vec<&String> = nested.iter().filter(|(_, it)| is_fixed(it)).map(|(name, _)| name).collect();
    let key = |element| fixed.iter().map(|name| Value::attribute(element, name)).collect::<Vec<_>>();
    let mut groups: BTreeMap<Vec<&Value>, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
    config.iter().for_each(|element| groups.entry(key(element)).or_default().0.push(element));
    planned.iter().for_each(|element| groups.entry(key(element)).or_default().1.push(element));
    config.len() == planned.len()
        && groups.values().all(|(config, planned)| {
            // Mostly they are in the same order, and then large sets cost no comparison of each with each.
            let in_order = || config.iter().zip(planned).all(|(config, planned)| could_be(config, planned));
            if config.len() == planned.len() && in_order() {
                return true;
            }
            config.iter().all(|config| planned.iter().any(|planned| could_be(config, planned)))
                && planned.iter().all(|planned| config.iter().any(|config| could_be(config, planned)))
        })
}

/// What is applied is what was planned, and wholly known.
pub(super) fn check_applied(type_name: &str, schema: &Schema, planned: &Value, applied: &Value) -> Diagnostics {
    let mut report = check_state(type_name, schema, applied);
    if applied.as_map().is_none() {
        return report;
    }
    if let Some(path) = difference(schema.object_type(), planned, applied) {
        report.push(breach(type_name, format!("`{path}` is not what was planned.")).at(path));
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Equality, list_of, map_of, object, set_of, string};
    use crate::value::Refinement;

    fn schema() -> Schema {
        Schema::new("")
            .required("name", string(""))
            .optional("note", string(""))
            .optional("token", string("").write_only())
            .computed("id", string(""))
            .optional("items", list_of(Schema::new("").required("a", string("")).computed("b", string("")), ""))
    }

    fn value(attributes: &[(&str, Value)]) -> Value {
        let nulls = ["name", "note", "token", "id", "items"].map(|name| (name, Value::Null));
        Value::object(nulls.into_iter().chain(attributes.iter().cloned()))
    }

    fn places(report: &Diagnostics) -> Vec<String> {
        report.iter().map(|d| d.path.as_ref().map(ToString::to_string).unwrap_or_default()).collect()
    }

    #[test]
    fn plans_that_break_the_rules_are_found() {
        let item = |a: &str, b: Value| Value::object([("a", Value::from(a)), ("b", b)]);
        let config =
            value(&[("name", "x".into()), ("token", "t".into()), ("items", Value::List(vec![item("1", Value::Null)]))]);
        let good = value(&[
            ("name", "x".into()),
            ("id", Value::unknown()),
            ("items", Value::List(vec![item("1", Value::unknown())])),
        ]);
        assert!(check_planned("t", &schema(), &config, None, &good).is_empty());
        let bad = value(&[
            ("name", "y".into()),
            ("note", "made up".into()),
            ("token", "t".into()),
            ("items", Value::List(vec![item("2", Value::Null)])),
        ]);
        let report = check_planned("t", &schema(), &config, None, &bad);
        assert_eq!(places(&report), ["items[0].a", "name", "note", "token"]);
    }

    /// Elements that nothing but a spelling tells apart, and that have a default.
    #[test]
    fn a_large_set_is_not_compared_each_with_each() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};

        const ELEMENTS: usize = 1_000;
        let comparisons = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&comparisons);
        let folded = Equality::new(move |left, right| {
            counted.fetch_add(1, Ordering::Relaxed);
            left.as_str().map(str::to_lowercase) == right.as_str().map(str::to_lowercase)
        });
        let element = Schema::new("")
            .required("email", string("").equal_when(folded))
            .optional("role", string("").default("member"));
        let schema = Schema::new("").optional("people", set_of(element, ""));
        let people = |role: &Value| {
            let person = |number| Value::object([("email", format!("{number}@x").into()), ("role", role.clone())]);
            Value::object([("people", Value::set((0..ELEMENTS).map(person)))])
        };
        let (config, planned) = (people(&Value::Null), people(&"member".into()));
        assert!(check_planned("t", &schema, &config, Some(&planned), &planned).is_empty());
        let comparisons = comparisons.load(Ordering::Relaxed);
        assert!(comparisons < 20 * ELEMENTS, "{comparisons}");
    }

    #[test]
    fn a_replacement_for_a_place_that_no_value_can_have_is_found() {
        let items = || Path::from("items");
        let paths = [
            "name".into(),
            items(),
            items().index(3).attribute("a"),
            items().index(0).attribute("typo"),
            items().attribute("a"),
            items().key("a"),
            "name".parse::<Path>().unwrap().index(0),
            "typo".into(),
            Path::root(),
        ];
        let details: Vec<_> =
            check_replacements("t", &schema(), &paths).into_iter().map(|diagnostic| diagnostic.detail).collect();
        assert_eq!(details.len(), 6, "{details:?}");
        assert!(details[0].contains("`items[0].typo`"), "{details:?}");
    }

    #[test]
    fn a_read_fills_in_what_is_computed_at_any_depth_and_changes_nothing_else() {
        let element = || Schema::new("").required("a", string("")).computed("b", string(""));
        let schema = Schema::new("")
            .optional("one", object(element(), ""))
            .optional("list", list_of(element(), ""))
            .optional("map", map_of(element(), ""))
            .optional("set", set_of(element(), ""));
        let item = |a: &str, b: Value| Value::object([("a", a.into()), ("b", b)]);
        let holder = |item: &Value| {
            let (one, two) = (|| item.clone(), || Value::Null);
            Value::object([
                ("one", one()),
                ("list", Value::List(vec![two(), one()])),
                ("map", Value::object([("k", one())])),
                ("set", Value::set([one()])),
            ])
        };
        let config = holder(&item("1", Value::Null));
        let read = |state: &Value| places(&check_read("t", &schema, &config, state));
        assert!(read(&holder(&item("1", "2".into()))).is_empty());
        assert_eq!(read(&holder(&item("x", "2".into()))), ["list[1].a", "map[\"k\"].a", "one.a", "set"]);
        assert_eq!(read(&holder(&Value::Null)), ["list[1]", "map[\"k\"]", "one", "set"]);
        let nulls = ["list", "map", "set"].map(|name| (name, Value::Null));
        let empty = Value::object([("one", item("1", Value::Null))].into_iter().chain(nulls));
        assert_eq!(read(&empty), ["list", "map", "set"]);
    }

    #[test]
    fn an_element_that_is_null_or_unknown_is_planned_so() {
        let items = |item: &Value| value(&[("name", "x".into()), ("items", Value::List(vec![item.clone()]))]);
        let whole = Value::object([("a", "1".into()), ("b", Value::unknown())]);
        let empty = Value::object([("a", Value::Null), ("b", Value::Null)]);
        // Configured, planned, and whether that is right.
        let cases = [
            (Value::unknown(), Value::unknown(), true),
            (Value::Null, Value::Null, true),
            (Value::unknown(), empty.clone(), false),
            (Value::Null, empty, false),
            (whole.clone(), Value::unknown(), false),
            (whole, Value::Null, false),
        ];
        for (config, planned, right) in cases {
            let report = check_planned("t", &schema(), &items(&config), None, &items(&planned));
            let expected: &[&str] = if right { &[] } else { &["items[0]"] };
            assert_eq!(places(&report), expected, "{config:?} {planned:?}");
        }
    }

    #[test]
    fn a_planned_set_has_the_configured_elements_and_chooses_what_is_computed() {
        let folded = Equality::text(|left, right| left.to_lowercase() == right.to_lowercase());
        let element = Schema::new("")
            .computed("at", string(""))
            .required("name", string(""))
            .optional("role", string("").default("member"))
            .optional("team", string("").equal_when(folded));
        let schema = Schema::new("").optional("set", crate::schema::set_of(element, ""));
        let element = |name: &str, at: Value, role: Value, team: &str| {
            Value::object([("name", name.into()), ("at", at), ("role", role), ("team", team.into())])
        };
        let set = |elements: Vec<Value>| Value::object([("set", Value::set(elements))]);
        let config = set(vec![
            element("a", Value::Null, Value::Null, "T"),
            element("b", Value::Null, "admin".into(), "T"),
            Value::unknown(),
        ]);
        // In another order, as what is computed is a part of it.
        let good = || {
            vec![
                element("b", "1".into(), "admin".into(), "t"),
                element("a", "2".into(), "member".into(), "T"),
                Value::unknown(),
            ]
        };
        let report = |elements| check_planned("t", &schema, &config, None, &set(elements));
        assert!(report(good()).is_empty(), "{:?}", report(good()));
        let bad = [
            element("c", "1".into(), "admin".into(), "T"),
            element("b", "1".into(), "member".into(), "T"),
            element("b", "1".into(), "admin".into(), "U"),
            Value::unknown(),
        ];
        for bad in bad {
            let mut elements = good();
            elements[0] = bad;
            assert_eq!(places(&report(elements)), ["set"]);
        }
        assert_eq!(places(&report(good()[..2].to_vec())), ["set"]);
    }

    #[test]
    fn a_prior_value_stands_in_only_for_what_means_the_same() {
        let config = value(&[("name", "new".into())]);
        let prior = value(&[("name", "old".into())]);
        let report = check_planned("t", &schema(), &config, Some(&prior), &prior);
        assert_eq!(places(&report), ["name"]);
    }

    #[test]
    fn applied_values_fulfil_the_plan() {
        let planned = value(&[("name", "x".into()), ("id", Value::refined(Refinement::prefix("federated:")))]);
        let applied = |name: &str, id: Value| value(&[("name", name.into()), ("id", id)]);
        let cases = [
            (applied("x", "federated:1".into()), vec![]),
            (applied("y", "federated:1".into()), vec!["name"]),
            (applied("x", "1".into()), vec!["id"]),
            (applied("x", Value::Null), vec!["id"]),
            (applied("x", Value::unknown()), vec!["id"]),
        ];
        for (applied, expected) in cases {
            let mut found = places(&check_applied("t", &schema(), &planned, &applied));
            found.dedup();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_was_reached_of_a_collection_stays_where_elements_are_missing() {
        let element = || Schema::new("").required("name", string("")).computed("id", string(""));
        let schema = Schema::new("")
            .optional("list", list_of(element(), ""))
            .optional("map", map_of(element(), ""))
            .optional("set", set_of(element(), ""))
            .optional("tags", crate::schema::set(Type::String, ""));
        let element = |name: &str, id: Value| Value::object([("name", name.into()), ("id", id)]);
        let holder = |elements: &[Value]| {
            let keys = (0..).map(|number: usize| &["a", "b", "c", "d"][number]);
            Value::object([
                ("list", Value::List(elements.to_vec())),
                ("map", Value::object(keys.copied().zip(elements.iter().cloned()))),
                ("set", Value::set(elements.to_vec())),
                ("tags", Value::set(elements.iter().map(|element| element.attribute("name").clone()))),
            ])
        };
        let made = |name: &str, id: &str| element(name, id.into());
        let planned = holder(&["x", "y", "z"].map(|name| element(name, Value::unknown())));
        let adjusted = |mut state: Value| {
            adjust(schema.object_type(), &planned, &mut state);
            assert!(check_applied("t", &schema, &planned, &state).is_empty(), "{state:?}");
            state
        };
        let missing = || element("z", Value::Null);
        let two = [made("x", "1"), made("y", "2")];
        let expected = holder(&[made("x", "1"), made("y", "2"), missing()]);
        assert!(adjusted(holder(&two)) == expected, "{:?}", adjusted(holder(&two)));
        // What nobody planned goes, and each id stays with its name.
        let more = [made("x", "1"), made("y", "2"), element("z", Value::unknown()), made("w", "4")];
        assert!(adjusted(holder(&more)) == expected, "{:?}", adjusted(holder(&more)));
        // Elements that were not known turned out equal.
        let unknown = |count| Value::object([("tags", Value::set(vec![Value::unknown(); count]))]);
        let mut equal = Value::object([("tags", Value::set(["x".into()]))]);
        let whole = equal.clone();
        adjust(schema.object_type(), &unknown(2), &mut equal);
        assert!(equal == whole, "{equal:?}");
        let list = |state: &[Value]| adjusted(holder(state)).attribute("list").clone();
        let shifted = Value::List(vec![element("x", Value::Null), made("y", "2"), made("z", "3")]);
        assert!(list(&[made("y", "2"), made("z", "3")]) == shifted);
        let draft = Value::List(vec![made("x", "1"), made("y", "2"), missing()]);
        assert!(list(&[made("draft", "1"), made("y", "2")]) == draft, "one that is on its way");
    }

    #[test]
    fn a_path_into_a_map_has_a_key() {
        let schema = Schema::new("").optional("labels", crate::schema::map(Type::String, ""));
        let labels = |value: Value| Value::object([("labels", Value::object([("env", value)]))]);
        assert_eq!(places(&check_state("t", &schema, &labels(Value::unknown()))), ["labels[\"env\"]"]);
        let report = check_applied("t", &schema, &labels("a".into()), &labels("b".into()));
        assert_eq!(places(&report), ["labels[\"env\"]"]);
    }

    #[test]
    fn write_only_values_are_found_at_any_depth() {
        let nested = Schema::new("").optional("secret", string("").write_only());
        let schema = Schema::new("").optional("token", string("").write_only()).optional("items", list_of(nested, ""));
        let item = |secret: Value| Value::object([("secret", secret)]);
        let config = Value::object([
            ("token", Value::from("a")),
            ("items", Value::List(vec![item(Value::Null), item("b".into())])),
        ]);
        assert_eq!(places(&refused_write_only(&schema, &config)), ["items[1].secret", "token"]);
        assert_eq!(places(&check_state("t", &schema, &config)), ["items[1].secret", "token"]);
    }

    #[test]
    fn an_identity_that_a_read_would_fill_in_is_sparse() {
        let identity = |region: Value| Value::object([("id", "1".into()), ("region", region)]);
        let schema = IdentitySchema::none().required("id", Type::String, "").optional("region", Type::String, "");
        let (sparse, whole) = (identity(Value::Null), identity("eu".into()));
        assert!(is_sparse(&sparse) && !is_sparse(&whole) && !is_sparse(&identity(Value::unknown())));
        assert!(!check_identity("t", &schema, Some(&sparse), Some(&whole)).is_empty(), "as if it had changed");
    }

    #[test]
    fn write_only_values_never_leave() {
        let mut state = value(&[("name", "x".into()), ("token", "hunter2".into())]);
        scrub(schema().attributes(), &mut state);
        assert!(state == value(&[("name", "x".into())]));
    }

    #[test]
    fn messages_show_no_value() {
        let planned = value(&[("name", "hunter2".into())]);
        let applied = value(&[("name", "hunter3".into())]);
        let report = check_applied("t", &schema(), &planned, &applied);
        assert!(report.iter().all(|d| !d.detail.contains("hunter")));
    }
}
