//! What the fields of a model have words for.

use super::Field;

/// Whether a field, and what lies in it, can be null or unknown.
#[derive(Clone, Debug)]
pub struct Shape {
    pub(crate) nullable: bool,
    pub(crate) unknowable: bool,
    pub(crate) parts: Parts,
}

/// What lies in a field.
#[derive(Clone, Debug)]
pub(crate) enum Parts {
    /// Nothing that has a type of its own in Rust.
    None,
    /// The elements of a collection.
    Elements(Box<Shape>),
    /// The attributes of an object.
    Attributes(Vec<(&'static str, Shape)>),
}

impl Shape {
    /// Of a single value.
    #[must_use]
    pub fn of<T: Field>() -> Self {
        Self { nullable: T::NULLABLE, unknowable: T::UNKNOWABLE, parts: Parts::None }
    }

    /// Of a collection that is known.
    #[must_use]
    pub fn collection(element: Self) -> Self {
        Self { nullable: false, unknowable: false, parts: Parts::Elements(Box::new(element)) }
    }

    /// Of an object that is known.
    #[must_use]
    pub fn object(attributes: Vec<(&'static str, Self)>) -> Self {
        Self { nullable: false, unknowable: false, parts: Parts::Attributes(attributes) }
    }
}
