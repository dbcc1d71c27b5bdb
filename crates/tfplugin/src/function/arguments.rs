//! Tuples of fields as the arguments of a function.

use crate::model::Field;
use crate::value::{Type, Value};

use super::FunctionError;

/// The arguments of a function: a tuple of up to four [`Field`]s, the last of which may be [`Variadic`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a function",
    label = "not a tuple of fields",
    note = "write a tuple of one to four fields, such as `(String,)` or `(i64, Option<String>)`; the last may be `Variadic`"
)]
pub trait Arguments: Sized + Send {
    /// The types of the fixed arguments.
    fn parameters() -> Vec<ParameterType>;

    /// The type of the further arguments, where there may be some.
    fn variadic() -> Option<ParameterType>;

    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// When there are too few or too many, or one is of another type.
    fn from_values(values: Vec<Value>) -> Result<Self, FunctionError>;
}

/// The type of an argument, and what it may be besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterType {
    /// The Terraform type.
    pub value_type: Type,
    /// Whether it may be null.
    pub allow_null: bool,
    /// Whether it may be unknown.
    pub allow_unknown: bool,
}

/// Any number of further arguments of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variadic<T>(pub Vec<T>);

/// One element of the tuple: a fixed argument, or the variadic rest.
trait Argument: Sized {
    const VARIADIC: bool;

    fn parameter() -> ParameterType;
    fn take(values: &mut std::iter::Enumerate<std::vec::IntoIter<Value>>) -> Result<Self, FunctionError>;
}

fn parameter<T: Field>() -> ParameterType {
    ParameterType { value_type: T::value_type(), allow_null: T::NULLABLE, allow_unknown: T::UNKNOWABLE }
}

fn read<T: Field>((index, value): (usize, Value)) -> Result<T, FunctionError> {
    // A typed argument comes bare, one of any type with its type; both have the form that the field reads.
    T::from_value(value).map_err(|error| FunctionError::new(error.to_string()).at(index))
}

impl<T: Field> Argument for T {
    const VARIADIC: bool = false;

    fn parameter() -> ParameterType {
        parameter::<T>()
    }

    fn take(values: &mut std::iter::Enumerate<std::vec::IntoIter<Value>>) -> Result<Self, FunctionError> {
        values.next().ok_or_else(|| FunctionError::new("too few arguments")).and_then(read)
    }
}

impl<T: Field> Argument for Variadic<T> {
    const VARIADIC: bool = true;

    fn parameter() -> ParameterType {
        parameter::<T>()
    }

    fn take(values: &mut std::iter::Enumerate<std::vec::IntoIter<Value>>) -> Result<Self, FunctionError> {
        values.by_ref().map(read).collect::<Result<_, _>>().map(Variadic)
    }
}

macro_rules! arguments {
    ($($name:ident),+) => {
        #[allow(private_bounds, reason = "a field or the variadic rest, and nothing else")]
        impl<$($name: Argument + Send),+> Arguments for ($($name,)+) {
            fn parameters() -> Vec<ParameterType> {
                let all = [$(($name::VARIADIC, $name::parameter())),+];
                all.into_iter().filter(|(variadic, _)| !variadic).map(|(_, parameter)| parameter).collect()
            }

            fn variadic() -> Option<ParameterType> {
                let all = [$(($name::VARIADIC, $name::parameter())),+];
                all.into_iter().find(|(variadic, _)| *variadic).map(|(_, parameter)| parameter)
            }

            fn from_values(values: Vec<Value>) -> Result<Self, FunctionError> {
                let mut values = values.into_iter().enumerate();
                let arguments = ($($name::take(&mut values)?,)+);
                match values.next() {
                    Some((index, _)) => Err(FunctionError::new("too many arguments").at(index)),
                    None => Ok(arguments),
                }
            }
        }
    };
}

arguments!(A);
arguments!(A, B);
arguments!(A, B, C);
arguments!(A, B, C, D);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Attr;

    type Mixed = (String, Option<i64>, Attr<bool>, Variadic<String>);

    #[test]
    fn what_an_argument_may_be_follows_from_its_type() {
        let policies: Vec<(bool, bool)> =
            Mixed::parameters().iter().map(|parameter| (parameter.allow_null, parameter.allow_unknown)).collect();
        assert_eq!(policies, [(false, false), (true, false), (true, true)]);
        assert_eq!(Mixed::variadic().unwrap().value_type, Type::String);
        assert_eq!(<(String,)>::variadic(), None);
    }

    #[test]
    fn arguments_are_read_in_order_and_the_wrong_one_is_named() {
        let values = |last: Value| vec!["a".into(), Value::Null, Value::unknown(), "x".into(), last];
        let (text, number, flag, Variadic(rest)) = Mixed::from_values(values("y".into())).unwrap();
        assert_eq!((text.as_str(), number, flag.is_unknown()), ("a", None, true));
        assert_eq!(rest, ["x", "y"]);
        assert_eq!(Mixed::from_values(values(Value::Bool(true))).unwrap_err().argument(), Some(4));
        assert!(<(String,)>::from_values(vec![]).is_err());
        assert!(<(String,)>::from_values(vec!["a".into(), "b".into()]).is_err());
    }
}
