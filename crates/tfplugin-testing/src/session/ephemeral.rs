//! Ephemeral resources: opened while Terraform runs, never stored.

use std::fmt;
use std::time::SystemTime;

use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Result, Session};
use crate::process::within;
use crate::rules::{self, Breach, Rule};

/// An ephemeral resource that is open.
pub struct Opened {
    type_name: String,
    result: Value,
    private: Option<Vec<u8>>,
    renew_at: Option<SystemTime>,
}

impl Opened {
    /// What those see who use it.
    #[must_use]
    pub fn result(&self) -> &Value {
        &self.result
    }

    /// When it has to be renewed.
    #[must_use]
    pub fn renew_at(&self) -> Option<SystemTime> {
        self.renew_at
    }
}

/// Without the private bytes, which may be secret.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { type_name, result, renew_at, .. } = self;
        f.debug_struct("Opened")
            .field("type_name", type_name)
            .field("result", result)
            .field("renew_at", renew_at)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Validates a configuration of an ephemeral resource and opens it.
    pub async fn open(&self, type_name: &str, config: &Value) -> Result<Opened> {
        let schema = self.schemas.ephemeral_resource(type_name)?;
        let (config, ty) = (schema.configuration(config)?, schema.object_type());
        let sent = wire::encode(&config, ty)?;
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(sent.clone()),
        };
        let answer =
            within("an answer", self.provider().validate_ephemeral_resource_config(request)).await??.into_inner();
        Subject::new(Call::ValidateEphemeralResourceConfig, type_name).accept(answer.diagnostics)?;

        let subject = Subject::new(Call::OpenEphemeralResource, type_name);
        let request = proto::open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config: Some(sent),
            client_capabilities: Some(self.capabilities()),
        };
        let answer = within("an open", self.provider().open_ephemeral_resource(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        subject.refuse_deferral(answer.deferred)?;
        let result = subject.value(answer.result.as_ref(), ty)?;
        if result.is_null() {
            return Err(subject.broken(vec![Breach::whole(Rule::ResultExistence)]));
        }
        let mut breaches = rules::result_known(ty, &result);
        breaches.extend(rules::planned(schema.attributes(), &Value::Null, &config, &result));
        subject.hold(breaches)?;
        Ok(Opened {
            type_name: type_name.to_owned(),
            result,
            private: answer.private.map(|private| private.to_vec()),
            renew_at: answer.renew_at.and_then(|time| time.try_into().ok()),
        })
    }

    /// Keeps what is open for longer.
    pub async fn renew(&self, opened: &mut Opened) -> Result<()> {
        let subject = Subject::new(Call::RenewEphemeralResource, &opened.type_name);
        let request = proto::renew_ephemeral_resource::Request {
            type_name: opened.type_name.clone(),
            private: opened.private.clone().map(Into::into),
        };
        let answer = within("a renewal", self.provider().renew_ephemeral_resource(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        let same = answer.private.as_deref() == opened.private.as_deref();
        subject.hold((!same).then(|| Breach::whole(Rule::RenewedPrivate)).into_iter().collect())?;
        opened.renew_at = answer.renew_at.and_then(|time| time.try_into().ok());
        Ok(())
    }

    /// Closes what is open.
    pub async fn close(&self, opened: Opened) -> Result<()> {
        let Opened { type_name, private, .. } = opened;
        let request =
            proto::close_ephemeral_resource::Request { type_name: type_name.clone(), private: private.map(Into::into) };
        let answer = within("a close", self.provider().close_ephemeral_resource(request)).await??.into_inner();
        Subject::new(Call::CloseEphemeralResource, &type_name).accept(answer.diagnostics).map(drop)
    }
}
