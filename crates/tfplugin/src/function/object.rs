//! One object as the argument of a function: options by name.

use crate::model::{Field, Model};
use crate::value::{Problem, Step, Type, Value, ValueError};

/// An argument that is an object with the attributes of a model, some of which may be left out.
///
/// Terraform has no optional arguments, so a function with options takes one object of any type. Attributes that the
/// model does not have are refused, missing ones are null, and values are converted as Terraform converts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<M>(pub M);

impl<M: Model> Field for Object<M> {
    fn value_type() -> Type {
        Type::Dynamic
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        let Value::Dynamic(typed) = value else {
            return Err(Problem::Kind { expected: "object".into(), found: value.kind() }.into());
        };
        let (ty, value) = *typed;
        let (Type::Object(_) | Type::Map(_), Value::Map(mut values)) = (&ty, value) else {
            return Err(Problem::Kind { expected: "object".into(), found: "another value" }.into());
        };
        let given = |name: &str| match &ty {
            Type::Object(object) => object.attributes.get(name),
            Type::Map(element) => Some(&**element),
            _ => None,
        };
        let mut attributes = Vec::new();
        for (name, wanted) in M::attributes() {
            let value = match (values.remove(name), given(name)) {
                (Some(value), Some(given)) => {
                    value.convert(given, &wanted).map_err(|error| error.under(Step::Attribute(name.into())))?
                }
                _ => Value::Null,
            };
            attributes.push((name, value));
        }
        if let Some(name) = values.into_keys().next() {
            return Err(Problem::UnexpectedAttribute(name).into());
        }
        M::from_value(Value::object(attributes)).map(Self)
    }

    fn into_value(self) -> Value {
        Value::Dynamic(Box::new((Type::object(M::attributes()), self.0.into_value())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attr, Model};

    #[derive(Debug, Model)]
    struct Options {
        name: String,
        tags: Option<Vec<String>>,
        size: Attr<i64>,
    }

    fn read(attributes: &[(&str, Type, Value)]) -> Result<Options, String> {
        let ty = Type::object(attributes.iter().map(|(name, ty, _)| (*name, ty.clone())));
        let value = Value::object(attributes.iter().map(|(name, _, value)| (*name, value.clone())));
        let object = Object::<Options>::from_value(Value::Dynamic(Box::new((ty, value))));
        object.map(|object| object.0).map_err(|error| error.to_string())
    }

    #[test]
    fn options_may_be_left_out_and_are_converted() {
        let tuple = Type::Tuple(vec![Type::String, Type::Number]);
        let tags = Value::List(vec!["a".into(), Value::from(1)]);
        let options =
            read(&[("name", Type::String, "x".into()), ("tags", tuple, tags), ("size", Type::String, "7".into())]);
        let options = options.unwrap();
        assert_eq!((options.name.as_str(), options.tags), ("x", Some(vec!["a".to_owned(), "1".to_owned()])));
        assert_eq!(options.size.known(), Some(&7));
        assert!(read(&[("name", Type::String, "x".into())]).unwrap().tags.is_none());
        let map = (Type::map(Type::String), Value::object([("name", Value::from("x"))]));
        assert!(Object::<Options>::from_value(Value::Dynamic(Box::new(map))).is_ok(), "a map is as good");
    }

    #[test]
    fn other_names_and_kinds_are_refused() {
        let refused = |attributes: &[(&str, Type, Value)]| read(attributes).unwrap_err();
        assert_eq!(
            refused(&[("name", Type::String, "x".into()), ("nmae", Type::String, "x".into())]),
            "unexpected attribute `nmae`"
        );
        assert_eq!(refused(&[]), "name: expected string, got null");
        assert_eq!(
            refused(&[("name", Type::String, "x".into()), ("size", Type::String, "big".into())]),
            "size: not a decimal number"
        );
    }
}
