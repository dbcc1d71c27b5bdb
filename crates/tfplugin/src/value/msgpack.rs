//! The msgpack form of values, as hosts send and expect it.
//!
//! Unknown is an extension value: any code with at most one byte, or code 12 with a map of refinements.
//! See the reference of the protocol's `DynamicValue`.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::encode as write;

use super::number::Encoding;
use super::{Bound, MAX_DEPTH, Number, Problem, Refinement, Step, Type, Value, ValueError, normalized};

/// The extension code of an unknown value with refinements.
const REFINED: i8 = 12;
/// The longest refinement that hosts read; a longer prefix is cut, which keeps it true.
const MAX_REFINEMENT: usize = 1024;
const MAX_PREFIX: usize = 256;

type Result<T> = std::result::Result<T, ValueError>;

pub(super) fn decode(bytes: &[u8], ty: &Type) -> Result<Value> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(Problem::Malformed("bytes after the value").into()) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(Problem::Depth.into());
        }
        match self.peek()? {
            Marker::Null => {
                self.marker()?;
                return Ok(Value::Null);
            }
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => return self.unknown(ty),
            _ => {}
        }
        match ty {
            Type::Bool => match self.marker()? {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                other => Err(Problem::kind(ty, kind(other)).into()),
            },
            Type::Number => self.number(ty),
            Type::String => Ok(Value::String(self.text(ty)?)),
            Type::Dynamic => self.dynamic(ty, depth),
            Type::List(element) => Ok(Value::List(self.elements(ty, element, depth)?)),
            Type::Set(element) => Ok(Value::set(self.elements(ty, element, depth)?)),
            Type::Map(element) => {
                let mut map = BTreeMap::new();
                for _ in 0..self.map_length(ty)? {
                    let key = self.text(&Type::String)?;
                    let value = self.value(element, depth + 1).map_err(|e| e.under(Step::Key(key.clone())))?;
                    if map.insert(key, value).is_some() {
                        return Err(Problem::DuplicateKey.into());
                    }
                }
                Ok(Value::Map(map))
            }
            Type::Tuple(elements) => {
                let found = self.array_length(ty)?;
                if found != elements.len() {
                    return Err(Problem::Length { expected: elements.len(), found }.into());
                }
                let elements = elements.iter().enumerate();
                let values = elements
                    .map(|(index, element)| self.value(element, depth + 1).map_err(|e| e.under(Step::Index(index))));
                Ok(Value::List(values.collect::<Result<_>>()?))
            }
            Type::Object(object) => {
                let mut map = BTreeMap::new();
                for _ in 0..self.map_length(ty)? {
                    let name = self.text(&Type::String)?;
                    let Some(element) = object.attributes.get(&name) else {
                        return Err(Problem::UnexpectedAttribute(name).into());
                    };
                    let value = self.value(element, depth + 1).map_err(|e| e.under(Step::Attribute(name.clone())))?;
                    if map.insert(name, value).is_some() {
                        return Err(Problem::DuplicateKey.into());
                    }
                }
                match object.attributes.keys().find(|name| !map.contains_key(*name)) {
                    Some(name) => Err(Problem::MissingAttribute(name.clone()).into()),
                    None => Ok(Value::Map(map)),
                }
            }
        }
    }

    fn elements(&mut self, ty: &Type, element: &Type, depth: usize) -> Result<Vec<Value>> {
        let length = self.array_length(ty)?;
        (0..length).map(|index| self.value(element, depth + 1).map_err(|e| e.under(Step::Index(index)))).collect()
    }

    fn dynamic(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        let found = self.array_length(ty)?;
        if found != 2 {
            return Err(Problem::Length { expected: 2, found }.into());
        }
        let json = match self.marker()? {
            Marker::Bin8 => self.sized(1)?,
            Marker::Bin16 => self.sized(2)?,
            Marker::Bin32 => self.sized(4)?,
            other => return Err(Problem::kind(ty, kind(other)).into()),
        };
        let ty = Type::from_json(json).map_err(|_| Problem::Type)?;
        let value = self.value(&ty, depth + 1)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn number(&mut self, ty: &Type) -> Result<Value> {
        let number = match self.marker()? {
            Marker::FixPos(number) => i64::from(number).into(),
            Marker::FixNeg(number) => i64::from(number).into(),
            Marker::U8 => i64::from(u8::from_be_bytes(self.array()?)).into(),
            Marker::U16 => i64::from(u16::from_be_bytes(self.array()?)).into(),
            Marker::U32 => i64::from(u32::from_be_bytes(self.array()?)).into(),
            Marker::U64 => u64::from_be_bytes(self.array()?).into(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)).into(),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)).into(),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)).into(),
            Marker::I64 => i64::from_be_bytes(self.array()?).into(),
            Marker::F32 => Number::from_f64(f32::from_be_bytes(self.array()?).into()).map_err(Problem::Number)?,
            Marker::F64 => Number::from_f64(f64::from_be_bytes(self.array()?)).map_err(Problem::Number)?,
            marker => {
                let text = self.text_after(marker, ty)?;
                text.parse().map_err(Problem::Number)?
            }
        };
        Ok(Value::Number(number))
    }

    fn text(&mut self, ty: &Type) -> Result<String> {
        let marker = self.marker()?;
        self.text_after(marker, ty).map(normalized)
    }

    fn text_after(&mut self, marker: Marker, ty: &Type) -> Result<&'a str> {
        let bytes = match marker {
            Marker::FixStr(length) => self.take(length.into())?,
            Marker::Str8 => self.sized(1)?,
            Marker::Str16 => self.sized(2)?,
            Marker::Str32 => self.sized(4)?,
            other => return Err(Problem::kind(ty, kind(other)).into()),
        };
        std::str::from_utf8(bytes).map_err(|_| Problem::Utf8.into())
    }

    fn unknown(&mut self, ty: &Type) -> Result<Value> {
        let length = match self.marker()? {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length(1)?,
            Marker::Ext16 => self.length(2)?,
            _ => self.length(4)?,
        };
        let [code] = self.array()?;
        let payload = self.take(length)?;
        if length <= 1 {
            return Ok(Value::unknown());
        }
        if i8::from_be_bytes([code]) != REFINED || length > MAX_REFINEMENT {
            return Err(Problem::Malformed("an extension that is no unknown value").into());
        }
        let mut reader = Reader { rest: payload };
        let refinement = reader.refinement(ty)?;
        Ok(Value::refined(refinement))
    }

    fn refinement(&mut self, ty: &Type) -> Result<Refinement> {
        let mut refinement = Refinement::default();
        let collection = matches!(ty, Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Dynamic);
        let misfit = || ValueError::from(Problem::Malformed("a refinement that does not fit the type"));
        for _ in 0..self.map_length(&Type::map(Type::Dynamic))? {
            let key = self.number(&Type::Number)?;
            let Value::Number(key) = key else { return Err(misfit()) };
            match key.to_i64() {
                Some(1) => match self.value(&Type::Bool, 0)? {
                    Value::Bool(null) => refinement.null = Some(null),
                    _ => return Err(misfit()),
                },
                Some(2) if matches!(ty, Type::String | Type::Dynamic) => {
                    refinement.prefix = self.text(&Type::String)?;
                }
                Some(3) if matches!(ty, Type::Number | Type::Dynamic) => refinement.lower = Some(self.bound()?),
                Some(4) if matches!(ty, Type::Number | Type::Dynamic) => refinement.upper = Some(self.bound()?),
                Some(5) if collection => refinement.min_length = Some(self.count()?),
                Some(6) if collection => refinement.max_length = Some(self.count()?),
                Some(2..=6) => return Err(misfit()),
                // Later protocols may know more; what we do not know we need not keep.
                _ => self.skip(0)?,
            }
        }
        Ok(refinement)
    }

    fn bound(&mut self) -> Result<Bound> {
        let ty = Type::Tuple(vec![Type::Number, Type::Bool]);
        match self.value(&ty, 0)? {
            Value::List(pair) => match pair.as_slice() {
                [Value::Number(number), Value::Bool(inclusive)] => {
                    Ok(Bound { number: number.clone(), inclusive: *inclusive })
                }
                _ => Err(Problem::Malformed("a bound that is no number").into()),
            },
            _ => Err(Problem::Malformed("a bound that is no pair").into()),
        }
    }

    fn count(&mut self) -> Result<u64> {
        match self.number(&Type::Number)? {
            Value::Number(number) => {
                number.to_u64().ok_or_else(|| Problem::Malformed("a length that is no count").into())
            }
            _ => Err(Problem::Malformed("a length that is no count").into()),
        }
    }

    /// Passes over one value of any kind.
    fn skip(&mut self, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Problem::Depth.into());
        }
        let inner = match self.peek()? {
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => self.array_length(&Type::Dynamic)?,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => 2 * self.map_length(&Type::Dynamic)?,
            _ => {
                let length = match self.marker()? {
                    Marker::FixStr(length) => length.into(),
                    Marker::Str8 | Marker::Bin8 => self.length(1)?,
                    Marker::Str16 | Marker::Bin16 => self.length(2)?,
                    Marker::Str32 | Marker::Bin32 => self.length(4)?,
                    Marker::U8 | Marker::I8 => 1,
                    Marker::U16 | Marker::I16 | Marker::FixExt1 => 2,
                    Marker::FixExt2 => 3,
                    Marker::U32 | Marker::I32 | Marker::F32 => 4,
                    Marker::FixExt4 => 5,
                    Marker::U64 | Marker::I64 | Marker::F64 => 8,
                    Marker::FixExt8 => 9,
                    Marker::FixExt16 => 17,
                    Marker::Ext8 => 1 + self.length(1)?,
                    Marker::Ext16 => 1 + self.length(2)?,
                    Marker::Ext32 => 1 + self.length(4)?,
                    _ => 0,
                };
                self.take(length)?;
                0
            }
        };
        (0..inner).try_for_each(|_| self.skip(depth + 1))
    }

    fn array_length(&mut self, ty: &Type) -> Result<usize> {
        let length = match self.marker()? {
            Marker::FixArray(length) => length.into(),
            Marker::Array16 => self.length(2)?,
            Marker::Array32 => self.length(4)?,
            other => return Err(Problem::kind(ty, kind(other)).into()),
        };
        self.plausible(length)
    }

    fn map_length(&mut self, ty: &Type) -> Result<usize> {
        let length = match self.marker()? {
            Marker::FixMap(length) => length.into(),
            Marker::Map16 => self.length(2)?,
            Marker::Map32 => self.length(4)?,
            other => return Err(Problem::kind(ty, kind(other)).into()),
        };
        self.plausible(length)
    }

    /// Every element takes at least a byte, so a length beyond the rest is a lie that must not reserve memory.
    fn plausible(&self, length: usize) -> Result<usize> {
        if length <= self.rest.len() { Ok(length) } else { Err(Problem::Malformed("the input ends early").into()) }
    }

    fn peek(&self) -> Result<Marker> {
        self.rest.first().map(|byte| Marker::from_u8(*byte)).ok_or_else(|| early().into())
    }

    fn marker(&mut self) -> Result<Marker> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    fn sized(&mut self, width: usize) -> Result<&'a [u8]> {
        let length = self.length(width)?;
        self.take(length)
    }

    /// A big-endian length of `width` bytes.
    fn length(&mut self, width: usize) -> Result<usize> {
        Ok(self.take(width)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(early)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(early)?;
        self.rest = rest;
        Ok(*taken)
    }
}

