//! The JSON form of values: hosts may send it in place of msgpack, and states are stored in it.
//!
//! Decoding goes by type over raw text, so that no number passes through a float.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{MAX_DEPTH, Number, Problem, Step, Type, Value, ValueError, normalized};

/// How strictly JSON is held against its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Exactly the type: a message of this protocol.
    Exact,
    /// A state, perhaps of another version of the schema: unknown attributes are dropped, missing ones are null,
    /// and scalars are converted as Terraform itself converts them.
    State,
}

type Result<T> = std::result::Result<T, ValueError>;

pub(super) fn decode(bytes: &[u8], ty: &Type, reading: Reading) -> Result<Value> {
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(|_| Problem::Malformed("not JSON"))?;
    value(raw, ty, reading, 0)
}

fn value(raw: &RawValue, ty: &Type, reading: Reading, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(Problem::Depth.into());
    }
    let text = raw.get();
    if text == "null" {
        return Ok(Value::Null);
    }
    let misfit = || ValueError::from(Problem::kind(ty, kind(text)));
    let nested =
        |raw: &RawValue, ty: &Type, step: Step| value(raw, ty, reading, depth + 1).map_err(|error| error.under(step));
    match ty {
        Type::Bool => match scalar(text, reading, kind(text) == "a string").as_deref() {
            Some("true") => Ok(Value::Bool(true)),
            Some("false") => Ok(Value::Bool(false)),
            _ => Err(misfit()),
        },
        Type::Number => {
            // Hosts write numbers that need it as strings, in messages too.
            let digits = scalar(text, Reading::State, kind(text) == "a string").ok_or_else(misfit)?;
            if kind(text) == "a bool" {
                return Err(misfit());
            }
            Ok(Value::Number(digits.parse().map_err(Problem::Number)?))
        }
        Type::String => match kind(text) {
            "a string" => Ok(Value::from(string(text)?.into_owned())),
            "a number" if reading == Reading::State => {
                Ok(Value::from(text.parse::<Number>().map_err(Problem::Number)?.to_string()))
            }
            "a bool" if reading == Reading::State => Ok(Value::from(text)),
            _ => Err(misfit()),
        },
        Type::Dynamic => {
            let typed: Typed<'_> = serde_json::from_str(text).map_err(|_| misfit())?;
            let ty = Type::from_json(typed.ty.get().as_bytes()).map_err(|_| Problem::Type)?;
            let value = value(typed.value, &ty, reading, depth + 1)?;
            Ok(Value::Dynamic(Box::new((ty, value))))
        }
        Type::List(element) | Type::Set(element) => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| misfit())?;
            let elements = elements.into_iter().enumerate();
            let values = elements.map(|(index, raw)| nested(raw, element, Step::Index(index)));
            if matches!(ty, Type::List(_)) {
                Ok(Value::List(values.collect::<Result<_>>()?))
            } else {
                Ok(Value::set(values.collect::<Result<Vec<_>>>()?))
            }
        }
        Type::Tuple(types) => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| misfit())?;
            if elements.len() != types.len() {
                return Err(Problem::Length { expected: types.len(), found: elements.len() }.into());
            }
            let elements = elements.into_iter().zip(types).enumerate();
            let values = elements.map(|(index, (raw, ty))| nested(raw, ty, Step::Index(index)));
            Ok(Value::List(values.collect::<Result<_>>()?))
        }
        Type::Map(element) => {
            let Entries(entries) = serde_json::from_str(text).map_err(|_| misfit())?;
            let mut map = BTreeMap::new();
            for (key, raw) in entries {
                let value = nested(raw, element, Step::Key(key.clone()))?;
                if map.insert(key, value).is_some() {
                    return Err(Problem::DuplicateKey.into());
                }
            }
            Ok(Value::Map(map))
        }
        Type::Object(object) => {
            let Entries(entries) = serde_json::from_str(text).map_err(|_| misfit())?;
            let mut map = BTreeMap::new();
            for (name, raw) in entries {
                let Some(element) = object.attributes.get(&name) else {
                    if reading == Reading::State {
                        continue;
                    }
                    return Err(Problem::UnexpectedAttribute(name).into());
                };
                let value = nested(raw, element, Step::Attribute(name.clone()))?;
                if map.insert(name, value).is_some() {
                    return Err(Problem::DuplicateKey.into());
                }
            }
            for name in object.attributes.keys() {
                if !map.contains_key(name) {
                    if reading == Reading::Exact {
                        return Err(Problem::MissingAttribute(name.clone()).into());
                    }
                    map.insert(name.clone(), Value::Null);
                }
            }
            Ok(Value::Map(map))
        }
    }
}

