//! One attribute of a schema.

use std::fmt;

use super::modifier::{Equality, Replace};
use super::validator::{self, Validator};
use super::{Attributes, object_type};
use crate::value::{Type, Value};

/// An attribute, with all that planning, validation and documentation need to know of it.
#[derive(Debug)]
pub struct Attribute {
    draft: Draft,
    usage: Usage,
    /// Whether there is an [`Draft::equal_when`] in it, at any depth.
    has_spellings: bool,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The configuration may; else the provider does.
    OptionalComputed,
    /// The provider does, the configuration cannot.
    Computed,
}

/// What an attribute holds.
#[derive(Debug)]
pub enum Kind {
    /// A value of a type.
    Value(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, Attributes),
}

/// How nested objects are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// Objects by string keys.
    Map,
}

/// What tells that an element of a list of nested objects is still the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KnownBy {
    /// What is configured of it.
    Content,
    /// Its place alone.
    Place,
}

/// An attribute on its way into a schema: everything but who sets it.
pub struct Draft {
    kind: Kind,
    description: String,
    deprecation: Option<String>,
    sensitive: bool,
    write_only: bool,
    default: Option<Value>,
    replace: Replace,
    recomputed: bool,
    element: KnownBy,
    equality: Option<Equality>,
    validators: Vec<Validator>,
}

/// Text.
pub fn string(description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::String), description)
}

/// True or false.
pub fn boolean(description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::Bool), description)
}

/// Any number.
pub fn number(description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::Number), description)
}

/// A whole number that fits `i64`; anything else is refused in validation.
pub fn integer(description: impl Into<String>) -> Draft {
    number(description).validate(validator::whole())
}

/// A list of plain values.
pub fn list(element: Type, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::list(element)), description)
}

/// A set of plain values.
pub fn set(element: Type, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::set(element)), description)
}

/// A map of plain values.
pub fn map(element: Type, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::map(element)), description)
}

/// A value of any type.
pub fn dynamic(description: impl Into<String>) -> Draft {
    Draft::new(Kind::Value(Type::Dynamic), description)
}

/// A nested object. The attributes come from a schema, whose own description is not used.
pub fn object(attributes: super::Schema, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Nested(Nesting::Single, attributes.attributes), description)
}

/// A list of nested objects.
pub fn list_of(attributes: super::Schema, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Nested(Nesting::List, attributes.attributes), description)
}

/// A set of nested objects.
pub fn set_of(attributes: super::Schema, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Nested(Nesting::Set, attributes.attributes), description)
}

/// Nested objects by string keys.
pub fn map_of(attributes: super::Schema, description: impl Into<String>) -> Draft {
    Draft::new(Kind::Nested(Nesting::Map, attributes.attributes), description)
}

impl Draft {
    fn new(kind: Kind, description: impl Into<String>) -> Self {
        Self {
            kind,
            description: description.into(),
            deprecation: None,
            sensitive: false,
            write_only: false,
            default: None,
            replace: Replace::Never,
            recomputed: false,
            element: KnownBy::Content,
            equality: None,
            validators: Vec::new(),
        }
    }

    /// Hidden in plans and output.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Taken from the configuration and never stored; from protocol 6.8 on (Terraform 1.11).
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// The value where the configuration says nothing.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// A change means that the object is made anew.
    #[must_use]
    pub fn replace(self) -> Self {
        self.replaced(Replace::Always)
    }

    /// When a change means that the object is made anew.
    #[must_use]
    pub fn replaced(mut self, replace: Replace) -> Self {
        self.replace = replace;
        self
    }

    /// Computed anew by every update, so unknown in its plan. Without this, a computed value stays as it is.
    #[must_use]
    pub fn recomputed(mut self) -> Self {
        self.recomputed = true;
        self
    }

    /// The elements of a list of nested objects are known by their places: what is computed of one stays when the
    /// configuration changes it. Without this, one that changes is another, and what is computed of it unknown.
    #[must_use]
    pub fn known_by_place(mut self) -> Self {
        self.element = KnownBy::Place;
        self
    }

    /// When two spellings mean the same: then there is no difference, and the user's own spelling stays.
    #[must_use]
    pub fn equal_when(mut self, equality: Equality) -> Self {
        self.equality = Some(equality);
        self
    }

    /// A rule that every configured value must obey. Values that are not known yet are judged once they are.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Marks the attribute as deprecated; the message says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    pub(super) fn into_attribute(self, usage: Usage) -> Attribute {
        let has_spellings = self.equality.is_some()
            || match &self.kind {
                Kind::Value(_) => false,
                Kind::Nested(_, nested) => nested.values().any(Attribute::has_spellings),
            };
        Attribute { draft: self, usage, has_spellings }
    }
}

