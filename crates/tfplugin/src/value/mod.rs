//! Terraform's values: types, null, unknown and known, numbers without loss, and their codecs.
//!
//! A [`Value`] does not carry its type: the schema does, and the codecs are driven by it. Under
//! [`Type::Dynamic`] a value brings its type along.

mod convert;
mod json;
mod msgpack;
mod number;
mod path;
mod refinement;
#[cfg(test)]
mod roundtrip;
mod types;

use std::collections::BTreeMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

pub use self::json::Reading;
pub use self::number::{Number, NumberError};
pub use self::path::{Path, PathError, Step};
pub use self::refinement::{Bound, Refinement};
pub use self::types::{ObjectType, Type};

/// The deepest nesting of types and values that is read; Terraform configurations stay far below.
pub const MAX_DEPTH: usize = 64;

/// One value of Terraform's language.
///
/// `Debug` shows its shape but no text and no number, as any value may be a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Absent.
    Null,
    /// Not known before apply; the refinement says what is known about it all the same.
    Unknown(Option<Box<Refinement>>),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text, in NFC.
    String(String),
    /// The elements of a list or tuple.
    List(Vec<Value>),
    /// The elements of a set.
    Set(Elements),
    /// The elements of a map, or the attributes of an object: then every one is there.
    Map(BTreeMap<String, Value>),
    /// A value under [`Type::Dynamic`], with its type. Null and unknown values whose type is open stand without it.
    Dynamic(Box<(Type, Value)>),
}

/// The elements of a set: sorted, and without duplicates among wholly known ones.
///
/// Two unknown elements may become different, so both stay.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Elements(Vec<Value>);

impl Elements {
    /// The elements in their canonical order.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }
}

impl FromIterator<Value> for Elements {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|later, earlier| later == earlier && later.is_wholly_known());
        Self(elements)
    }
}

impl IntoIterator for Elements {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Value {
    /// A value of which nothing is known.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::Unknown(None)
    }

    /// An unknown value with what is known about it.
    #[must_use]
    pub fn refined(refinement: Refinement) -> Self {
        Self::Unknown((!refinement.is_empty()).then(|| Box::new(refinement)))
    }