/// The text of a scalar; of a string only where the reading converts.
fn scalar(text: &str, reading: Reading, is_string: bool) -> Option<Cow<'_, str>> {
    match (is_string, reading) {
        (false, _) => Some(Cow::Borrowed(text)),
        (true, Reading::State) => string(text).ok(),
        (true, Reading::Exact) => None,
    }
}

fn string(text: &str) -> Result<Cow<'_, str>> {
    if let Ok(borrowed) = serde_json::from_str::<&str>(text) {
        return Ok(Cow::Borrowed(borrowed));
    }
    // Only a string with escapes has to be copied.
    serde_json::from_str(text).map(Cow::Owned).map_err(|_| Problem::Malformed("a malformed string").into())
}

fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "a map or object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a bool",
        _ => "a number",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed<'a> {
    #[serde(borrow, rename = "type")]
    ty: &'a RawValue,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// The entries of a JSON object in their order, duplicates kept so that they can be refused.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    entries.push((normalized(&key), value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

pub(super) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    put(&mut out, value, ty, 0)?;
    Ok(out)
}

fn put(out: &mut Vec<u8>, value: &Value, ty: &Type, depth: usize) -> Result<()> {
    // Else what is written could not be read.
    if depth > MAX_DEPTH {
        return Err(Problem::Depth.into());
    }
    match (value, ty) {
        (Value::Null, _) => out.extend(b"null"),
        (Value::Unknown(_), _) => return Err(Problem::Unknown.into()),
        (Value::Bool(bool), Type::Bool) => out.extend(bool.to_string().bytes()),
        (Value::Number(number), Type::Number) => out.extend(number.to_string().bytes()),
        (Value::String(text), Type::String) => put_text(out, text),
        (Value::Dynamic(typed), Type::Dynamic) => {
            let (ty, value) = &**typed;
            if ty.depth() > MAX_DEPTH {
                return Err(Problem::Depth.into());
            }
            out.extend(br#"{"type":"#);
            out.extend(ty.to_json());
            out.extend(br#","value":"#);
            put(out, value, ty, depth + 1)?;
            out.push(b'}');
        }
        (Value::List(elements), Type::List(element)) => {
            put_elements(out, elements.iter().map(|e| (e, &**element)), depth + 1)?
        }
        (Value::Set(elements), Type::Set(element)) => {
            put_elements(out, elements.as_slice().iter().map(|e| (e, &**element)), depth + 1)?;
        }
        (Value::List(values), Type::Tuple(types)) => {
            if values.len() != types.len() {
                return Err(Problem::Length { expected: types.len(), found: values.len() }.into());
            }
            put_elements(out, values.iter().zip(types), depth + 1)?;
        }
        (Value::Map(elements), Type::Map(element)) => {
            let entries = elements.iter().map(|(key, value)| (key, value, &**element));
            put_entries(out, entries, depth + 1, |key| Step::Key(key.to_owned()))?;
        }
        (Value::Map(values), Type::Object(object)) => {
            if let Some(name) = values.keys().find(|name| !object.attributes.contains_key(*name)) {
                return Err(Problem::UnexpectedAttribute(name.clone()).into());
            }
            if let Some(name) = object.attributes.keys().find(|name| !values.contains_key(*name)) {
                return Err(Problem::MissingAttribute(name.clone()).into());
            }
            let entries = object.attributes.iter().map(|(name, ty)| (name, &values[name], ty));
            put_entries(out, entries, depth + 1, |name| Step::Attribute(name.to_owned()))?;
        }
        (value, ty) => return Err(Problem::kind(ty, value.kind()).into()),
    }
    Ok(())
}

fn put_elements<'a>(
    out: &mut Vec<u8>,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<()> {
    out.push(b'[');
    for (index, (value, ty)) in elements.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put(out, value, ty, depth).map_err(|error| error.under(Step::Index(index)))?;
    }
    out.push(b']');
    Ok(())
}

fn put_entries<'a>(
    out: &mut Vec<u8>,
    entries: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    depth: usize,
    step: impl Fn(&str) -> Step,
) -> Result<()> {
    out.push(b'{');
    for (index, (key, value, ty)) in entries.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put_text(out, key);
        out.push(b':');
        put(out, value, ty, depth).map_err(|error| error.under(step(key)))?;
    }
    out.push(b'}');
    Ok(())
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    // Writing a string to memory cannot fail.
    out.extend(serde_json::to_vec(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Type {
        Type::object([("count", Type::Number), ("name", Type::String), ("on", Type::Bool)])
    }

    #[test]
    fn states_of_other_versions_are_read_tolerantly() {
        let json = br#"{"name": 7, "count": "123456789012345678901234567890", "gone": {"x": [1e400]}}"#;
        let state = decode(json, &object(), Reading::State).unwrap();
        assert_eq!(state.attribute("name"), &Value::from("7"));
        assert_eq!(state.attribute("count"), &Value::Number("123456789012345678901234567890".parse().unwrap()));
        assert_eq!(state.attribute("on"), &Value::Null);
        assert!(decode(json, &object(), Reading::Exact).is_err());
    }

    #[test]
    fn big_numbers_pass_through_no_float() {
        let json = br#"[0.1, 12345678901234567890123, "5"]"#;
        let list = decode(json, &Type::list(Type::Number), Reading::Exact).unwrap();
        let text = encode(&list, &Type::list(Type::Number)).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "[0.1,12345678901234567890123,5]");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let cases = [
            (r#"{"count":1,"name":true,"on":true}"#, "name: expected string, got a bool"),
            (r#"{"count":true,"name":"","on":true}"#, "count: expected number, got a bool"),
            (r#"{"count":1,"name":"","on":"true"}"#, "on: expected bool, got a string"),
            (r#"{"count":1,"name":""}"#, "attribute `on` is missing"),
            (r#"{"count":1,"count":2,"name":"","on":true}"#, "a key stands twice"),
            (r#"{"count":"abc","name":"","on":true}"#, "count: not a decimal number"),
            ("[1]", "expected object, got a list"),
            ("{", "malformed input: not JSON"),
        ];
        for (json, message) in cases {
            let result = decode(json.as_bytes(), &object(), Reading::Exact);
            // Where a value is wrong, the first problem met is told.
            assert_eq!(result.map_err(|e| e.to_string()), Err(message.to_owned()), "{json}");
        }
    }

    #[test]
    fn unknown_has_no_json() {
        let value = Value::List(vec![Value::Null, Value::unknown()]);
        let error = encode(&value, &Type::list(Type::String)).unwrap_err();
        assert_eq!(error.to_string(), "[1]: the value is not known yet");
    }

    #[test]
    fn dynamic_brings_its_type() {
        let json = br#"{"type":["list","bool"],"value":[true,null]}"#;
        let value = decode(json, &Type::Dynamic, Reading::Exact).unwrap();
        assert_eq!(encode(&value, &Type::Dynamic).unwrap(), json);
    }
}
