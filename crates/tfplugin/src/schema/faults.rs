//! What the builder lets an author write and no host takes.

use super::{Attributes, Kind, Nesting, Schema, Usage};
use crate::value::{Path, Type};

impl Schema {
    /// What no host takes of this schema, each in a sentence.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        find(&self.attributes, &Path::root(), false, &mut faults);
        faults
    }
}

fn find(attributes: &Attributes, path: &Path, in_set: bool, faults: &mut Vec<String>) {
    for (name, attribute) in attributes {
        let path = path.clone().attribute(name);
        let mut fault = |what: &str| faults.push(format!("`{path}` {what}."));
        if name.is_empty() || !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
            fault("must have a name of small letters, digits and `_`");
        }
        if attribute.usage() == Usage::Required && attribute.default().is_some() {
            fault("is required and has a default: make it optional");
        }
        if attribute.is_write_only() && attribute.is_computed() {
            fault("is write-only, so the provider cannot set it, by a default neither");
        }
        if in_set && attribute.is_write_only() {
            fault("is write-only, which nothing in a set can be");
        }
        let is_set = matches!(attribute.kind(), Kind::Nested(Nesting::Set, _) | Kind::Value(Type::Set(_)));
        if is_set && attribute.value_type().element(0).is_open() {
            fault("is a set, whose elements cannot be of any type");
        }
        if let Kind::Nested(nesting, nested) = attribute.kind() {
            find(nested, &path, in_set || *nesting == Nesting::Set, faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dynamic, list_of, set, set_of, string};
    use super::*;

    #[test]
    fn what_no_host_takes_is_found_at_any_depth() {
        let inner = || Schema::new("").optional("secret", string("").write_only()).optional("any", dynamic(""));
        let schema = Schema::new("")
            .required("Name", string(""))
            .required("policy", string("").default("keep"))
            .optional("token", string("").write_only().default("t"))
            .computed("key", string("").write_only())
            .optional("list", list_of(inner(), ""))
            .optional("set", set_of(Schema::new("").optional("inner", list_of(inner(), "")), ""))
            .optional("anything", set(Type::Dynamic, ""));
        let faults = schema.faults();
        let places: Vec<_> = faults.iter().map(|fault| fault.split('`').nth(1).unwrap()).collect();
        assert_eq!(places, ["Name", "anything", "key", "policy", "set", "set.inner.secret", "token"], "{faults:?}");
    }
}
