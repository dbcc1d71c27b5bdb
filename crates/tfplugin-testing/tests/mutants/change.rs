//! How a mutant breaks an answer. What cannot be changed stays as it is: then no host finds a breach, and the test fails.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use tfplugin::value::{Type, Value};
use tfplugin_proto::tfplugin6::{DynamicValue, ResourceIdentityData};
use tfplugin_testing::Schemas;

use crate::provider::NOTES;

/// A value in an answer.
pub(crate) type Sent = Option<DynamicValue>;

/// Changes the attributes of an object, where there is one.
pub(crate) fn edit(sent: &mut Sent, ty: &Type, change: impl FnOnce(&mut BTreeMap<String, Value>)) {
    let read = sent.as_ref().and_then(|value| Value::from_msgpack(&value.msgpack, ty).ok());
    let Some(Value::Map(mut attributes)) = read else { return };
    change(&mut attributes);
    if let Ok(bytes) = Value::Map(attributes).to_msgpack(ty) {
        *sent = Some(DynamicValue { msgpack: bytes.into(), ..DynamicValue::default() });
    }
}

/// Changes an attribute of an entry, where there is one.
pub(crate) fn set(schemas: &Schemas, sent: &mut Sent, name: &str, value: impl Into<Value>) {
    let Ok(schema) = schemas.resource("keyvalue_entry") else { return };
    edit(sent, schema.object_type(), |attributes| drop(attributes.insert(name.to_owned(), value.into())));
}

/// Takes the last element of a list, or one of a set, out of an entry.
pub(crate) fn lose_element(schemas: &Schemas, sent: &mut Sent, name: &str) {
    let Ok(schema) = schemas.resource("keyvalue_entry") else { return };
    edit(sent, schema.object_type(), |attributes| match attributes.get_mut(name) {
        Some(Value::List(elements)) => drop(elements.pop()),
        Some(Value::Set(elements)) => *elements = std::mem::take(elements).into_iter().skip(1).collect(),
        _ => {}
    });
}

/// Gives an object the identity of another one, where it has an identity.
pub(crate) fn set_identity(schemas: &Schemas, identity: &mut Option<ResourceIdentityData>, key: &str) {
    let (Some(identity), Some(ty)) = (identity, schemas.identity("keyvalue_entry")) else { return };
    edit(&mut identity.identity_data, ty, |attributes| drop(attributes.insert("key".to_owned(), key.into())));
}

/// No object.
pub(crate) fn null() -> DynamicValue {
    DynamicValue { msgpack: vec![0xc0].into(), ..DynamicValue::default() }
}

pub(crate) fn is_null(sent: Option<&DynamicValue>) -> bool {
    sent.is_none_or(|value| *value.msgpack == [0xc0])
}

/// A value of no object's type: an empty list.
pub(crate) fn list() -> DynamicValue {
    DynamicValue { msgpack: vec![0x90].into(), ..DynamicValue::default() }
}

/// Whether a process before this one has planned. Hosts plan again in another process when they apply.
pub(crate) fn was_planned_before() -> bool {
    let this = std::process::id().to_string();
    match fs::read_to_string(note("planned-by")) {
        Ok(first) => first != this,
        // Where it cannot be written, every plan counts as the first, and no host finds a breach.
        Err(_) => fs::write(note("planned-by"), this).is_ok_and(|()| false),
    }
}

/// How many reads there have been before this one.
pub(crate) fn reads_before() -> i64 {
    let before = fs::read_to_string(note("reads")).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    // Where it cannot be written, every read is the first, and no host finds a breach.
    let _ = fs::write(note("reads"), (before + 1_i64).to_string());
    before
}

fn note(name: &str) -> PathBuf {
    PathBuf::from(env::var_os(NOTES).unwrap_or_default()).join(name)
}
