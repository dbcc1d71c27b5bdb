//! States of older schema versions.

use crate::diagnostic::Result;
use crate::model::Model;
use crate::value::{Type, Value};

/// One step: from the states of one schema version to those of the next.
pub struct Upgrade {
    pub(crate) from: i64,
    pub(crate) prior: Type,
    pub(crate) step: Box<dyn Fn(Value) -> Result<Value> + Send + Sync>,
}

impl Upgrade {
    /// The step from `version`, whose states were `Old`, to the version after it, whose states are `New`.
    pub fn new<Old: Model, New: Model>(
        version: u32,
        step: impl Fn(Old) -> Result<New> + Send + Sync + 'static,
    ) -> Self {
        Self {
            from: version.into(),
            prior: Type::object(Old::attributes()),
            step: Box::new(move |state| Ok(step(Old::from_value(state)?)?.into_value())),
        }
    }
}
