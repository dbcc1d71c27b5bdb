//! Applying: plans are made again, and what the provider answers is stored.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tfplugin::Diagnostics;
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::plan::{Answer, Question};
use super::wire::{self, Subject};
use super::{Action, Call, Object, PARALLELISM, Plan, Result, Session, SessionError};
use crate::process::within;
use crate::rules::{self, Breach, Rule};

/// What came of an apply. What was reached is stored also where something failed.
#[derive(Clone, Debug)]
pub struct Applied {
    type_name: String,
    /// What is stored now; none where there is nothing.
    pub object: Option<Object>,
    /// What is stored beside it: the old object of a replacement that was not destroyed after the new one was made. It
    /// is left for a later run to destroy.
    pub deposed: Option<Object>,
    /// All that the provider said, errors too.
    pub diagnostics: Diagnostics,
}

/// One call that changes something.
struct Change<'a> {
    type_name: &'a str,
    prior: Option<&'a Object>,
    config: &'a Value,
    answer: &'a Answer,
}

impl Session {
    /// Applies a plan as hosts do: in another process, which plans again and must come to the same.
    pub async fn apply(&mut self, plan: Plan) -> Result<Applied> {
        if plan.action != Action::NoOp {
            self.restart().await?;
        }
        self.apply_in_process(&plan).await
    }

    /// Applies plans of objects that do not need each other, as one run of a host does: in one other process, and ten at
    /// a time. Answers what came of each, in their order.
    pub async fn apply_all(&mut self, plans: &[Plan]) -> Result<Vec<Applied>> {
        self.restart().await?;
        let this = &*self;
        stream::iter(plans).map(|plan| this.apply_in_process(plan)).buffered(PARALLELISM).try_collect().await
    }

    async fn apply_in_process(&self, plan: &Plan) -> Result<Applied> {
        match plan.action {
            Action::NoOp => Ok(Applied::unchanged(plan)),
            Action::Create | Action::Update => self.plan_again_and_change(plan, plan.prior.as_ref()).await,
            Action::Destroy => match &plan.prior {
                Some(deposed) if deposed.deposed => self.destroy_deposed(deposed).await,
                _ => self.destroy_planned(plan).await,
            },
            Action::Replace if plan.create_before_destroy => self.create_then_destroy(plan).await,
            Action::Replace => self.destroy_then_create(plan).await,
        }
    }

    async fn destroy_then_create(&self, plan: &Plan) -> Result<Applied> {
        // Nobody asks the provider about this destroy: it gets the private bytes of the create's plan.
        let destroyed = self.destroy_planned(plan).await?;
        if destroyed.object.is_some() {
            return Ok(destroyed);
        }
        let created = self.plan_again_and_change(plan, None).await?;
        let diagnostics = destroyed.diagnostics.into_iter().chain(created.diagnostics).collect();
        Ok(Applied { diagnostics, ..created })
    }

    /// The old object is deposed as soon as there is a new one. Where none was made, it stays what it was.
    async fn create_then_destroy(&self, plan: &Plan) -> Result<Applied> {
        let created = self.plan_again_and_change(plan, None).await?;
        let Some(old) = plan.prior.clone() else { return Ok(created) };
        if created.object.is_none() {
            return Ok(Applied { object: Some(old), ..created });
        }
        let deposed = Object { deposed: true, ..old };
        if created.diagnostics.has_error() {
            return Ok(Applied { deposed: Some(deposed), ..created });
        }
        let destroyed = self.destroy_deposed(&deposed).await?;
        let diagnostics = created.diagnostics.into_iter().chain(destroyed.diagnostics).collect();
        Ok(Applied { deposed: destroyed.deposed, diagnostics, ..created })
    }

    /// Only now is the provider asked about this destroy, whatever an earlier plan said. Refused, the object is kept.
    async fn destroy_deposed(&self, deposed: &Object) -> Result<Applied> {
        match self.plan_destroy(deposed).await {
            Ok(plan) => self.destroy_planned(&plan).await,
            Err(SessionError::Refused { type_name, diagnostics, .. }) => {
                Ok(Applied::stored(&type_name, Some(deposed.clone()), diagnostics))
            }
            Err(other) => Err(other),
        }
    }

    /// The provider gets the private bytes that it planned with.
    async fn destroy_planned(&self, plan: &Plan) -> Result<Applied> {
        let answer = &Answer { planned: Value::Null, ..plan.answer.clone() };
        let Plan { type_name, prior, .. } = plan;
        self.change(&Change { type_name, prior: prior.as_ref(), config: &Value::Null, answer }).await
    }