    /// An object of the given attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Map(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A set of the given elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(elements.into_iter().collect())
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(typed) => typed.1.is_null(),
            _ => false,
        }
    }

    /// Whether this very value, not only something in it, is unknown.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Dynamic(typed) => typed.1.is_unknown(),
            _ => false,
        }
    }

    /// Whether neither the value nor anything in it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(Elements(elements)) => elements.iter().all(Self::is_wholly_known),
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            Self::Dynamic(typed) => typed.1.is_wholly_known(),
        }
    }

    /// The text, where this is known text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The attributes or elements, where this is a known object or map.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// One attribute of a known object; null where there is none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        self.as_map().and_then(|attributes| attributes.get(name)).unwrap_or(&Self::Null)
    }

    /// The value at a path; `None` where the path leads nowhere. What is in an unknown value is unknown.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (step, value.without_type()) {
            (_, Self::Unknown(_)) => Some(&Self::Unknown(None)),
            (Step::Attribute(name) | Step::Key(name), Self::Map(elements)) => elements.get(name),
            (Step::Index(index), Self::List(elements)) => elements.get(*index),
            (Step::Element(wanted), Self::Set(Elements(elements))) => elements.iter().find(|e| *e == &**wanted),
            _ => None,
        })
    }

    /// This value; that which stands under a dynamic type, without its type.
    fn without_type(&self) -> &Self {
        match self {
            Self::Dynamic(typed) => &typed.1,
            plain => plain,
        }
    }

    /// The first unknown in this value of type `ty`, in reading order.
    #[must_use]
    pub fn first_unknown(&self, ty: &Type) -> Option<Path> {
        fn search(value: &Value, ty: &Type, path: &Path) -> Option<Path> {
            match value {
                Value::Unknown(_) => Some(path.clone()),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
                Value::List(elements) => elements
                    .iter()
                    .enumerate()
                    .find_map(|(i, element)| search(element, ty.element(i), &path.clone().index(i))),
                Value::Set(Elements(elements)) => elements
                    .iter()
                    .find_map(|element| search(element, ty.element(0), &path.clone().element(element.clone()))),
                Value::Map(elements) => elements
                    .iter()
                    .find_map(|(name, element)| search(element, ty.entry(name), &path.clone().step(ty.step(name)))),
                Value::Dynamic(typed) => search(&typed.1, &typed.0, path),
            }
        }
        search(self, ty, &Path::root())
    }

    /// This value, in which nulls and unknowns that stand without a type under `dynamic` take the type that those in
    /// the same place of `origin` have.
    ///
    /// To a host, a null of another type is another value, but a model has one null only.
    pub(crate) fn with_types_of(self, origin: &Self) -> Self {
        match (self, origin) {
            (absent @ (Self::Null | Self::Unknown(_)), Self::Dynamic(typed)) => {
                let same = if absent.is_null() { typed.1.is_null() } else { typed.1.is_unknown() };
                if same { Self::Dynamic(Box::new((typed.0.clone(), absent))) } else { absent }
            }
            (Self::Map(values), Self::Map(origins)) => Self::Map(
                values
                    .into_iter()
                    .map(|(name, value)| {
                        let value = match origins.get(&name) {
                            Some(origin) => value.with_types_of(origin),
                            None => value,
                        };
                        (name, value)
                    })
                    .collect(),
            ),
            (Self::List(mut values), Self::List(origins)) => {
                for (value, origin) in values.iter_mut().zip(origins) {
                    *value = std::mem::replace(value, Self::Null).with_types_of(origin);
                }
                Self::List(values)
            }
            (value, _) => value,
        }
    }

    /// Reads msgpack as a value of type `ty`.
    ///
    /// # Errors
    /// When the bytes are no value of that type; the path says where.
    pub fn from_msgpack(bytes: &[u8], ty: &Type) -> Result<Self, ValueError> {
        msgpack::decode(bytes, ty)
    }

    /// Writes msgpack, as a value of type `ty`.
    ///
    /// # Errors
    /// When this is no value of that type; the path says where.
    pub fn to_msgpack(&self, ty: &Type) -> Result<Vec<u8>, ValueError> {
        msgpack::encode(self, ty)
    }

    /// Reads JSON as a value of type `ty`.
    ///
    /// # Errors
    /// When the bytes are no value of that type; the path says where.
    pub fn from_json(bytes: &[u8], ty: &Type, reading: Reading) -> Result<Self, ValueError> {
        json::decode(bytes, ty, reading)
    }

    /// Writes JSON, as a value of type `ty`. JSON cannot say "unknown".
    ///
    /// # Errors
    /// When this is no value of that type, or not wholly known; the path says where.
    pub fn to_json(&self, ty: &Type) -> Result<Vec<u8>, ValueError> {
        json::encode(self, ty)
    }

    /// The name of the value's kind, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map or object",
            Self::Dynamic(_) => "a value of any type",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown(None) => f.write_str("unknown"),
            Self::Unknown(Some(_)) => f.write_str("unknown (refined)"),
            Self::Bool(_) => f.write_str("bool"),
            Self::Number(_) => f.write_str("number"),
            Self::String(_) => f.write_str("string"),
            Self::List(elements) => f.debug_list().entries(elements).finish(),
            Self::Set(Elements(elements)) => f.debug_set().entries(elements).finish(),
            Self::Map(elements) => f.debug_map().entries(elements).finish(),
            Self::Dynamic(typed) => write!(f, "dynamic({:?})", typed.1),
        }
    }
}

impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(normalized(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if is_normalized(&text) { Self::String(text) } else { Self::String(text.nfc().collect()) }
    }
}

/// Hosts compare strings in NFC, so ours are kept in it.
pub(crate) fn normalized(text: &str) -> String {
    if is_normalized(text) { text.to_owned() } else { text.nfc().collect() }
}

fn is_normalized(text: &str) -> bool {
    text.is_ascii() || unicode_normalization::is_nfc(text)
}

/// Why bytes are no value of a type, or a value cannot be written as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", location(path))]
pub struct ValueError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: Problem,
}

fn location(path: &Path) -> String {
    if path.is_root() { String::new() } else { format!("{path}: ") }
}