fn early() -> Problem {
    Problem::Malformed("the input ends early")
}

fn kind(marker: Marker) -> &'static str {
    match marker {
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "a list",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map or object",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::Null => "null",
        Marker::Reserved => "a reserved byte",
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => "an unknown value",
        _ => "a number",
    }
}

pub(super) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    put(&mut out, value, ty, 0)?;
    Ok(out)
}

/// Writing to a `Vec` cannot fail, so the results of the `rmp` writers carry no news.
fn put(out: &mut Vec<u8>, value: &Value, ty: &Type, depth: usize) -> Result<()> {
    // Else what is written could not be read.
    if depth > MAX_DEPTH {
        return Err(Problem::Depth.into());
    }
    match (value, ty) {
        (Value::Null, _) => write::write_nil(out).unwrap_or(()),
        (Value::Unknown(refinement), _) => put_unknown(out, refinement.as_deref()),
        (Value::Bool(bool), Type::Bool) => write::write_bool(out, *bool).unwrap_or(()),
        (Value::Number(number), Type::Number) => put_number(out, number),
        (Value::String(text), Type::String) => put_text(out, text),
        (Value::Dynamic(typed), Type::Dynamic) => {
            let (ty, value) = &**typed;
            if ty.depth() > MAX_DEPTH {
                return Err(Problem::Depth.into());
            }
            let _ = write::write_array_len(out, 2);
            let _ = write::write_bin(out, &ty.to_json());
            put(out, value, ty, depth + 1)?;
        }
        (Value::List(elements), Type::List(element)) => put_elements(out, elements, element, depth + 1)?,
        (Value::Set(elements), Type::Set(element)) => put_elements(out, elements.as_slice(), element, depth + 1)?,
        (Value::Map(elements), Type::Map(element)) => {
            let _ = write::write_map_len(out, wire_length(elements.len()));
            for (key, value) in elements {
                put_text(out, key);
                put(out, value, element, depth + 1).map_err(|e| e.under(Step::Key(key.clone())))?;
            }
        }
        (Value::List(values), Type::Tuple(elements)) => {
            if values.len() != elements.len() {
                return Err(Problem::Length { expected: elements.len(), found: values.len() }.into());
            }
            let _ = write::write_array_len(out, wire_length(values.len()));
            for (index, (value, element)) in values.iter().zip(elements).enumerate() {
                put(out, value, element, depth + 1).map_err(|e| e.under(Step::Index(index)))?;
            }
        }
        (Value::Map(values), Type::Object(object)) => {
            if let Some(name) = values.keys().find(|name| !object.attributes.contains_key(*name)) {
                return Err(Problem::UnexpectedAttribute(name.clone()).into());
            }
            let _ = write::write_map_len(out, wire_length(object.attributes.len()));
            for (name, element) in &object.attributes {
                let value = values.get(name).ok_or_else(|| Problem::MissingAttribute(name.clone()))?;
                put_text(out, name);
                put(out, value, element, depth + 1).map_err(|e| e.under(Step::Attribute(name.clone())))?;
            }
        }
        (value, ty) => return Err(Problem::kind(ty, value.kind()).into()),
    }
    Ok(())
}

