//! What can be a field of a model.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::{Number, Problem, Step, Type, Value, ValueError};

use super::{Attr, Shape};

/// A Rust type that stands for a Terraform type. Models are fields too, as nested objects.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a model",
    label = "not a Terraform type",
    note = "use `Attr<T>` of a `String`, `bool`, `i64`, `Number`, `Vec`, `BTreeSet`, `BTreeMap<String, _>`, a word of \
            `string_enum!` or another `#[derive(Model)]` struct"
)]
pub trait Field: Sized {
    /// Whether it can be null.
    const NULLABLE: bool = false;
    /// Whether it can be unknown.
    const UNKNOWABLE: bool = false;

    /// The Terraform type.
    fn value_type() -> Type;

    /// What it has words for, in its parts too.
    #[must_use]
    fn shape() -> Shape {
        Shape::of::<Self>()
    }

    /// Reads a value.
    ///
    /// # Errors
    /// When the value is of another type, or null or unknown and this type has no word for it.
    fn from_value(value: Value) -> Result<Self, ValueError>;

    /// Writes a value.
    fn into_value(self) -> Value;
}

fn misfit<T>(expected: &Type, found: &Value) -> Result<T, ValueError> {
    Err(Problem::Kind { expected: expected.to_string(), found: found.kind() }.into())
}

impl<T: Field> Field for Attr<T> {
    const NULLABLE: bool = true;
    const UNKNOWABLE: bool = true;

    fn value_type() -> Type {
        T::value_type()
    }

    fn shape() -> Shape {
        Shape { nullable: true, unknowable: true, ..T::shape() }
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Unknown(refinement) => Ok(Self::Unknown(refinement)),
            // Under a dynamic type these may bring a type along, and are null and unknown all the same.
            Value::Dynamic(typed) if typed.1.is_null() || typed.1.is_unknown() => Self::from_value(typed.1),
            known => T::from_value(known).map(Self::Known),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown(refinement) => Value::Unknown(refinement),
            Self::Known(value) => value.into_value(),
        }
    }
}

impl<T: Field> Field for Option<T> {
    const NULLABLE: bool = true;

    fn value_type() -> Type {
        T::value_type()
    }

    fn shape() -> Shape {
        Shape { nullable: true, ..T::shape() }
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        if value.is_null() { Ok(None) } else { T::from_value(value).map(Some) }
    }

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl Field for String {
    fn value_type() -> Type {
        Type::String
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::String(text) => Ok(text),
            other => misfit(&Type::String, &other),
        }
    }

    fn into_value(self) -> Value {
        Value::from(self)
    }
}

impl Field for bool {
    fn value_type() -> Type {
        Type::Bool
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Bool(bool) => Ok(bool),
            other => misfit(&Type::Bool, &other),
        }
    }

    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl Field for Number {
    fn value_type() -> Type {
        Type::Number
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Number(number) => Ok(number),
            other => misfit(&Type::Number, &other),
        }
    }

    fn into_value(self) -> Value {
        Value::Number(self)
    }
}

/// A whole number; the schema's validator [`crate::schema::integer`] keeps fractions out before they come here.
impl Field for i64 {
    fn value_type() -> Type {
        Type::Number
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        let number = Number::from_value(value)?;
        number
            .to_i64()
            .ok_or_else(|| Problem::Kind { expected: "a 64-bit integer".into(), found: "another number" }.into())
    }

    fn into_value(self) -> Value {
        Value::from(self)
    }
}

/// A value of any type, as it is.
impl Field for Value {
    const NULLABLE: bool = true;
    const UNKNOWABLE: bool = true;

    fn value_type() -> Type {
        Type::Dynamic
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        Ok(value)
    }

    fn into_value(self) -> Value {
        self
    }
}

impl<T: Field> Field for Vec<T> {
    fn value_type() -> Type {
        Type::list(T::value_type())
    }

    fn shape() -> Shape {
        Shape::collection(T::shape())
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::List(elements) => elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| T::from_value(element).map_err(|error| error.under(Step::Index(index))))
                .collect(),
            other => misfit(&Self::value_type(), &other),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: Field + Ord> Field for BTreeSet<T> {
    fn value_type() -> Type {
        Type::set(T::value_type())
    }

    fn shape() -> Shape {
        Shape::collection(T::shape())
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Set(elements) => elements
                .into_iter()
                .map(|element| {
                    let step = Step::Element(Box::new(element.clone()));
                    T::from_value(element).map_err(|error| error.under(step))
                })
                .collect(),
            other => misfit(&Self::value_type(), &other),
        }
    }

    fn into_value(self) -> Value {
        Value::set(self.into_iter().map(T::into_value))
    }
}

/// The elements of a set that need not be known yet, such as nested objects: two unknown elements may become different,
/// so both are there. Where all are known and ordered, a `BTreeSet` does too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set<T>(pub Vec<T>);

impl<T: Field> Field for Set<T> {
    fn value_type() -> Type {
        Type::set(T::value_type())
    }

    fn shape() -> Shape {
        Shape::collection(T::shape())
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        let Value::Set(elements) = value else { return misfit(&Self::value_type(), &value) };
        let read = |element: Value| {
            let step = Step::Element(Box::new(element.clone()));
            T::from_value(element).map_err(|error| error.under(step))
        };
        elements.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    fn into_value(self) -> Value {
        Value::set(self.0.into_iter().map(T::into_value))
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn value_type() -> Type {
        Type::map(T::value_type())
    }

    fn shape() -> Shape {
        Shape::collection(T::shape())
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Map(elements) => elements
                .into_iter()
                .map(|(key, element)| match T::from_value(element) {
                    Ok(element) => Ok((key, element)),
                    Err(error) => Err(error.under(Step::Key(key))),
                })
                .collect(),
            other => misfit(&Self::value_type(), &other),
        }
    }

    fn into_value(self) -> Value {
        Value::Map(self.into_iter().map(|(key, element)| (key, element.into_value())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Refinement;

    #[test]
    fn null_and_unknown_are_told_with_a_type_too() {
        let typed = |value| Value::Dynamic(Box::new((Type::String, value)));
        let read = |value| Attr::<Value>::from_value(value).unwrap();
        assert!(read(typed(Value::Null)).is_null());
        assert!(read(typed(typed(Value::Null))).is_null(), "however deep");
        assert!(
            read(typed(Value::refined(Refinement::prefix("a"))))
                == Attr::Unknown(Some(Box::new(Refinement::prefix("a"))))
        );
        assert!(read(typed("a".into())) == Attr::Known(typed("a".into())));
    }

    #[test]
    fn unknown_elements_of_a_set_stay_apart() {
        let planned = Value::set([Value::unknown(), Value::unknown(), "a".into()]);
        let set = Set::<Attr<String>>::from_value(planned.clone()).unwrap();
        assert_eq!(set.0.len(), 3);
        assert!(set.into_value() == planned);
        assert!(Set::<String>::from_value(planned).is_err(), "a plain type has no word for unknown");
        assert_eq!(Set::<String>::value_type(), Type::set(Type::String));
    }
}
