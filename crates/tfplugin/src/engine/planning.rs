//! The plan that follows from a schema.
//!
//! What is configured is planned. Where the configuration says nothing: the default; else, of a computed attribute,
//! the value that is there, or unknown where there is none; else null. Defaults follow from a null in the
//! configuration, never from the host's proposed state, which keeps the value of an attribute that was deleted. An
//! element of a list or set that the configuration changes is another one: what is computed of it is not there yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Attribute, Attributes, Kind, Nesting, Replace, ReplaceRequest};
use crate::value::{Elements, Path, Value};

/// The planned object.
pub(super) fn follow_schema(attributes: &Attributes, config: &Value, prior: Option<&Value>) -> Value {
    let prior = prior.filter(|prior| prior.as_map().is_some());
    Value::object(attributes.iter().map(|(name, attribute)| {
        let planned = follow(attribute, config.attribute(name), prior.map(|prior| prior.attribute(name)));
        (name.as_str(), planned)
    }))
}

/// An element of nested objects; it may be null or unknown as a whole, and is planned so.
fn follow_element(nested: &Attributes, config: &Value, prior: Option<&Value>) -> Value {
    match config {
        Value::Map(_) => follow_schema(nested, config, prior),
        _ => config.clone(),
    }
}

fn follow(attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
    if attribute.is_write_only() {
        return Value::Null;
    }
    let wanted = if config.is_null() { attribute.default().unwrap_or(config) } else { config };
    match (wanted.is_null(), prior) {
        (true, Some(prior)) if attribute.is_computed() => return prior.clone(),
        (true, None) if attribute.is_computed() => return Value::unknown(),
        // Under a dynamic type a null may have a type, which it keeps.
        (true, _) => return wanted.clone(),
        (false, Some(prior)) if !wanted.is_unknown() && attribute.same(prior, wanted) => return prior.clone(),
        (false, _) => {}
    }
    let Kind::Nested(nesting, nested) = attribute.kind() else { return wanted.clone() };
    match (nesting, wanted) {
        (Nesting::Single, wanted) => follow_element(nested, wanted, prior),
        (Nesting::List, Value::List(elements)) => {
            // What was computed for an element is not what will be for another one that takes its place.
            let is_same = |element, prior| attribute.is_known_by_place() || could_be(nested, element, prior);
            let prior = |index, element| match prior {
                Some(Value::List(prior)) => prior.get(index).filter(|prior| is_same(element, prior)),
                _ => None,
            };
            let planned = elements
                .iter()
                .enumerate()
                .map(|(index, element)| follow_element(nested, element, prior(index, element)));
            Value::List(planned.collect())
        }
        (Nesting::Map, Value::Map(elements)) => {
            let prior = |key| prior.and_then(Value::as_map).and_then(|prior| prior.get(key));
            let planned =
                elements.iter().map(|(key, element)| (key.clone(), follow_element(nested, element, prior(key))));
            Value::Map(planned.collect())
        }
        (Nesting::Set, Value::Set(elements)) => Value::Set(follow_set(nested, elements, prior)),
        // Unknown as a whole.
        _ => wanted.clone(),
    }
}

/// Elements of a set have no name: one that was there before is known by what the configuration says of it.
fn follow_set(nested: &Attributes, elements: &Elements, prior: Option<&Value>) -> Elements {
    let mut unmatched: Vec<&Value> = match prior {
        Some(Value::Set(prior)) => prior.as_slice().iter().collect(),
        _ => Vec::new(),
    };
    let mut follow = |element: &Value| {
        let position = unmatched.iter().position(|prior| could_be(nested, element, prior));
        follow_element(nested, element, position.map(|position| unmatched.remove(position)))
    };
    elements.as_slice().iter().map(&mut follow).collect()
}

/// Whether a prior object may be what came of a configured one. What is write-only is stored nowhere, and tells nothing.
fn could_be(attributes: &Attributes, config: &Value, prior: &Value) -> bool {
    if config.as_map().is_none() || prior.as_map().is_none() {
        return config == prior;
    }
    attributes.iter().filter(|(_, attribute)| !attribute.is_write_only()).all(|(name, attribute)| {
        let (config, prior) = (config.attribute(name), prior.attribute(name));
        let wanted = if config.is_null() { attribute.default().unwrap_or(config) } else { config };
        if wanted.is_null() {
            return attribute.is_computed() || prior.is_null();
        }
        let nested_could_be = || match attribute.kind() {
            Kind::Nested(nesting, nested) => {
                nesting.pairs(wanted, prior, |wanted, prior| could_be(nested, wanted, prior))
            }
            Kind::Value(_) => false,
        };
        attribute.same(wanted, prior) || nested_could_be()
    })
}

