//! Rules for a plan, held against the configuration and the state as it is.

use tfplugin::schema::Nesting;
use tfplugin::value::{Path, Value};

use super::{Breach, Rule, same};
use crate::schema::{Attribute, Attributes, Kind};

/// Where a plan is none that a provider may make. `prior` and `config` are null where there is none.
pub(crate) fn planned(attributes: &Attributes, prior: &Value, config: &Value, planned: &Value) -> Vec<Breach> {
    if planned.is_null() != config.is_null() || planned.is_unknown() {
        return vec![Breach::whole(Rule::PlannedExistence)];
    }
    let mut breaches = Vec::new();
    if !planned.is_null() {
        object(attributes, prior, config, planned, &Path::root(), &mut breaches);
    }
    breaches
}

fn object(
    attributes: &Attributes,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    breaches: &mut Vec<Breach>,
) {
    for (name, attribute) in attributes {
        let path = path.clone().attribute(name);
        let [prior, config, planned] = [prior, config, planned].map(|object| object.attribute(name));
        judge(attribute, prior, config, planned, path, breaches);
    }
}

fn judge(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: Path,
    breaches: &mut Vec<Breach>,
) {
    if attribute.write_only {
        // Held elsewhere; here it would look like a configured value that is not planned.
        return;
    }
    let kept = !prior.is_null() && !config.is_null() && same(planned, prior);
    if same(planned, config) || kept {
        return;
    }
    if config.is_null() {
        if !attribute.is_computed() {
            breaches.push(Breach::new(Rule::PlannedUnconfigured, path));
        }
        return;
    }
    match &attribute.kind {
        Kind::Value(_) => breaches.push(Breach::new(Rule::PlannedConfigured, path)),
        Kind::Nested(nesting, nested) => elements(*nesting, nested, prior, config, planned, path, breaches),
    }
}

