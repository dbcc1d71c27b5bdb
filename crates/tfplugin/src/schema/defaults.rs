//! What a configuration leaves to the schema.

use super::{Attributes, Kind, Nesting};
use crate::value::Value;

/// Fills in defaults where an object has null.
pub(crate) fn fill_defaults(attributes: &Attributes, state: &mut Value) {
    let Value::Map(values) = state else { return };
    for (name, attribute) in attributes {
        let Some(value) = values.get_mut(name) else { continue };
        if let (true, Some(default)) = (value.is_null(), attribute.default()) {
            *value = default.clone();
        } else if let Kind::Nested(nesting, nested) = attribute.kind() {
            match (nesting, value) {
                (Nesting::Single, value) => fill_defaults(nested, value),
                (Nesting::List, Value::List(values)) => {
                    values.iter_mut().for_each(|value| fill_defaults(nested, value))
                }
                (Nesting::Map, Value::Map(values)) => {
                    values.values_mut().for_each(|value| fill_defaults(nested, value))
                }
                (Nesting::Set, Value::Set(values)) => {
                    let filled = std::mem::take(values).into_iter().map(|mut value| {
                        fill_defaults(nested, &mut value);
                        value
                    });
                    *values = filled.collect();
                }
                _ => {}
            }
        }
    }
}