/// Makes unknown what every update computes anew, where this is an update at all. Inside sets nothing is marked.
pub(super) fn mark_recomputed(attributes: &Attributes, config: &Value, prior: &Value, planned: &mut Value) {
    if planned != prior {
        mark(attributes, config, prior, planned);
    }
}

fn mark(attributes: &Attributes, config: &Value, prior: &Value, planned: &mut Value) {
    let Value::Map(values) = planned else { return };
    for (name, attribute) in attributes {
        let (config, prior) = (config.attribute(name), prior.attribute(name));
        let Some(planned) = values.get_mut(name) else { continue };
        if attribute.is_recomputed() && config.is_null() && planned == prior {
            *planned = Value::unknown();
        } else if let Kind::Nested(Nesting::Single, nested) = attribute.kind() {
            mark(nested, config, prior, planned);
        } else if let Kind::Nested(Nesting::List, nested) = attribute.kind() {
            if let (Value::List(config), Value::List(prior), Value::List(planned)) = (config, prior, planned) {
                let elements = config.iter().zip(prior).zip(planned);
                elements.for_each(|((config, prior), planned)| mark(nested, config, prior, planned));
            }
        } else if let Kind::Nested(Nesting::Map, nested) = attribute.kind()
            && let Value::Map(planned) = planned
        {
            planned.iter_mut().for_each(|(key, planned)| {
                mark(nested, config.attribute(key), prior.attribute(key), planned);
            });
        }
    }
}

/// The attributes whose change means that the object is made anew. Inside sets none is looked for: mark the set.
pub(super) fn replacements(attributes: &Attributes, config: &Value, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    let top = Place { path: Path::root(), inside_list: false };
    collect_replacements(attributes, config, prior, planned, &top, &mut paths);
    paths
}

/// Where attributes are.
struct Place {
    path: Path,
    /// In an element of a list, which may count as another one where it stood.
    inside_list: bool,
}

fn collect_replacements(
    attributes: &Attributes,
    config: &Value,
    prior: &Value,
    planned: &Value,
    place: &Place,
    paths: &mut Vec<Path>,
) {
    let Place { path, inside_list } = place;
    let inside_list = *inside_list;
    for (name, attribute) in attributes {
        let [config, prior, planned] = [config, prior, planned].map(|object| part(object, |it| it.as_map()?.get(name)));
        if attribute.same(prior, planned) {
            continue;
        }
        // It became unknown because its element of a list counts as another one, and nobody asked for that.
        if inside_list && config.is_null() && planned.is_unknown() && !prior.is_null() {
            continue;
        }
        let path = path.clone().attribute(name);
        if attribute.replaced().applies(&ReplaceRequest { prior, config, planned }) {
            paths.push(path);
            continue;
        }
        let Kind::Nested(nesting, nested) = attribute.kind() else { continue };
        let mut collect = |steps: Path, find: &dyn Fn(&Value) -> Option<&Value>| {
            let [config, prior, planned] = [config, prior, planned].map(|value| part(value, find));
            let inside_list = inside_list || *nesting == Nesting::List;
            collect_replacements(nested, config, prior, planned, &Place { path: steps, inside_list }, paths);
        };
        match nesting {
            Nesting::Single => collect(path, &|value| Some(value)),
            // Which elements there will be is not known, so that none can be named.
            Nesting::List | Nesting::Map if planned.is_unknown() => {
                if may_replace(nested) {
                    paths.push(path);
                }
            }
            Nesting::List => {
                for index in 0..elements(prior).len().max(elements(planned).len()) {
                    collect(path.clone().index(index), &|value| elements(value).get(index));
                }
            }
            Nesting::Map => {
                let keys = |value: &Value| value.as_map().into_iter().flat_map(BTreeMap::keys).cloned().collect();
                let (before, after): (BTreeSet<String>, BTreeSet<String>) = (keys(prior), keys(planned));
                for key in before.union(&after) {
                    collect(path.clone().key(key), &|value| value.as_map()?.get(key));
                }
            }
            Nesting::Set => {}
        }
    }
}

