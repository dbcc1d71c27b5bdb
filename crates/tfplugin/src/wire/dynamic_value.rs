//! `DynamicValue`: msgpack or JSON in, msgpack out.

use tfplugin_proto::tfplugin6 as proto;

use crate::diagnostic::{Diagnostic, Result};
use crate::schema::Schema;
use crate::value::{Reading, Type, Value};

/// Reads a value that must be there.
pub(super) fn decode(value: Option<&proto::DynamicValue>, ty: &Type) -> Result<Value> {
    let Some(value) = value else {
        return Err(Diagnostic::bug("The host sent a message without one of its values.").into());
    };
    let decoded = if !value.msgpack.is_empty() {
        Value::from_msgpack(&value.msgpack, ty)
    } else if !value.json.is_empty() {
        Value::from_json(&value.json, ty, Reading::Exact)
    } else {
        return Err(Diagnostic::bug("The host sent an empty value.").into());
    };
    Ok(decoded?)
}

/// Reads what a module's `provider_meta` block says; null where there is none.
pub(super) fn decode_meta(value: Option<&proto::DynamicValue>, schema: Option<&Schema>) -> Result<Value> {
    match (value, schema) {
        (Some(_), Some(schema)) => decode(value, schema.object_type()),
        _ => Ok(Value::Null),
    }
}

/// Writes a value in msgpack, which hosts prefer.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<proto::DynamicValue> {
    Ok(proto::DynamicValue { msgpack: value.to_msgpack(ty)?.into(), ..proto::DynamicValue::default() })
}

/// Reads a value and writes it again, for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn echo(msgpack: &[u8], json: &[u8], ty: &Type) -> Result<Vec<u8>> {
    let value = proto::DynamicValue { msgpack: msgpack.to_vec().into(), json: json.to_vec().into() };
    Ok(encode(&decode(Some(&value), ty)?, ty)?.msgpack.to_vec())
}
