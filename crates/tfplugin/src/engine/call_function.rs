//! `CallFunction`.

use super::Engine;
use crate::function::{ErasedFunction, FunctionError};
use crate::provider::Provider;

impl<P: Provider> Engine<P> {
    pub(crate) fn function(&self, name: &str) -> Result<&dyn ErasedFunction, FunctionError> {
        let found = self.registry().functions.get(name).map(|function| &**function);
        found.ok_or_else(|| FunctionError::new(format!("this version of the provider has no function `{name}`")))
    }
}