fn elements(list: &Value) -> &[Value] {
    match list {
        Value::List(elements) => elements,
        _ => &[],
    }
}

/// A part of a value: unknown where the whole is, and null where there is none, as where the whole comes or goes.
fn part<'a>(whole: &'a Value, find: impl Fn(&'a Value) -> Option<&'a Value>) -> &'a Value {
    if whole.is_unknown() { whole } else { find(whole).unwrap_or(&Value::Null) }
}

/// Whether a change of one of these, at any depth, may mean that the object is made anew.
fn may_replace(attributes: &Attributes) -> bool {
    attributes.values().any(|attribute| {
        !matches!(attribute.replaced(), Replace::Never)
            || matches!(attribute.kind(), Kind::Nested(nesting, nested) if *nesting != Nesting::Set && may_replace(nested))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Equality, Schema, boolean, list_of, map_of, object, set_of, string};

    fn schema() -> Schema {
        let element = || {
            Schema::new("")
                .required("name", string("").replace())
                .optional("color", string("").default("red"))
                .computed("id", string(""))
        };
        Schema::new("")
            .required(
                "name",
                string("").equal_when(Equality::text(|left, right| left.to_lowercase() == right.to_lowercase())),
            )
            .optional("policy", string("").default("prevent"))
            .optional("note", string(""))
            .optional_computed("entity", string("").replaced(Replace::IfConfigured))
            .optional("secret", string("").write_only())
            .computed("id", string(""))
            .computed("status", string("").recomputed())
            .optional("flags", object(Schema::new("").optional("on", boolean("").replace()), ""))
            .optional("list", list_of(element(), ""))
            .optional("places", list_of(element(), "").known_by_place())
            .optional("set", set_of(element(), ""))
    }

    fn config(attributes: &[(&str, Value)]) -> Value {
        let mut all: Vec<(&str, Value)> =
            schema().attributes().keys().map(|name| (&*name.clone().leak(), Value::Null)).collect();
        all.extend(attributes.iter().cloned());
        Value::object(all)
    }

    fn element(name: &str, color: &str, id: &str) -> Value {
        let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
        Value::object([("name", text(name)), ("color", text(color)), ("id", text(id))])
    }

    fn plan(config: &Value, prior: Option<&Value>) -> Value {
        follow_schema(schema().attributes(), config, prior)
    }

    #[test]
    fn a_create_fills_defaults_and_leaves_computed_unknown() {
        let planned = plan(&config(&[("name", "a".into()), ("secret", "s".into())]), None);
        let expected = config(&[
            ("name", "a".into()),
            ("policy", "prevent".into()),
            ("entity", Value::unknown()),
            ("id", Value::unknown()),
            ("status", Value::unknown()),
        ]);
        assert!(planned == expected, "{planned:?}");
    }

    #[test]
    fn an_update_keeps_computed_and_returns_to_defaults() {
        let prior = config(&[
            ("name", "a".into()),
            ("policy", "abandon".into()),
            ("note", "old".into()),
            ("entity", "e".into()),
            ("id", "1".into()),
            ("status", "ok".into()),
        ]);
        let mut planned = plan(&config(&[("name", "a".into())]), Some(&prior));
        assert_eq!(planned.attribute("policy").as_str(), Some("prevent"), "a deleted attribute is its default again");
        assert_eq!(planned.attribute("note"), &Value::Null);
        assert_eq!(planned.attribute("entity").as_str(), Some("e"));
        assert_eq!(planned.attribute("status").as_str(), Some("ok"));
        mark_recomputed(schema().attributes(), &config(&[]), &prior, &mut planned);
        assert!(planned.attribute("status").is_unknown());
        assert_eq!(planned.attribute("id").as_str(), Some("1"));
    }

    #[test]
    fn nothing_changes_where_the_spelling_alone_differs() {
        let prior = plan(&config(&[("name", "Team".into())]), None);
        let mut planned = plan(&config(&[("name", "TEAM".into())]), Some(&prior));
        mark_recomputed(schema().attributes(), &config(&[]), &prior, &mut planned);
        assert!(planned == prior);
    }

    #[test]
    fn elements_keep_what_is_computed_while_they_are_the_same() {
        let names = ["list", "places", "set"];
        let holder = |elements: &[Value]| {
            let value = |name| match name {
                "set" => Value::set(elements.to_vec()),
                _ => Value::List(elements.to_vec()),
            };
            config(&names.map(|name| (name, value(name))))
        };
        let new = |name: &str, color: &str| {
            Value::object([("name", name.into()), ("color", color.into()), ("id", Value::unknown())])
        };
        let prior = holder(&[element("a", "red", "1"), element("b", "blue", "2"), element("c", "red", "3")]);
        // The first one is taken out, and the last one stays in its place by chance.
        let planned =
            plan(&holder(&[element("b", "blue", ""), element("d", "", ""), element("c", "red", "")]), Some(&prior));
        let by_place = [element("b", "blue", "1"), element("d", "red", "2"), element("c", "red", "3")];
        let by_content = [element("b", "blue", "2"), new("d", "red"), element("c", "red", "3")];
        assert!(planned.attribute("places") == &Value::List(by_place.to_vec()));
        let list = [new("b", "blue"), new("d", "red"), element("c", "red", "3")];
        assert!(planned.attribute("list") == &Value::List(list.to_vec()), "{planned:?}");
        assert!(planned.attribute("set") == &Value::set(by_content));
    }

    #[test]
    fn elements_are_the_same_whatever_is_write_only_or_computed_inside() {
        let inner = || Schema::new("").required("a", string("")).optional("b", string("").default("c"));
        let inner = || inner().computed("id", string(""));
        let element = || {
            Schema::new("")
                .required("name", string(""))
                .computed("id", string(""))
                .optional("one", object(inner(), ""))
                .optional("list", list_of(inner(), ""))
                .optional("map", map_of(inner(), ""))
                .optional("set", set_of(inner(), ""))
        };
        let schema = Schema::new("")
            .optional("in_list", list_of(element().optional("secret", string("").write_only()), ""))
            .optional("in_set", set_of(element(), ""));
        let inner = |a: &str, b: Value, id: Value| Value::object([("a", a.into()), ("b", b), ("id", id)]);
        let element = |id: Value, inner: Value| {
            let parts = [
                ("one", inner.clone()),
                ("list", Value::List(vec![inner.clone(), Value::Null])),
                ("map", Value::object([("k", inner.clone())])),
                ("set", Value::set([inner])),
            ];
            parts.into_iter().chain([("name", "x".into()), ("id", id)]).collect::<Vec<_>>()
        };
        let holder = |element: Vec<(&'static str, Value)>, secret: Value| {
            let in_list = Value::object(element.iter().cloned().chain([("secret", secret)]));
            Value::object([("in_list", Value::List(vec![in_list])), ("in_set", Value::set([Value::object(element)]))])
        };
        let prior = holder(element("1".into(), inner("a", "c".into(), "2".into())), Value::Null);
        let config = |a| holder(element(Value::Null, inner(a, Value::Null, Value::Null)), "s".into());
        let planned = follow_schema(schema.attributes(), &config("a"), Some(&prior));
        assert!(planned == prior, "{planned:?}");
        let planned = follow_schema(schema.attributes(), &config("z"), Some(&prior));
        let (Value::List(list), Value::Set(set)) = (planned.attribute("in_list"), planned.attribute("in_set")) else {
            panic!("{planned:?}")
        };
        for element in [&list[0], &set.as_slice()[0]] {
            assert!(element.attribute("id").is_unknown(), "{element:?}");
        }
    }

    #[test]
    fn unknown_configuration_stays_unknown() {
        let planned = plan(&config(&[("name", Value::unknown()), ("list", Value::unknown())]), None);
        assert!(planned.attribute("name").is_unknown() && planned.attribute("list").is_unknown());
    }

    #[test]
    fn elements_that_are_unknown_or_null_as_a_whole_are_planned_so() {
        let prior = config(&[("list", Value::List(vec![element("a", "red", "1")]))]);
        let elements = || vec![Value::unknown(), Value::Null, element("b", "blue", "")];
        let wanted = config(&[("list", Value::List(elements())), ("set", Value::set(elements()))]);
        for prior in [None, Some(&prior)] {
            let planned = plan(&wanted, prior);
            let (Value::List(list), Value::Set(set)) = (planned.attribute("list"), planned.attribute("set")) else {
                panic!("{planned:?}")
            };
            assert!(list[..2] == elements()[..2], "{list:?}");
            assert!(elements()[..2].iter().all(|element| set.as_slice().contains(element)), "{set:?}");
            assert!(list[2].attribute("id").is_unknown());
        }
    }

    /// What an element of a list had computed is not known where it counts as another one; that replaces nothing.
    #[test]
    fn what_nobody_configured_is_no_reason_to_replace() {
        let element = Schema::new("").required("name", string("")).optional_computed("region", string("").replace());
        let schema = Schema::new("").optional("parts", list_of(element, ""));
        let part = |name: &str, region: Value| Value::object([("name", name.into()), ("region", region)]);
        let parts = |part: Value| Value::object([("parts", Value::List(vec![part]))]);
        let prior = parts(part("a", "eu".into()));
        for (config, expected) in [
            (parts(part("b", Value::Null)), vec![]),
            (parts(part("a", "us".into())), vec!["parts[0].region"]),
            (parts(part("b", Value::unknown())), vec!["parts[0].region"]),
        ] {
            let planned = follow_schema(schema.attributes(), &config, Some(&prior));
            let paths = replacements(schema.attributes(), &config, &prior, &planned);
            assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{config:?}");
        }
    }

    #[test]
    fn replacements_name_their_paths() {
        let flags = |on: bool| Value::object([("on", Value::Bool(on))]);
        let list = |name: &str| Value::List(vec![element(name, "red", "1")]);
        let prior = config(&[("entity", "old".into()), ("flags", flags(true)), ("list", list("a"))]);
        let cases = [
            (config(&[("entity", "new".into()), ("flags", flags(true)), ("list", list("a"))]), vec!["entity"]),
            (
                config(&[("entity", "old".into()), ("flags", flags(false)), ("list", list("b"))]),
                vec!["flags.on", "list[0].name"],
            ),
            (config(&[("entity", "old".into()), ("flags", flags(true)), ("list", list("a"))]), vec![]),
        ];
        for (planned, expected) in cases {
            let paths = replacements(schema().attributes(), &planned, &prior, &planned);
            assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
        let computed = config(&[("entity", "new".into())]);
        let prior = config(&[("entity", "old".into())]);
        let paths = replacements(schema().attributes(), &config(&[]), &prior, &computed);
        assert!(paths.is_empty(), "a computed change is not configured");
    }

    #[test]
    fn what_comes_or_goes_is_replaced_for_its_attributes() {
        let element = || Schema::new("").required("name", string("").replace()).optional("note", string(""));
        let schema = Schema::new("")
            .optional("one", object(element(), ""))
            .optional("list", list_of(element(), ""))
            .optional("map", map_of(element(), ""));
        let value = |name: &str| Value::object([("name", name.into()), ("note", Value::Null)]);
        let noted = |name: &str| Value::object([("name", Value::Null), ("note", name.into())]);
        let list = |names: &[&str]| Value::List(names.iter().map(|name| value(name)).collect());
        // Attribute, before, after, and the places in both directions.
        let cases = [
            ("one", Value::Null, value("a"), vec!["one.name"]),
            ("one", Value::Null, noted("a"), vec![]),
            ("one", value("a"), Value::unknown(), vec!["one.name"]),
            ("list", Value::Null, list(&["a"]), vec!["list[0].name"]),
            ("list", list(&["a"]), list(&["a", "b"]), vec!["list[1].name"]),
            ("list", list(&["a"]), Value::List(vec![Value::unknown()]), vec!["list[0].name"]),
            ("list", list(&[]), Value::List(vec![Value::Null]), vec![]),
            ("list", list(&["a"]), Value::unknown(), vec!["list"]),
            (
                "map",
                Value::object([("k", value("a"))]),
                Value::object([("l", value("a"))]),
                vec!["map[\"k\"].name", "map[\"l\"].name"],
            ),
            ("map", Value::Null, Value::unknown(), vec!["map"]),
        ];
        for (name, before, after, expected) in cases {
            let holder = |value: &Value| {
                let nulls = ["one", "list", "map"].map(|name| (name, Value::Null));
                Value::object(nulls.into_iter().chain([(name, value.clone())]))
            };
            let found = |prior: &Value, planned: &Value| {
                let paths = replacements(schema.attributes(), &holder(planned), &holder(prior), &holder(planned));
                paths.iter().map(ToString::to_string).collect::<Vec<_>>()
            };
            assert_eq!(found(&before, &after), expected, "{before:?} to {after:?}");
            if !after.is_unknown() && after.is_wholly_known() {
                assert_eq!(found(&after, &before), expected, "{after:?} to {before:?}");
            }
        }
    }
}