fn put_elements(out: &mut Vec<u8>, elements: &[Value], ty: &Type, depth: usize) -> Result<()> {
    let _ = write::write_array_len(out, wire_length(elements.len()));
    for (index, element) in elements.iter().enumerate() {
        put(out, element, ty, depth).map_err(|e| e.under(Step::Index(index)))?;
    }
    Ok(())
}

/// Messages end at 256 MiB, long before a length needs more than 32 bits.
fn wire_length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let _ = write::write_str(out, &normalized(text));
}

fn put_number(out: &mut Vec<u8>, number: &Number) {
    match number.encoding() {
        Encoding::Signed(number) => {
            let _ = write::write_sint(out, number);
        }
        Encoding::Unsigned(number) => {
            let _ = write::write_uint(out, number);
        }
        Encoding::Float(number) => {
            let _ = write::write_f64(out, number);
        }
        Encoding::Text(text) => put_text(out, &text),
    }
}

fn put_unknown(out: &mut Vec<u8>, refinement: Option<&Refinement>) {
    let refinement = refinement.filter(|refinement| !refinement.is_empty());
    let payload = refinement.map(refinement_payload).filter(|payload| payload.len() <= MAX_REFINEMENT);
    if let Some(payload) = payload {
        let _ = write::write_ext_meta(out, wire_length(payload.len()), REFINED);
        out.extend(payload);
    } else {
        // Extension code 0 with one byte: unknown, nothing more.
        let _ = write::write_ext_meta(out, 1, 0);
        out.push(0);
    }
}

