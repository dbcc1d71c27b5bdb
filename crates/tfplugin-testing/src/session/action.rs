//! Actions: what is done without a state, and tells no more than how it goes.

use futures::TryStreamExt as _;
use tfplugin::Diagnostics;
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;
use tfplugin_proto::tfplugin6::invoke_action::{Event, event};

use super::wire::{self, Subject};
use super::{Call, Result, Session};
use crate::process::within;
use crate::rules::{Breach, Rule};

/// What an action told while it was done.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// How far it was, line by line.
    pub progress: Vec<String>,
    /// What the provider warned of.
    pub warnings: Diagnostics,
}

impl Session {
    /// Validates a configuration of an action and has the provider look ahead, as a plan does. Answers its warnings.
    pub async fn plan_action(&self, type_name: &str, config: &Value) -> Result<Diagnostics> {
        let schema = self.schemas.action(type_name)?;
        let config = Some(wire::encode(&schema.configuration(config)?, schema.object_type())?);
        let request =
            proto::validate_action_config::Request { type_name: type_name.to_owned(), config: config.clone() };
        let answer = within("an answer", self.provider().validate_action_config(request)).await??.into_inner();
        let mut warnings = Subject::new(Call::ValidateActionConfig, type_name).accept(answer.diagnostics)?;

        let subject = Subject::new(Call::PlanAction, type_name);
        let request = proto::plan_action::Request {
            action_type: type_name.to_owned(),
            config,
            client_capabilities: Some(self.capabilities()),
        };
        let answer = within("a plan", self.provider().plan_action(request)).await??.into_inner();
        warnings.extend(subject.accept(answer.diagnostics)?);
        subject.refuse_deferral(answer.deferred)?;
        Ok(warnings)
    }

    /// Plans an action and invokes it as hosts do: in another process, which is not asked to plan again.
    pub async fn invoke(&mut self, type_name: &str, config: &Value) -> Result<Invoked> {
        self.plan_action(type_name, config).await?;
        self.restart().await?;
        let schema = self.schemas.action(type_name)?;
        let request = proto::invoke_action::Request {
            action_type: type_name.to_owned(),
            config: Some(wire::encode(&schema.configuration(config)?, schema.object_type())?),
            client_capabilities: Some(self.capabilities()),
        };
        let stream = within("an invocation", self.provider().invoke_action(request)).await??.into_inner();
        let events = within("the end of an invocation", stream.try_collect()).await??;
        told(Subject::new(Call::InvokeAction, type_name), events)
    }
}

/// What the events of an invocation tell, of which the last one is its end.
fn told(subject: Subject<'_>, mut events: Vec<Event>) -> Result<Invoked> {
    let broken = || subject.broken(vec![Breach::whole(Rule::InvocationEnd)]);
    let Some(event::Type::Completed(end)) = events.pop().and_then(|event| event.r#type) else { return Err(broken()) };
    let progress = |event: Event| match event.r#type {
        Some(event::Type::Progress(progress)) => Ok(progress.message),
        Some(event::Type::Completed(_)) | None => Err(broken()),
    };
    let progress = events.into_iter().map(progress).collect::<Result<_>>()?;
    Ok(Invoked { progress, warnings: subject.accept(end.diagnostics)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_ends_once_and_last() {
        let progress = || event::Type::Progress(event::Progress { message: "half".to_owned() });
        let completed = || event::Type::Completed(event::Completed::default());
        let cases = [
            (vec![], None),
            (vec![Some(completed())], Some(0)),
            (vec![Some(progress()), Some(progress()), Some(completed())], Some(2)),
            (vec![Some(progress())], None),
            (vec![Some(completed()), Some(progress())], None),
            (vec![Some(completed()), Some(completed())], None),
            (vec![None, Some(completed())], None),
        ];
        for (types, expected) in cases {
            let context = format!("{types:?}");
            let events = types.into_iter().map(|r#type| Event { r#type }).collect();
            let told = told(Subject::new(Call::InvokeAction, "test_do"), events);
            let breaches = told.as_ref().err().map(|error| error.breaches().to_vec()).unwrap_or_default();
            assert_eq!(told.ok().map(|told| told.progress.len()), expected, "{context}");
            assert_eq!(breaches.is_empty(), expected.is_some(), "{context}");
        }
    }
}
