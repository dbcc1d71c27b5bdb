//! Provider-defined functions: pure, without the provider's configuration, available in every expression.

mod arguments;
mod object;

use std::sync::OnceLock;

use crate::diagnostic::Diagnostic;
use crate::model::Field;
use crate::value::{Type, Value};

pub use self::arguments::{Arguments, ParameterType, Variadic};
pub use self::object::Object;

/// A function of the provider, called in configurations as `provider::NAME::FUNCTION(...)`.
///
/// It answers the same for the same arguments, and it logs nothing: an argument may be secret. Whether an argument may
/// be null or unknown follows from its type: see [`Field::NULLABLE`] and [`Field::UNKNOWABLE`]. Where one is unknown
/// that may not be, the host answers "unknown" without a call.
///
/// ```
/// use tfplugin::function::{Definition, Function, FunctionError};
///
/// struct Repeat;
///
/// impl Function for Repeat {
///     const NAME: &'static str = "repeat";
///     type Arguments = (String, i64);
///     type Output = String;
///
///     fn definition(&self) -> Definition {
///         Definition::new("Repeats a text.")
///             .parameter("text", "What to repeat.")
///             .parameter("times", "How often.")
///     }
///
///     fn call(&self, (text, times): (String, i64)) -> Result<String, FunctionError> {
///         let times = usize::try_from(times).map_err(|_| FunctionError::new("must not be negative").at(1))?;
///         Ok(text.repeat(times))
///     }
/// }
/// ```
pub trait Function: Send + Sync + 'static {
    /// The name after `provider::NAME::`.
    const NAME: &'static str;
    /// The arguments: a tuple of [`Field`]s, the last of which may be [`Variadic`].
    type Arguments: Arguments;
    /// What is answered.
    type Output: Field;

    /// The texts that people read of it.
    fn definition(&self) -> Definition;

    /// Answers a call.
    ///
    /// # Errors
    /// When the arguments make no sense; name the one to blame.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Output, FunctionError>;
}

/// What people read of a function.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// One sentence.
    pub summary: String,
    /// The whole explanation, in Markdown.
    pub description: String,
    /// What to use in its place, where it is deprecated.
    pub deprecation: Option<String>,
    /// Name and description of each argument, the variadic one last.
    pub parameters: Vec<(String, String)>,
}

impl Definition {
    /// A function of which only a summary is known.
    pub fn new(summary: impl Into<String>) -> Self {
        let summary = summary.into();
        Self { description: summary.clone(), summary, ..Self::default() }
    }

    /// The whole explanation, in Markdown, in place of the summary.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The next argument.
    #[must_use]
    pub fn parameter(mut self, name: &str, description: &str) -> Self {
        self.parameters.push((name.to_owned(), description.to_owned()));
        self
    }

    /// Marks the function as deprecated; the message says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }
}

/// Why a function cannot answer. The text ends up in the user's terminal: it must not repeat what may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    text: String,
    argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// The same error, blamed on one argument, counted from 0.
    #[must_use]
    pub fn at(mut self, argument: usize) -> Self {
        self.argument = Some(argument);
        self
    }

    /// What is said.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The argument to blame, counted from 0.
    #[must_use]
    pub fn argument(&self) -> Option<usize> {
        self.argument
    }
}

/// A function behind values in place of types.
pub(crate) trait ErasedFunction: Send + Sync {
    fn definition(&self) -> &Definition;
    fn parameters(&self) -> Vec<ParameterType>;
    fn variadic(&self) -> Option<ParameterType>;
    fn output_type(&self) -> Type;
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// A function with its definition.
pub(crate) struct Typed<F> {
    function: F,
    definition: OnceLock<Definition>,
}

impl<F: Function> Typed<F> {
    pub(crate) fn new(function: F) -> Self {
        Self { function, definition: OnceLock::new() }
    }
}

impl<F: Function> ErasedFunction for Typed<F> {
    fn definition(&self) -> &Definition {
        self.definition.get_or_init(|| self.function.definition())
    }

    fn parameters(&self) -> Vec<ParameterType> {
        F::Arguments::parameters()
    }

    fn variadic(&self) -> Option<ParameterType> {
        F::Arguments::variadic()
    }

    fn output_type(&self) -> Type {
        F::Output::value_type()
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let is_known = arguments.iter().all(Value::is_wholly_known);
        let result = self.function.call(F::Arguments::from_values(arguments)?)?.into_value();
        if is_known && !result.is_wholly_known() {
            let detail = format!("The function `{}` answered something unknown to arguments that are known.", F::NAME);
            return Err(FunctionError::new(Diagnostic::bug(detail).detail));
        }
        Ok(result)
    }
}
