//! Holding a configuration against its schema.

use super::{Attributes, Kind, Nesting, Schema};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Path, Value};

impl Schema {
    /// Judges a configuration by the attributes' own rules. What is unknown is judged later, when it is known.
    #[must_use]
    pub fn validate(&self, config: &Value) -> Diagnostics {
        let mut report = Diagnostics::new();
        object(&self.attributes, config, &Path::root(), false, &mut report);
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
    use super::super::{list_of, string};
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
    fn unknown_and_null_are_judged_later() {
        let config =
            Value::object([("name", Value::unknown()), ("password", Value::Null), ("members", Value::unknown())]);
        assert!(messages(&config).is_empty());
    }
}
