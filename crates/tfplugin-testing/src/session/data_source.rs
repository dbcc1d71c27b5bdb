//! Data sources: what Terraform reads and does not manage.

use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Result, Session};
use crate::process::within;
use crate::rules::{self, Breach, Rule};

impl Session {
    /// Validates a configuration of a data source and reads it. What is configured stays as it is.
    pub async fn read_data_source(&self, type_name: &str, config: &Value) -> Result<Value> {
        let schema = self.schemas.data_source(type_name)?;
        let (config, ty) = (schema.configuration(config)?, schema.object_type());
        let sent = wire::encode(&config, ty)?;
        let request = proto::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(sent.clone()),
        };
        let answer = within("an answer", self.provider().validate_data_resource_config(request)).await??.into_inner();
        Subject::new(Call::ValidateDataResourceConfig, type_name).accept(answer.diagnostics)?;

        let subject = Subject::new(Call::ReadDataSource, type_name);
        let request = proto::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: Some(sent),
            client_capabilities: Some(self.capabilities()),
            ..proto::read_data_source::Request::default()
        };
        let answer = within("a read", self.provider().read_data_source(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        subject.refuse_deferral(answer.deferred)?;
        let state = subject.value(answer.state.as_ref(), ty)?;
        if state.is_null() {
            return Err(subject.broken(vec![Breach::whole(Rule::ResultExistence)]));
        }
        let mut breaches = rules::known(ty, &state);
        breaches.extend(rules::without_write_only(schema.attributes(), &state));
        // The rules of a plan without prior state, of which hosts hold none here.
        let planned = rules::planned(schema.attributes(), &Value::Null, &config, &state);
        breaches.extend(planned.into_iter().map(|breach| Breach { rule: Rule::ResultConfigured, ..breach }));
        subject.hold(breaches)?;
        Ok(state)
    }
}
