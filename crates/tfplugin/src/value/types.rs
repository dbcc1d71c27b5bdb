//! Terraform's types and their JSON form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MAX_DEPTH, Step, normalized};

/// A type constraint, as it stands in a schema.
///
/// Serialises to the protocol's JSON form: `"string"`, `["list", "string"]`, `["object", {"a": "bool"}, ["a"]]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// A number of any size and precision.
    Number,
    /// Unicode text, normalised to NFC.
    String,
    /// Any type: each value brings its own.
    Dynamic,
    /// An ordered collection of one type.
    List(Box<Type>),
    /// An unordered collection of one type without duplicates.
    Set(Box<Type>),
    /// Values of one type by string keys.
    Map(Box<Type>),
    /// A fixed sequence of types.
    Tuple(Vec<Type>),
    /// Named attributes, each of its own type.
    Object(ObjectType),
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType {
    /// The attributes by name.
    pub attributes: BTreeMap<String, Type>,
    /// The names that a conversion may leave out. Values always hold every attribute, absent ones as null.
    pub optional: BTreeSet<String>,
}

impl Type {
    /// A list of `element`.
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    #[must_use]
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element` by string keys.
    #[must_use]
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object whose attributes all are always present.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        let attributes = attributes.into_iter().map(|(name, ty)| (normalized(&name.into()), ty)).collect();
        Self::Object(ObjectType { attributes, optional: BTreeSet::new() })
    }

    /// Whether values of this type bring a part of their type along: it is dynamic, or has a dynamic part.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_open(),
            Self::Tuple(elements) => elements.iter().any(Self::is_open),
            Self::Object(object) => object.attributes.values().any(Self::is_open),
        }
    }

    /// The type of one element of a list, set or tuple; any type where this is none.
    pub(crate) fn element(&self, index: usize) -> &Self {
        match self {
            Self::List(element) | Self::Set(element) => element,
            Self::Tuple(elements) => elements.get(index).unwrap_or(&Self::Dynamic),
            _ => &Self::Dynamic,
        }
    }

    /// The type of one attribute of an object, or of the elements of a map; any type where this is none.
    pub(crate) fn entry(&self, name: &str) -> &Self {
        match self {
            Self::Map(element) => element,
            Self::Object(object) => object.attributes.get(name).unwrap_or(&Self::Dynamic),
            _ => &Self::Dynamic,
        }
    }

    /// The step into an attribute of an object, or into an element of a map.
    pub(crate) fn step(&self, name: &str) -> Step {
        match self {
            Self::Map(_) => Step::Key(name.to_owned()),
            _ => Step::Attribute(name.to_owned()),
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// When the text is not JSON, not a type, or nested deeper than [`MAX_DEPTH`].
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        let ty: Self = serde_json::from_slice(json)?;
        if ty.depth() > MAX_DEPTH {
            return Err(serde::de::Error::custom("the type is nested too deeply"));
        }
        Ok(ty)
    }

    /// The JSON form, as the protocol sends it.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Writing to memory cannot fail and every key is a string.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn depth(&self) -> usize {
        1 + match self {
            Self::Bool | Self::Number | Self::String | Self::Dynamic => 0,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.depth(),
            Self::Tuple(elements) => elements.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(object) => object.attributes.values().map(Self::depth).max().unwrap_or(0),
        }
    }
}

/// The name that people know from `terraform console` and documentation.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("any type"),
            Self::List(element) => write!(f, "list of {element}"),
            Self::Set(element) => write!(f, "set of {element}"),
            Self::Map(element) => write!(f, "map of {element}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pair = |serializer: S, word: &str, element: &Type| {
            let mut seq = serializer.serialize_seq(Some(2))?;
            seq.serialize_element(word)?;
            seq.serialize_element(element)?;
            seq.end()
        };
        match self {
            Self::Bool => serializer.serialize_str("bool"),
            Self::Number => serializer.serialize_str("number"),
            Self::String => serializer.serialize_str("string"),
            Self::Dynamic => serializer.serialize_str("dynamic"),
            Self::List(element) => pair(serializer, "list", element),
            Self::Set(element) => pair(serializer, "set", element),
            Self::Map(element) => pair(serializer, "map", element),
            Self::Tuple(elements) => {
                let mut seq = serializer.serialize_seq(Some(2))?;
                seq.serialize_element("tuple")?;
                seq.serialize_element(elements)?;
                seq.end()
            }
            Self::Object(object) => {
                let mut seq = serializer.serialize_seq(None)?;
                seq.serialize_element("object")?;
                seq.serialize_element(&object.attributes)?;
                if !object.optional.is_empty() {
                    seq.serialize_element(&object.optional)?;
                }
                seq.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypeVisitor)
    }
}

struct TypeVisitor;

impl<'de> serde::de::Visitor<'de> for TypeVisitor {
    type Value = Type;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type such as \"string\" or [\"list\", \"string\"]")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Type, E> {
        match word {
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(E::unknown_variant(word, &["bool", "number", "string", "dynamic"])),
        }
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Type, A::Error> {
        use serde::de::Error as _;
        let missing = |()| A::Error::custom("a collection type names its element type");
        let word: String = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let ty = match word.as_str() {
            "list" => Type::List(seq.next_element()?.ok_or(()).map_err(missing)?),
            "set" => Type::Set(seq.next_element()?.ok_or(()).map_err(missing)?),
            "map" => Type::Map(seq.next_element()?.ok_or(()).map_err(missing)?),
            "tuple" => Type::Tuple(seq.next_element()?.ok_or(()).map_err(missing)?),
            "object" => {
                // In NFC, as the names in values are.
                let attributes: BTreeMap<String, Type> = seq.next_element()?.ok_or(()).map_err(missing)?;
                let attributes: BTreeMap<_, _> =
                    attributes.into_iter().map(|(name, ty)| (normalized(&name), ty)).collect();
                let optional: BTreeSet<String> = seq.next_element()?.unwrap_or_default();
                let optional: BTreeSet<_> = optional.iter().map(|name| normalized(name)).collect();
                if let Some(name) = optional.iter().find(|name| !attributes.contains_key(*name)) {
                    return Err(A::Error::custom(format_args!("optional attribute `{name}` is not in the object")));
                }
                Type::Object(ObjectType { attributes, optional })
            }
            other => return Err(A::Error::unknown_variant(other, &["list", "set", "map", "tuple", "object"])),
        };
        if seq.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("a type has more parts than its kind allows"));
        }
        Ok(ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_round_trips() {
        let cases = [
            r#""string""#,
            r#""dynamic""#,
            r#"["list","number"]"#,
            r#"["set",["map","bool"]]"#,
            r#"["tuple",["string","bool"]]"#,
            r#"["tuple",[]]"#,
            r#"["object",{"a":"string","b":["list","dynamic"]}]"#,
            r#"["object",{"a":"string","b":"bool"},["b"]]"#,
        ];
        for json in cases {
            let ty = Type::from_json(json.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(ty.to_json()).unwrap(), json);
        }
    }

    #[test]
    fn names_are_normalised() {
        let ty = Type::from_json("[\"object\",{\"e\u{301}\":\"bool\"},[\"e\u{301}\"]]".as_bytes()).unwrap();
        assert_eq!(ty.to_json(), "[\"object\",{\"\u{e9}\":\"bool\"},[\"\u{e9}\"]]".as_bytes());
        assert_eq!(Type::object([("e\u{301}", Type::Bool)]), Type::object([("\u{e9}", Type::Bool)]));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(100), "]".repeat(100));
        let cases = [
            "",
            "{}",
            "\"text\"",
            "[]",
            "[\"list\"]",
            "[\"list\",\"string\",\"string\"]",
            "[\"object\",{},[\"a\"]]",
            deep.as_str(),
        ];
        for json in cases {
            assert!(Type::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
