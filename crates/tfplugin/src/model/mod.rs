//! The typed face of values: models whose fields are the attributes of a schema.
//!
//! A field of type [`Attr`] can be null, unknown or known, and the compiler makes its reader say which. What a
//! configuration can set is that, in elements of collections too: also where an operation is called with known values
//! alone, validation is not, and a reference to what does not exist yet may stand for any part of a value. A field of a
//! plain type is always known, one of type `Option` is known or null: for what the provider computes itself, and for
//! arguments of functions.

mod attr;
mod field;
mod shape;
mod string_enum;

pub(crate) use self::shape::Parts;
use crate::value::{Type, Value, ValueError};

pub use self::attr::{Absent, Attr};
pub use self::field::{Field, Set};
pub use self::shape::Shape;
pub use tfplugin_derive::Model;

/// A struct whose fields are the attributes of an object.
///
/// Derive it; a test in the provider checks that model and schema agree (see [`crate::schema::Schema::agrees_with`]).
///
/// ```
/// use tfplugin::{Attr, Model};
///
/// #[derive(Model)]
/// struct Team {
///     name: Attr<String>,
///     members: Attr<Vec<Attr<Member>>>,
/// }
///
/// #[derive(Model)]
/// struct Member {
///     username: Attr<String>,
///     admin: Attr<bool>,
/// }
/// ```
pub trait Model: Sized + Send + Sync + 'static {
    /// The attributes and their types.
    fn attributes() -> Vec<(&'static str, Type)>;

    /// What the fields of the attributes have words for.
    fn shapes() -> Vec<(&'static str, Shape)>;

    /// Reads an object.
    ///
    /// # Errors
    /// When the value is no object with these attributes; the path says where.
    fn from_value(value: Value) -> Result<Self, ValueError>;

    /// Writes an object.
    fn into_value(self) -> Value;
}

/// A model without attributes, for providers without configuration.
impl Model for () {
    fn attributes() -> Vec<(&'static str, Type)> {
        Vec::new()
    }

    fn shapes() -> Vec<(&'static str, Shape)> {
        Vec::new()
    }

    fn from_value(_: Value) -> Result<Self, ValueError> {
        Ok(())
    }

    fn into_value(self) -> Value {
        Value::Map(std::collections::BTreeMap::new())
    }
}

/// What derived code needs and nobody else.
#[doc(hidden)]
pub mod derive {
    use std::collections::BTreeMap;

    use crate::value::{Problem, Step, Value, ValueError};

    use super::Field;

    /// The attributes of an object on their way into a model.
    pub struct Attributes(BTreeMap<String, Value>);

    impl Attributes {
        /// # Errors
        /// When the value is no object.
        pub fn new(value: Value) -> Result<Self, ValueError> {
            match value {
                Value::Map(attributes) => Ok(Self(attributes)),
                other => Err(Problem::Kind { expected: "object".into(), found: other.kind() }.into()),
            }
        }

        /// # Errors
        /// When the attribute is missing or of another type.
        pub fn take<F: Field>(&mut self, name: &'static str) -> Result<F, ValueError> {
            let value = self.0.remove(name).ok_or_else(|| Problem::MissingAttribute(name.into()))?;
            F::from_value(value).map_err(|error| error.under(Step::Attribute(name.into())))
        }

        /// # Errors
        /// When an attribute is left.
        pub fn finish(self) -> Result<(), ValueError> {
            match self.0.into_keys().next() {
                Some(name) => Err(Problem::UnexpectedAttribute(name).into()),
                None => Ok(()),
            }
        }
    }
}