fn refinement_payload(refinement: &Refinement) -> Vec<u8> {
    let Refinement { null, prefix, lower, upper, min_length, max_length } = refinement;
    let mut entries = Vec::new();
    let mut count = 0;
    let mut key = |entries: &mut Vec<u8>, key: u8| {
        count += 1;
        let _ = write::write_pfix(entries, key);
    };
    if let Some(null) = null {
        key(&mut entries, 1);
        let _ = write::write_bool(&mut entries, *null);
    }
    if !prefix.is_empty() {
        key(&mut entries, 2);
        let end = prefix.floor_char_boundary(MAX_PREFIX);
        put_text(&mut entries, &prefix[..end]);
    }
    for (code, bound) in [(3, lower), (4, upper)] {
        if let Some(bound) = bound {
            key(&mut entries, code);
            let _ = write::write_array_len(&mut entries, 2);
            put_number(&mut entries, &bound.number);
            let _ = write::write_bool(&mut entries, bound.inclusive);
        }
    }
    for (code, length) in [(5, min_length), (6, max_length)] {
        if let Some(length) = length {
            key(&mut entries, code);
            let _ = write::write_uint(&mut entries, *length);
        }
    }
    let mut payload = Vec::with_capacity(entries.len() + 1);
    let _ = write::write_map_len(&mut payload, count);
    payload.extend(entries);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Type {
        Type::object([("id", Type::String), ("tags", Type::map(Type::String))])
    }

    #[test]
    fn unknown_is_any_short_extension() {
        for bytes in [&[0xd4, 0, 0][..], &[0xd4, 12, 0x80], &[0xc7, 0, 5], &[0xd4, 7, 1]] {
            assert_eq!(decode(bytes, &Type::String), Ok(Value::unknown()), "{bytes:x?}");
        }
        assert!(decode(&[0xd5, 7, 1, 1], &Type::String).is_err(), "a longer one must be code 12");
    }

    #[test]
    fn unknown_refinements_are_read_and_kept() {
        let refinement = Refinement { null: Some(false), prefix: "federated:".into(), ..Refinement::default() };
        let value = Value::refined(refinement);
        let bytes = encode(&value, &Type::String).unwrap();
        assert_eq!(decode(&bytes, &Type::String), Ok(value));
        // Key 9 is of a later protocol.
        let later = [0xd7, 12, 0x82, 1, 0xc2, 9, 0x92, 1, 0xa1, b'x'];
        assert_eq!(decode(&later, &Type::String), Ok(Value::refined(Refinement::not_null())));
    }

    #[test]
    fn a_refinement_must_fit_the_type() {
        let prefix = encode(&Value::refined(Refinement::prefix("a")), &Type::String).unwrap();
        assert!(decode(&prefix, &Type::Number).is_err());
    }

    #[test]
    fn an_empty_refinement_is_never_sent() {
        assert_eq!(encode(&Value::Unknown(Some(Box::default())), &Type::String), Ok(vec![0xd4, 0, 0]));
        assert_eq!(encode(&Value::refined(Refinement::default()), &Type::String), Ok(vec![0xd4, 0, 0]));
    }

    #[test]
    fn a_null_without_type_stands_bare_under_dynamic() {
        assert_eq!(encode(&Value::Null, &Type::Dynamic), Ok(vec![0xc0]));
        let typed = Value::Dynamic(Box::new((Type::String, Value::Null)));
        let bytes = encode(&typed, &Type::Dynamic).unwrap();
        assert_eq!(decode(&bytes, &Type::Dynamic), Ok(typed));
    }

    #[test]
    fn strings_are_normalised() {
        let bytes = encode(&Value::String("e\u{301}".into()), &Type::String).unwrap();
        assert_eq!(decode(&bytes, &Type::String), Ok(Value::String("\u{e9}".into())));
    }

    #[test]
    fn errors_name_the_place() {
        let value = Value::object([
            ("id", Value::from("a")),
            ("tags", Value::Map([("env".to_owned(), Value::Bool(true))].into())),
        ]);
        let error = encode(&value, &object()).unwrap_err();
        assert_eq!(error.to_string(), "tags.env: expected string, got a bool".replace(".env", "[\"env\"]"));
        let bytes = [0x82, 0xa2, b'i', b'd', 0xa1, b'a', 0xa4, b't', b'a', b'g', b's', 0x81, 0xa1, b'e', 0x2a];
        let error = decode(&bytes, &object()).unwrap_err();
        assert_eq!(error.to_string(), "tags[\"e\"]: expected string, got a number");
    }

    #[test]
    fn malformed_input_is_an_error() {
        let cases: &[(&[u8], Type)] = &[
            (&[], Type::String),
            (&[0xc1], Type::String),
            (&[0xa5, b'a'], Type::String),
            (&[0xa1, 0xff], Type::String),
            (&[0xa1, b'a', 0], Type::String),
            (&[0xdd, 0xff, 0xff, 0xff, 0xff], Type::list(Type::String)),
            (&[0xdf, 0xff, 0xff, 0xff, 0xff], Type::map(Type::String)),
            (&[0x80], object()),
            (&[0x81, 0xa1, b'x', 0xc0], object()),
            (&[0x82, 0xa1, b'x', 0xc0, 0xa1, b'x', 0xc0], Type::map(Type::String)),
            (&[0x92, 0xc4, 1, b'"', 0xc0], Type::Dynamic),
            (&[0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], Type::Number),
            (&[0x90], Type::Tuple(vec![Type::Bool])),
        ];
        for (bytes, ty) in cases {
            assert!(decode(bytes, ty).is_err(), "{bytes:x?} as {ty}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let level = [&[0x92, 0xc4, 9][..], b"\"dynamic\""].concat();
        let mut bytes = level.repeat(1000);
        bytes.push(0xc0);
        assert_eq!(decode(&bytes, &Type::Dynamic).unwrap_err().problem, Problem::Depth);
    }
}
