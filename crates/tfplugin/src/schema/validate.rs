//! Holding a configuration against its schema.

use super::attribute::same_object;
use super::{Attributes, Kind, Nesting, Schema, fill_defaults};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Elements, Path, Value};

impl Schema {
    /// Judges a configuration by the attributes' own rules. What is unknown is judged later, when it is known.
    #[must_use]
    pub fn validate(&self, config: &Value) -> Diagnostics {
        let mut report = Diagnostics::new();
        object(&self.attributes, config, &Path::root(), false, &mut report);
        report.extend(self.duplicates(config));
        report
    }

    /// Elements of sets that differ as they are written and yet are the same: a plan could hold only one of them, which
    /// hosts take for a mistake of the provider.
    pub(crate) fn duplicates(&self, config: &Value) -> Diagnostics {
        let mut report = Diagnostics::new();
        duplicates(&self.attributes, config, &Path::root(), &mut report);
        report
    }
}

fn object(attributes: &Attributes, config: &Value, path: &Path, hidden: bool, report: &mut Diagnostics) {
    let Some(values) = config.as_map() else { return };
    for (name, attribute) in attributes {
        let path = path.clone().attribute(name);
        let value = values.get(name).unwrap_or(&Value::Null);
        if value.is_null() || value.is_unknown() {
            continue;
        }
        // What lies in a sensitive object is as sensitive.
        let hidden = hidden || attribute.is_sensitive() || attribute.is_write_only();
        report.extend(attribute.validators().iter().filter(|rule| !rule.holds(value)).map(|rule| {
            let what = describe(hidden, value);
            Diagnostic::error(format!("Invalid value for `{name}`"), format!("{what} must be {}.", rule.expectation()))
                .at(path.clone())
        }));
        if let Kind::Nested(nesting, nested) = attribute.kind() {
            elements(*nesting, value, &path, |element, path| object(nested, element, path, hidden, report));
        }
    }
}

fn duplicates(attributes: &Attributes, config: &Value, path: &Path, report: &mut Diagnostics) {
    for (name, attribute) in attributes {
        let Kind::Nested(nesting, nested) = attribute.kind() else { continue };
        let (value, path) = (config.attribute(name), path.clone().attribute(name));
        if let (Nesting::Set, Value::Set(elements)) = (nesting, value)
            && has_duplicates(nested, elements)
        {
            let detail = format!(
                "Two elements of `{name}` are the same, once defaults are filled in and spellings that mean the same \
                 are taken for one. Remove one of them."
            );
            report.push(Diagnostic::error(format!("Duplicate element in `{name}`"), detail).at(path.clone()));
        }
        elements(*nesting, value, &path, |element, path| duplicates(nested, element, path, report));
    }
}

/// Of what is not known yet nobody can tell.
fn has_duplicates(attributes: &Attributes, elements: &Elements) -> bool {
    let filled = elements.as_slice().iter().filter(|element| element.is_wholly_known()).map(|element| {
        let mut element = element.clone();
        fill_defaults(attributes, &mut element);
        element
    });
    let mut filled: Vec<Value> = filled.collect();
    filled.sort();
    if filled.windows(2).any(|pair| pair[0] == pair[1]) {
        return true;
    }
    let has_spellings = attributes.values().any(super::Attribute::has_spellings);
    has_spellings
        && filled
            .iter()
            .enumerate()
            .any(|(index, left)| filled[index + 1..].iter().any(|right| same_object(attributes, left, right)))
}

/// Shows each nested object of a value with its path.
fn elements(nesting: Nesting, value: &Value, path: &Path, mut show: impl FnMut(&Value, &Path)) {
    match (nesting, value) {
        (Nesting::Single, value) => show(value, path),
        (Nesting::List, Value::List(values)) => {
            values.iter().enumerate().for_each(|(index, value)| show(value, &path.clone().index(index)));
        }
        (Nesting::Set, Value::Set(values)) => {
            values.as_slice().iter().for_each(|value| show(value, &path.clone().element(value.clone())));
        }
        (Nesting::Map, Value::Map(values)) => {
            values.iter().for_each(|(key, value)| show(value, &path.clone().key(key)));
        }
        _ => {}
    }
}

