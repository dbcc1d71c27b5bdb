//! `ReadDataSource`.

use super::{Deferred, Engine, Readiness, rules, spelling};
use crate::diagnostic::{Diagnostics, Result};
use crate::provider::Provider;
use crate::schema;
use crate::value::Value;

pub(crate) struct Response {
    pub state: Value,
    pub deferred: Option<Deferred>,
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    pub(crate) async fn read_data_source(
        &self,
        type_name: &str,
        mut config: Value,
        meta: Value,
        deferral_allowed: bool,
    ) -> Result<Response> {
        let source = self.data_source(type_name)?;
        schema::fill_defaults(source.schema().attributes(), &mut config);
        let data = match self.ready(deferral_allowed)? {
            Readiness::Ready(data) => data,
            Readiness::Deferred => {
                let state = rules::all_computed_unknown(source.schema(), config);
                return Ok(Response { state, deferred: Some(Deferred), diagnostics: Diagnostics::new() });
            }
        };
        let (state, mut diagnostics) = self.unless_stopped(source.read(self.call(&data, meta), config.clone())).await?;
        let Some(state) = state else { return Err(diagnostics) };
        let state = spelling::keep(source.schema().attributes(), &config, state);
        diagnostics.extend(rules::check_read(type_name, source.schema(), &config, &state));
        diagnostics.clone().into_result(Response { state, deferred: None, diagnostics })
    }
}