impl Attribute {
    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.draft.kind
    }

    /// The type of its values.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match &self.draft.kind {
            Kind::Value(ty) => ty.clone(),
            Kind::Nested(Nesting::Single, attributes) => object_type(attributes),
            Kind::Nested(Nesting::List, attributes) => Type::list(object_type(attributes)),
            Kind::Nested(Nesting::Set, attributes) => Type::set(object_type(attributes)),
            Kind::Nested(Nesting::Map, attributes) => Type::map(object_type(attributes)),
        }
    }

    /// Who sets it.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether a configuration can set it.
    #[must_use]
    pub fn is_configurable(&self) -> bool {
        self.usage != Usage::Computed
    }

    /// Whether the provider may choose its value where the configuration does not: also to fill in a default.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        matches!(self.usage, Usage::Computed | Usage::OptionalComputed) || self.draft.default.is_some()
    }

    /// Whether it is hidden in plans and output.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.draft.sensitive
    }

    /// Whether it is taken from the configuration and never stored.
    #[must_use]
    pub fn is_write_only(&self) -> bool {
        self.draft.write_only
    }

    /// The value where the configuration says nothing.
    #[must_use]
    pub fn default(&self) -> Option<&Value> {
        self.draft.default.as_ref()
    }

    /// When a change means that the object is made anew.
    #[must_use]
    pub fn replaced(&self) -> &Replace {
        &self.draft.replace
    }

    /// Whether every update computes it anew.
    #[must_use]
    pub fn is_recomputed(&self) -> bool {
        self.draft.recomputed
    }

    /// Whether the elements of a list are known by their places alone.
    #[must_use]
    pub fn is_known_by_place(&self) -> bool {
        self.draft.element == KnownBy::Place
    }

    /// Whether two values of this attribute mean the same, at any depth.
    #[must_use]
    pub fn same(&self, left: &Value, right: &Value) -> bool {
        if left == right || self.draft.equality.as_ref().is_some_and(|same| same.holds(left, right)) {
            return true;
        }
        let Kind::Nested(nesting, nested) = &self.draft.kind else { return false };
        self.has_spellings && nesting.pairs(left, right, |left, right| same_object(nested, left, right))
    }

    /// Whether two values can mean the same and yet differ, at any depth.
    pub(crate) fn has_spellings(&self) -> bool {
        self.has_spellings
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.draft.description
    }

    /// What to use in its place, where it is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.draft.deprecation.as_deref()
    }

    /// The rules for configured values.
    #[must_use]
    pub fn validators(&self) -> &[Validator] {
        &self.draft.validators
    }
}

pub(super) fn same_object(attributes: &Attributes, left: &Value, right: &Value) -> bool {
    if left.as_map().is_none() || right.as_map().is_none() {
        return left == right;
    }
    attributes.iter().all(|(name, attribute)| attribute.same(left.attribute(name), right.attribute(name)))
}

impl Nesting {
    /// Whether each nested object on one side has one on the other that is the same, by a rule that holds of equal ones.
    pub(crate) fn pairs(self, left: &Value, right: &Value, same: impl Fn(&Value, &Value) -> bool) -> bool {
        match (self, left, right) {
            (Self::Single, Value::Map(_), Value::Map(_)) => same(left, right),
            (Self::List, Value::List(left), Value::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
            }
            (Self::Map, Value::Map(left), Value::Map(right)) => {
                left.keys().eq(right.keys()) && left.values().zip(right.values()).all(|(left, right)| same(left, right))
            }
            (Self::Set, Value::Set(left), Value::Set(right)) => set_pairs(left.as_slice(), right.as_slice(), same),
            _ => false,
        }
    }
}

/// Elements that are equal stand for each other; what is left is compared one by one.
fn set_pairs(left: &[Value], right: &[Value], same: impl Fn(&Value, &Value) -> bool) -> bool {
    let only_in = |these: &[Value], those: &[Value]| {
        these.iter().filter(|element| those.binary_search(element).is_err()).cloned().collect::<Vec<_>>()
    };
    let (left, mut right) = (only_in(left, right), only_in(right, left));
    left.len() == right.len()
        && left.iter().all(|left| {
            let position = right.iter().position(|right| same(left, right));
            position.map(|position| right.remove(position)).is_some()
        })
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("kind", &self.kind)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}
