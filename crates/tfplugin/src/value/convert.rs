//! Conversions that Terraform itself makes where a value of one type is given for another.

use super::{Number, Problem, Step, Type, Value, ValueError};

impl Value {
    /// This value of type `from`, as a value of type `to`.
    ///
    /// Scalars go to text and back, tuples to lists and sets, objects to maps. Null and unknown values become null and
    /// unknown values of the other type.
    ///
    /// # Errors
    /// When there is no such conversion; the path says where.
    pub fn convert(self, from: &Type, to: &Type) -> Result<Self, ValueError> {
        if from == to || matches!(self, Self::Null) {
            return Ok(self);
        }
        if self.is_unknown() {
            return Ok(Self::unknown());
        }
        match (self, from, to) {
            (Self::Dynamic(typed), _, to) => {
                let (from, value) = *typed;
                if *to == Type::Dynamic { Ok(Self::Dynamic(Box::new((from, value)))) } else { value.convert(&from, to) }
            }
            (value, from, Type::Dynamic) => Ok(Self::Dynamic(Box::new((from.clone(), value)))),
            (Self::Number(number), _, Type::String) => Ok(Self::from(number.to_string())),
            (Self::Bool(bool), _, Type::String) => Ok(Self::from(if bool { "true" } else { "false" })),
            (Self::String(text), _, Type::Number) => Ok(Self::Number(text.parse::<Number>().map_err(Problem::Number)?)),
            (Self::String(text), _, Type::Bool) if text == "true" => Ok(Self::Bool(true)),
            (Self::String(text), _, Type::Bool) if text == "false" => Ok(Self::Bool(false)),
            (Self::List(values), from, Type::List(to)) => Ok(Self::List(elements(values, from, to)?)),
            (Self::List(values), from, Type::Set(to)) => Ok(Self::set(elements(values, from, to)?)),
            (Self::Set(values), from, Type::Set(to)) => {
                Ok(Self::set(elements(values.into_iter().collect(), from, to)?))
            }
            (Self::Set(values), from, Type::List(to)) => {
                Ok(Self::List(elements(values.into_iter().collect(), from, to)?))
            }
            (Self::List(values), from, Type::Tuple(to)) if values.len() == to.len() => {
                let values = values.into_iter().zip(to).enumerate().map(|(index, (value, to))| {
                    value.convert(from.element(index), to).map_err(|error| error.under(Step::Index(index)))
                });
                Ok(Self::List(values.collect::<Result<_, _>>()?))
            }
            (Self::Map(values), from, Type::Map(to)) => {
                let values = values.into_iter().map(|(key, value)| {
                    let converted = value.convert(from.entry(&key), to);
                    converted.map(|value| (key.clone(), value)).map_err(|error| error.under(Step::Key(key)))
                });
                Ok(Self::Map(values.collect::<Result<_, _>>()?))
            }
            (Self::Map(mut values), from, Type::Object(object)) => {
                let converted = object.attributes.iter().map(|(name, to)| {
                    let Some(value) = values.remove(name) else {
                        if object.optional.contains(name) {
                            return Ok((name.clone(), Self::Null));
                        }
                        return Err(Problem::MissingAttribute(name.clone()).into());
                    };
                    let value = value.convert(from.entry(name), to);
                    Ok((name.clone(), value.map_err(|error| error.under(Step::Attribute(name.clone())))?))
                });
                Ok(Self::Map(converted.collect::<Result<_, ValueError>>()?))
            }
            (value, _, to) => Err(Problem::kind(to, value.kind()).into()),
        }
    }
}

fn elements(values: Vec<Value>, from: &Type, to: &Type) -> Result<Vec<Value>, ValueError> {
    let values = values.into_iter().enumerate();
    values
        .map(|(index, value)| value.convert(from.element(index), to).map_err(|error| error.under(Step::Index(index))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_terraforms_own() {
        let list = |values: &[&str]| Value::List(values.iter().map(|text| Value::from(*text)).collect());
        let map = |value: Value| Value::object([("a", value)]);
        let object = |ty: Type| Type::object([("a", ty)]);
        let cases = [
            (Value::from(7), Type::Number, Type::String, Value::from("7")),
            (Value::from("7"), Type::String, Type::Number, Value::from(7)),
            (Value::from("true"), Type::String, Type::Bool, Value::Bool(true)),
            (list(&["b", "a"]), Type::Tuple(vec![Type::String; 2]), Type::list(Type::String), list(&["b", "a"])),
            (
                list(&["b", "a", "b"]),
                Type::Tuple(vec![Type::String; 3]),
                Type::set(Type::String),
                Value::set(["a".into(), "b".into()]),
            ),
            (map(Value::Bool(true)), object(Type::Bool), Type::map(Type::String), map("true".into())),
            (map("1".into()), Type::map(Type::String), object(Type::Number), map(Value::from(1))),
            (Value::Null, Type::String, Type::Bool, Value::Null),
            (Value::unknown(), Type::String, Type::Bool, Value::unknown()),
        ];
        for (value, from, to, expected) in cases {
            assert!(value.clone().convert(&from, &to) == Ok(expected), "{from} to {to}");
        }
    }

    #[test]
    fn what_cannot_be_converted_is_told_with_its_place() {
        let value = Value::List(vec!["1".into(), "x".into()]);
        let error = value.convert(&Type::Tuple(vec![Type::String; 2]), &Type::list(Type::Number)).unwrap_err();
        assert_eq!(error.to_string(), "[1]: not a decimal number");
        assert!(Value::from("yes").convert(&Type::String, &Type::Bool).is_err());
        assert!(Value::Map([].into()).convert(&Type::object::<&str>([]), &Type::list(Type::Bool)).is_err());
    }
}