/// The offending value, unless it may be secret or is too long to read.
fn describe(hidden: bool, value: &Value) -> String {
    if hidden {
        return "The value".to_owned();
    }
    match value {
        Value::String(text) if text.chars().count() <= 80 => format!("The value {text:?}"),
        Value::Number(number) => format!("The value {number}"),
        _ => "The value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::validator::{length, one_of};
    use super::super::{Equality, list_of, set_of, string};
    use super::*;

    fn schema() -> Schema {
        let member = Schema::new("").required("role", string("").validate(one_of(&["admin", "member"])));
        Schema::new("")
            .optional("name", string("").validate(length(1..=3)))
            .optional("password", string("").sensitive().validate(length(9..=99)))
            .optional("members", list_of(member, ""))
    }

    fn messages(config: &Value) -> Vec<String> {
        let report = schema().validate(config);
        report.iter().map(|d| format!("{}: {}", d.path.as_ref().unwrap(), d.detail)).collect()
    }

    #[test]
    fn every_breach_is_told_with_its_place() {
        let member = |role: &str| Value::object([("role", Value::from(role))]);
        let config = Value::object([
            ("name", Value::from("four")),
            ("members", Value::List(vec![member("admin"), member("owner")])),
        ]);
        assert_eq!(
            messages(&config),
            [
                r#"members[1].role: The value "owner" must be "admin" or "member"."#,
                r#"name: The value "four" must be 1 to 3 characters long."#,
            ]
        );
    }

    #[test]
    fn a_sensitive_value_is_not_shown() {
        let config = Value::object([("password", Value::from("hunter2"))]);
        assert_eq!(messages(&config), ["password: The value must be 9 to 99 characters long."]);
    }

    #[test]
    fn what_lies_in_a_sensitive_object_is_not_shown() {
        let token = Schema::new("").optional("token", string("").validate(length(9..=99)));
        let schema = Schema::new("").optional("credentials", list_of(token, "").sensitive());
        let token = Value::object([("token", Value::from("hunter2"))]);
        let report = schema.validate(&Value::object([("credentials", Value::List(vec![token]))]));
        assert_eq!(report.iter().next().unwrap().detail, "The value must be 9 to 99 characters long.");
    }

    #[test]
    fn elements_of_a_set_that_come_to_the_same_are_told() {
        let folded = Equality::text(|left, right| left.to_lowercase() == right.to_lowercase());
        let tag = Schema::new("")
            .required("name", string("").equal_when(folded))
            .optional("color", string("").default("red"));
        let schema = Schema::new("").optional("tags", set_of(tag, ""));
        let tag = |name: Value, color: Value| Value::object([("name", name), ("color", color)]);
        let cases = [
            (tag("a".into(), Value::Null), tag("a".into(), "red".into()), true),
            (tag("a".into(), Value::Null), tag("A".into(), Value::Null), true),
            (tag("a".into(), Value::Null), tag("a".into(), "blue".into()), false),
            (tag("a".into(), Value::Null), tag(Value::unknown(), Value::Null), false),
        ];
        for (left, right, duplicate) in cases {
            let report = schema.validate(&Value::object([("tags", Value::set([left, right]))]));
            let told: Vec<_> = report.iter().map(|d| (d.summary.as_str(), d.path.clone())).collect();
            let expected = duplicate.then(|| ("Duplicate element in `tags`", Some("tags".into())));
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn unknown_and_null_are_judged_later() {
        let config =
            Value::object([("name", Value::unknown()), ("password", Value::Null), ("members", Value::unknown())]);
        assert!(messages(&config).is_empty());
    }
}