    /// What was known stays known when the plan is made again, and the action stays the same.
    async fn plan_again_and_change(&self, plan: &Plan, prior: Option<&Object>) -> Result<Applied> {
        let Plan { type_name, config, .. } = plan;
        let schema = self.schemas.resource(type_name)?;
        let private = prior.map(Object::private).unwrap_or_default();
        let planned_private: &[u8] = if self.stores_planned_private { &plan.answer.private } else { &[] };
        let answer = self.ask(&Question { type_name, prior, private, planned_private, config }).await?;
        let mut breaches =
            rules::compatible(schema.object_type(), &plan.answer.planned, &answer.planned, Rule::FinalPlan);
        if prior.is_some() && !answer.requires_replace.is_empty() {
            breaches.insert(0, Breach::whole(Rule::FinalAction));
        }
        Subject::new(Call::PlanResourceChange, type_name).hold(breaches)?;
        if prior.is_some_and(|prior| prior.value == answer.planned) {
            // What became known is what was there already.
            return Ok(Applied::unchanged(plan));
        }
        self.change(&Change { type_name, prior, config, answer: &answer }).await
    }

    /// One call, held against the rules.
    async fn change(&self, change: &Change<'_>) -> Result<Applied> {
        let Change { type_name, prior, config, answer: plan } = *change;
        let schema = self.schemas.resource(type_name)?;
        let (ty, identity_type) = (schema.object_type(), self.schemas.identity(type_name));
        let subject = Subject::new(Call::ApplyResourceChange, type_name);
        let prior_value = prior.map_or(&Value::Null, Object::value);
        let request = proto::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(wire::encode(prior_value, ty)?),
            planned_state: Some(wire::encode(&plan.planned, ty)?),
            config: Some(wire::encode(config, ty)?),
            planned_private: plan.private.clone().into(),
            planned_identity: wire::encode_identity(plan.identity.as_ref(), identity_type)?,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = within("an apply", self.provider().apply_resource_change(request)).await??.into_inner();
        let diagnostics = wire::diagnostics(answer.diagnostics);
        let value = subject.value(answer.new_state.as_ref(), ty)?;
        let identity = subject.identity(answer.new_identity.as_ref(), identity_type)?;
        let private = answer.private.to_vec();

        let mut breaches = rules::known(ty, &value);
        breaches.extend(rules::without_write_only(schema.attributes(), &value));
        if !diagnostics.has_error() {
            if value.is_null() == plan.planned.is_null() {
                breaches.extend(rules::compatible(ty, &plan.planned, &value, Rule::Applied));
            } else {
                breaches.push(Breach::whole(Rule::AppliedExistence));
            }
        }
        if !value.is_null() {
            let expected = plan.identity.as_ref().filter(|identity| identity.is_wholly_known());
            breaches.extend(rules::identity_stored(identity_type.is_some(), expected, identity.as_ref()));
            breaches.extend(rules::private_kept(prior.map(Object::private).unwrap_or_default(), &private));
        }
        subject.hold(breaches)?;

        if value.is_null() {
            // Where something failed, hosts keep what they had.
            let object = prior.filter(|_| diagnostics.has_error()).cloned();
            return Ok(Applied::stored(type_name, object, diagnostics));
        }
        let tainted = match prior {
            None => diagnostics.has_error(),
            Some(prior) => plan.planned.is_null() && prior.tainted,
        };
        let deposed = prior.is_some_and(Object::is_deposed);
        let object = Object { type_name: type_name.to_owned(), value, private, identity, tainted, deposed };
        Ok(Applied::stored(type_name, Some(object), diagnostics))
    }
}

impl Applied {
    fn unchanged(plan: &Plan) -> Self {
        Self::stored(&plan.type_name, plan.prior.clone(), Diagnostics::new())
    }

    fn stored(type_name: &str, object: Option<Object>, diagnostics: Diagnostics) -> Self {
        let type_name = type_name.to_owned();
        match object {
            Some(deposed) if deposed.deposed => Self { type_name, object: None, deposed: Some(deposed), diagnostics },
            object => Self { type_name, object, deposed: None, diagnostics },
        }
    }

    /// The object, where nothing failed.
    ///
    /// # Errors
    /// All that the provider said, where there is an error among it.
    pub fn into_result(self) -> Result<Option<Object>> {
        if self.diagnostics.has_error() {
            return Err(Subject::new(Call::ApplyResourceChange, &self.type_name).refused(self.diagnostics));
        }
        Ok(self.object)
    }
}