fn elements(
    nesting: Nesting,
    nested: &Attributes,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: Path,
    breaches: &mut Vec<Breach>,
) {
    match (nesting, config, planned) {
        (_, _, Value::Null) => breaches.push(Breach::new(Rule::PlannedExistence, path)),
        (Nesting::Single, Value::Map(_), Value::Map(_)) => object(nested, prior, config, planned, &path, breaches),
        (Nesting::List, Value::List(configs), Value::List(plans)) if configs.len() == plans.len() => {
            for (index, (config, planned)) in configs.iter().zip(plans).enumerate() {
                let prior = match prior {
                    Value::List(priors) => priors.get(index).unwrap_or(&Value::Null),
                    _ => &Value::Null,
                };
                object(nested, prior, config, planned, &path.clone().index(index), breaches);
            }
        }
        (Nesting::Map, Value::Map(configs), Value::Map(plans)) if configs.keys().eq(plans.keys()) => {
            for (key, config) in configs {
                object(nested, prior.attribute(key), config, &plans[key], &path.clone().key(key), breaches);
            }
        }
        // Which planned element belongs to which configured one cannot be told, so hosts count them and no more.
        (Nesting::Set, Value::Set(configs), Value::Set(plans))
            if configs.as_slice().len() == plans.as_slice().len() => {}
        _ => breaches.push(Breach::new(Rule::PlannedElements, path)),
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

    fn with(name: &str, value: Value) -> Value {
        let nulls = ["name", "note", "size", "id", "single", "list", "set", "map"].map(|name| (name, Value::Null));
        Value::object(nulls.into_iter().chain([(name, value)]))
    }

    fn element(name: &str, id: Value) -> Value {
        Value::object([("name", name.into()), ("note", Value::Null), ("id", id)])
    }

    fn configured(name: &str) -> Value {
        element(name, Value::Null)
    }

    fn list(elements: impl IntoIterator<Item = Value>) -> Value {
        Value::List(elements.into_iter().collect())
    }

    /// The breaches of a plan of one attribute, as text.
    fn breaches(name: &str, prior: Value, config: Value, plan: Value) -> Vec<String> {
        let breaches = planned(&schema(), &with(name, prior), &with(name, config), &with(name, plan));
        breaches.into_iter().map(|breach| format!("{}: {:?}", breach.path, breach.rule)).collect()
    }

    #[test]
    fn what_is_configured_is_planned_and_what_is_computed_may_be_chosen() {
        let text = |text: &str| Value::from(text);
        // Attribute, before, configured, planned, breach.
        let cases: [(&str, Value, Value, Value, Option<&str>); 24] = [
            ("name", Value::Null, text("a"), text("a"), None),
            ("name", Value::Null, text("a"), text("b"), Some("name: PlannedConfigured")),
            ("name", Value::Null, text("a"), Value::unknown(), Some("name: PlannedConfigured")),
            ("name", text("A"), text("a"), text("A"), None),
            ("name", Value::Null, Value::unknown(), Value::unknown(), None),
            ("name", Value::Null, Value::unknown(), text("a"), Some("name: PlannedConfigured")),
            ("note", Value::Null, Value::Null, text("a"), Some("note: PlannedUnconfigured")),
            ("note", text("a"), Value::Null, text("a"), Some("note: PlannedUnconfigured")),
            ("note", Value::Null, Value::Null, Value::unknown(), Some("note: PlannedUnconfigured")),
            ("size", text("a"), Value::Null, text("b"), None),
            ("size", text("a"), text("b"), Value::unknown(), Some("size: PlannedConfigured")),
            ("id", text("1"), Value::Null, Value::Null, None),
            ("single", Value::Null, configured("x"), element("x", Value::unknown()), None),
            ("single", Value::Null, configured("x"), element("y", Value::Null), Some("single.name: PlannedConfigured")),
            ("single", Value::Null, configured("x"), Value::Null, Some("single: PlannedExistence")),
            ("single", configured("x"), Value::Null, configured("x"), Some("single: PlannedUnconfigured")),
            ("list", Value::Null, list([configured("x")]), list([]), Some("list: PlannedElements")),
            ("list", Value::Null, list([configured("x")]), Value::unknown(), Some("list: PlannedElements")),
            (
                "list",
                Value::Null,
                list([configured("x"), configured("y")]),
                list([element("x", "1".into()), configured("z")]),
                Some("list[1].name: PlannedConfigured"),
            ),
            (
                "map",
                Value::Null,
                Value::object([("k", configured("x"))]),
                Value::object([("k", configured("y"))]),
                Some("map[\"k\"].name: PlannedConfigured"),
            ),
            (
                "map",
                Value::Null,
                Value::object([("k", configured("x"))]),
                Value::object([("l", configured("x"))]),
                Some("map: PlannedElements"),
            ),
            ("set", Value::Null, Value::set([configured("x")]), Value::set([element("x", "1".into())]), None),
            ("set", Value::Null, Value::set([configured("x")]), Value::set([]), Some("set: PlannedElements")),
            ("set", Value::Null, Value::set([configured("x")]), Value::Null, Some("set: PlannedExistence")),
        ];
        for (name, prior, config, plan, expected) in cases {
            let context = format!("{name}: {prior:?}, {config:?}, {plan:?}");
            assert_eq!(breaches(name, prior, config, plan), expected.into_iter().collect::<Vec<_>>(), "{context}");
        }
    }

    #[test]
    fn elements_are_known_by_their_places() {
        let prior = list([element("X", "1".into()), element("y", "2".into())]);
        let config = list([configured("x"), configured("Y")]);
        let kept = list([element("X", "1".into()), element("y", "2".into())]);
        assert_eq!(breaches("list", prior.clone(), config.clone(), kept), [""; 0]);
        let swapped = list([element("y", "2".into()), element("X", "1".into())]);
        assert_eq!(
            breaches("list", prior, config, swapped),
            ["list[0].name: PlannedConfigured", "list[1].name: PlannedConfigured"]
        );
    }

    #[test]
    fn an_object_is_planned_where_it_is_wanted_and_nowhere_else() {
        let object = with("name", "a".into());
        let whole = [Breach::whole(Rule::PlannedExistence)];
        assert_eq!(planned(&schema(), &object, &Value::Null, &object), whole);
        assert_eq!(planned(&schema(), &object, &object, &Value::Null), whole);
        assert_eq!(planned(&schema(), &object, &object, &Value::unknown()), whole);
        assert_eq!(planned(&schema(), &object, &Value::Null, &Value::Null), []);
    }
}
