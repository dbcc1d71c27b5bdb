//! Functions of the provider.

use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Result, Session, SessionError};
use crate::process::within;
use crate::rules;

/// What a function said in place of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// The message for the user.
    pub text: String,
    /// The argument to blame, counted from 0.
    pub argument: Option<i64>,
}

impl Session {
    /// Calls a function. A result is known where the arguments are.
    pub async fn call(&self, name: &str, arguments: &[Value]) -> Result<Value> {
        let signature = self.schemas.function(name)?;
        let further = signature.variadic.as_ref();
        let types = signature.parameters.iter().chain(std::iter::repeat_n(further, arguments.len()).flatten());
        // Too many or too few go as they are: the provider has to refuse them, not the test.
        let sent = arguments.iter().zip(types).map(|(argument, ty)| wire::encode(argument, ty));
        let request = proto::call_function::Request { name: name.to_owned(), arguments: sent.collect::<Result<_>>()? };
        let answer = within("a result", self.provider().call_function(request)).await??.into_inner();
        if let Some(proto::FunctionError { text, function_argument: argument }) = answer.error {
            let (name, error) = (name.to_owned(), FunctionError { text, argument });
            return Err(SessionError::Function { name, error });
        }
        let subject = Subject::new(Call::CallFunction, name);
        let result = subject.value(answer.result.as_ref(), &signature.result)?;
        if arguments.iter().all(Value::is_wholly_known) {
            subject.hold(rules::result_known(&signature.result, &result))?;
        }
        Ok(result)
    }
}
