//! Values and types. An input is a type in the protocol's JSON on the first line, and after it what is read by it.

use tfplugin::value::{Reading, Type, Value};

fn typed(input: &[u8]) -> Option<(Type, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    Some((Type::from_json(&input[..end]).ok()?, &input[end + 1..]))
}

fn by_msgpack(value: &Value, ty: &Type) -> Value {
    let bytes = value.to_msgpack(ty).expect("what was read can be written");
    Value::from_msgpack(&bytes, ty).expect("what was written can be read")
}

/// Holds for every value that was read, in whatever form.
fn hold(value: &Value, ty: &Type) {
    let again = by_msgpack(value, ty);
    // A refinement that is too long for hosts is cut the first time.
    assert!(by_msgpack(&again, ty) == again, "a value survives msgpack");
    match value.first_unknown(ty) {
        None => {
            assert!(value.is_wholly_known() && again == *value, "a known value survives msgpack");
            let json = value.to_json(ty).expect("a known value can be written");
            let read = |reading| Value::from_json(&json, ty, reading).expect("what was written can be read");
            assert!(read(Reading::Exact) == *value && read(Reading::State) == *value, "a known value survives JSON");
        }
        Some(path) => {
            assert!(!value.is_wholly_known() && value.to_json(ty).is_err());
            let _ = (path.to_string(), value.at(&path));
        }
    }
    let _ = format!("{value:?}");
}

pub(super) fn msgpack(input: &[u8]) {
    let Some((ty, bytes)) = typed(input) else { return };
    match Value::from_msgpack(bytes, &ty) {
        Ok(value) => hold(&value, &ty),
        Err(error) => drop(error.to_string()),
    }
}

/// The payload alone, so that the fuzzer need not find the length of the extension around it.
pub(super) fn refinement(input: &[u8]) {
    let Some((ty, payload)) = typed(input) else { return };
    let Ok(length) = u16::try_from(payload.len()) else { return };
    let mut bytes = vec![0xc8];
    bytes.extend(length.to_be_bytes());
    bytes.push(12);
    bytes.extend(payload);
    if let Ok(value) = Value::from_msgpack(&bytes, &ty) {
        assert!(value.is_unknown());
        hold(&value, &ty);
        let Value::Unknown(Some(refinement)) = value else { return };
        let _ = refinement.holds(&Value::from(refinement.prefix.as_str()));
    }
}

fn read_json(input: &[u8], reading: Reading) {
    let Some((ty, json)) = typed(input) else { return };
    match Value::from_json(json, &ty, reading) {
        Ok(value) => hold(&value, &ty),
        Err(error) => drop(error.to_string()),
    }
}

pub(super) fn json(input: &[u8]) {
    read_json(input, Reading::Exact);
}

/// What a state of another version of the schema holds, read by the present one.
pub(super) fn state(input: &[u8]) {
    read_json(input, Reading::State);
}

/// A host's message: a byte that says in which form, then as elsewhere.
pub(super) fn dynamic_value(input: &[u8]) {
    let Some((form, input)) = input.split_first() else { return };
    let Some((ty, bytes)) = typed(input) else { return };
    let (msgpack, json) = if *form == b'm' { (bytes, &[][..]) } else { (&[][..], bytes) };
    if let Ok(answer) = tfplugin::fuzzing::dynamic_value(msgpack, json, &ty) {
        Value::from_msgpack(&answer, &ty).expect("what is answered can be read");
    }
}

/// A second type, then as elsewhere: the value is converted to it.
pub(super) fn conversion(input: &[u8]) {
    let Some((to, input)) = typed(input) else { return };
    let Some((from, bytes)) = typed(input) else { return };
    let Ok(value) = Value::from_msgpack(bytes, &from) else { return };
    match value.convert(&from, &to) {
        Ok(converted) => hold(&converted, &to),
        Err(error) => drop(error.to_string()),
    }
}

/// The whole input is a type.
pub(super) fn types(input: &[u8]) {
    if let Ok(ty) = Type::from_json(input) {
        assert_eq!(Type::from_json(&ty.to_json()).expect("what was written can be read"), ty);
        let _ = ty.to_string();
    }
}
