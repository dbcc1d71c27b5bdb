//! `CallFunction`.

use tfplugin_proto::tfplugin6::{
    self as proto,
    call_function::{Request, Response},
};

use super::dynamic_value;
use crate::engine::Engine;
use crate::function::{FunctionError, ParameterType};
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>, request: &Request) -> Response {
    match call(engine, request) {
        Ok(result) => Response { result: Some(result), error: None },
        Err(error) => Response { result: None, error: Some(refusal(&error)) },
    }
}

/// The form of a function's error, also of one that ended in a panic.
pub(super) fn refusal(error: &FunctionError) -> proto::FunctionError {
    let function_argument = error.argument().and_then(|argument| i64::try_from(argument).ok());
    proto::FunctionError { text: error.text().to_owned(), function_argument }
}

fn call<P: Provider>(engine: &Engine<P>, request: &Request) -> Result<proto::DynamicValue, FunctionError> {
    let function = engine.function(&request.name)?;
    let fixed = function.parameters();
    let variadic = function.variadic();
    let types = fixed.iter().map(Some).chain(std::iter::repeat(variadic.as_ref()));
    let arguments = request.arguments.iter().zip(types).enumerate().map(|(index, (argument, ty))| {
        let ty: &ParameterType = ty.ok_or_else(|| FunctionError::new("too many arguments").at(index))?;
        dynamic_value::decode(Some(argument), &ty.value_type).map_err(|report| internal(&report).at(index))
    });
    let result = function.call(arguments.collect::<Result<_, _>>()?)?;
    dynamic_value::encode(&result, &function.output_type()).map_err(|report| internal(&report))
}

fn internal(report: &crate::Diagnostics) -> FunctionError {
    FunctionError::new(report.iter().next().map(|diagnostic| diagnostic.detail.clone()).unwrap_or_default())
}