/// What is wrong with a value; see [`ValueError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Another kind of value than the type asks for.
    #[error("expected {expected}, got {found}")]
    Kind {
        /// The type, as people write it.
        expected: String,
        /// The kind of value found.
        found: &'static str,
    },
    /// An object without one of its attributes.
    #[error("attribute `{0}` is missing")]
    MissingAttribute(String),
    /// An object with an attribute that its type does not have.
    #[error("unexpected attribute `{0}`")]
    UnexpectedAttribute(String),
    /// A map or object with the same key twice.
    #[error("a key stands twice")]
    DuplicateKey,
    /// A tuple of another length than its type.
    #[error("expected {expected} elements, got {found}")]
    Length {
        /// As many as the type has.
        expected: usize,
        /// As many as there were.
        found: usize,
    },
    /// A number that cannot be kept.
    #[error("{0}")]
    Number(#[from] NumberError),
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Utf8,
    /// The bytes end too early, go on too long, or are no msgpack or JSON at all.
    #[error("malformed input: {0}")]
    Malformed(&'static str),
    /// A type under `dynamic` that is none.
    #[error("not a type")]
    Type,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested too deeply")]
    Depth,
    /// An unknown value where the form has no way to say so.
    #[error("the value is not known yet")]
    Unknown,
}

impl Problem {
    fn kind(ty: &Type, found: &'static str) -> Self {
        Self::Kind { expected: ty.to_string(), found }
    }

    fn at(self, path: &Path) -> ValueError {
        ValueError { path: path.clone(), problem: self }
    }
}

impl ValueError {
    /// The same problem, seen from one step further out.
    pub(crate) fn under(mut self, step: Step) -> Self {
        self.path = self.path.under(step);
        self
    }
}

impl From<Problem> for ValueError {
    fn from(problem: Problem) -> Self {
        problem.at(&Path::root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_unknown_is_named_as_its_type_says() {
        let ty = Type::object([
            ("a", Type::object([("b", Type::map(Type::list(Type::Bool)))])),
            ("c", Type::Dynamic),
            ("d", Type::set(Type::String)),
        ]);
        let map = |key: &str, value: Value| Value::object([(key, value)]);
        let value = |unknown: &str| {
            let at = |name: &str, value: Value| if name == unknown { value } else { Value::Null };
            let typed = (Type::map(Type::String), map("k", Value::unknown()));
            Value::object([
                ("a", at("a", map("b", map("k", Value::List(vec![Value::Null, Value::unknown()]))))),
                ("c", at("c", Value::Dynamic(Box::new(typed)))),
                ("d", at("d", Value::set([Value::unknown()]))),
            ])
        };
        for (unknown, path) in [("a", "a.b[\"k\"][1]"), ("c", "c[\"k\"]"), ("d", "d[*]")] {
            assert_eq!(value(unknown).first_unknown(&ty).map(|path| path.to_string()).as_deref(), Some(path));
        }
        assert_eq!(value("").first_unknown(&ty), None);
    }

    #[test]
    fn a_path_leads_through_what_is_dynamic_and_into_what_is_unknown() {
        let inner = Value::object([("a", "1".into()), ("b", Value::unknown())]);
        let ty = Type::object([("a", Type::String), ("b", Type::object([("c", Type::String)]))]);
        let value = Value::object([("any", Value::Dynamic(Box::new((ty, inner)))), ("none", Value::Null)]);
        let at = |path: &str| value.at(&path.parse().unwrap());
        assert!(at("any.a") == Some(&"1".into()));
        for unknown in ["any.b", "any.b.c", "any.b.c[0]"] {
            assert!(at(unknown) == Some(&Value::unknown()), "{unknown}");
        }
        for nowhere in ["any.d", "any.a.b", "none.a"] {
            assert!(at(nowhere).is_none(), "{nowhere}");
        }
    }

    #[test]
    fn what_is_absent_gets_its_type_back() {
        let typed = |value| Value::Dynamic(Box::new((Type::String, value)));
        let object = |a, b| Value::object([("a", a), ("b", Value::List(vec![b]))]);
        let origin = object(typed(Value::Null), typed(Value::unknown()));
        assert!(object(Value::Null, Value::unknown()).with_types_of(&origin) == origin);
        let other = object(Value::unknown(), Value::Null);
        assert!(other.clone().with_types_of(&origin) == other, "null is not unknown");
        let known = object(typed("x".into()), typed("y".into()));
        assert!(object(Value::Null, Value::Null).with_types_of(&known) == object(Value::Null, Value::Null));
    }
}
