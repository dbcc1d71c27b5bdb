//! `PlanAction`: a look ahead, as there is nothing to plan.

use super::{Configuration, Deferred, Engine};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

pub(crate) struct Response {
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn plan_action(
        &self,
        type_name: &str,
        mut config: Value,
        deferral_allowed: bool,
    ) -> Result<Response> {
        let action = self.action(type_name)?;
        schema::fill_defaults(action.schema().attributes(), &mut config);
        let mut response = Response { deferred: None, diagnostics: Diagnostics::new() };
        match self.configuration() {
            Configuration::Ready(data) => {
                let look = action.preflight(self.call(&data, Value::Null), config);
                response.diagnostics = self.unless_stopped(look).await?;
            }
            Configuration::Unknown(_) if deferral_allowed => response.deferred = Some(Deferred),
            Configuration::Unknown(_) | Configuration::Missing => {}
        }
        response.diagnostics.clone().into_result(response)
    }
}
