//! Whole walks, each of which ends by checking that nothing is left to do.

use tfplugin::value::Value;

use super::wire::Subject;
use super::{Action, Call, ImportTarget, Object, Plan, Result, Session, SessionError};
use crate::rules::{self, Breach, Rule};

impl Session {
    /// Makes an object by this configuration.
    pub async fn create(&mut self, type_name: &str, config: &Value) -> Result<Object> {
        let plan = self.validated_plan(type_name, None, config, Action::Create).await?;
        self.carry_out(plan, config).await
    }

    /// Changes an object in place to what this configuration says. It is read before, as a plan does.
    pub async fn update(&mut self, object: Object, config: &Value) -> Result<Object> {
        self.refresh_and_carry_out(object, config, Action::Update).await
    }

    /// Makes an object anew, as this configuration cannot be had by a change in place. It is read before.
    pub async fn replace(&mut self, object: Object, config: &Value) -> Result<Object> {
        self.refresh_and_carry_out(object, config, Action::Replace).await
    }

    /// Ends an object, which is read before as a plan does.
    pub async fn destroy(&mut self, object: Object) -> Result<()> {
        let object = self.present(&object).await?;
        let plan = self.plan_destroy(&object).await?;
        self.apply(plan).await?.into_result().map(drop)
    }

    /// Checks that nothing is left to do: an object that is read twice is the same, and stays as it is in a plan.
    /// Answers it as it was read.
    pub async fn settled(&mut self, object: &Object, config: &Value) -> Result<Object> {
        let first = self.present(object).await?;
        let again = self.present(&first).await?;
        let type_name = object.type_name.as_str();
        let ty = self.schemas.resource(type_name)?.object_type().clone();
        let moved = rules::difference(&ty, &first.value, &again.value)
            .or_else(|| (first != again).then(tfplugin::value::Path::root));
        if let Some(path) = moved {
            let subject = Subject::new(Call::ReadResource, type_name);
            return Err(subject.broken(vec![Breach::new(Rule::ReadStable, path)]));
        }
        let plan = self.plan(type_name, Some(&again), config).await?;
        if plan.action() != Action::NoOp {
            let path = rules::difference(&ty, &again.value, plan.planned()).unwrap_or_default();
            let subject = Subject::new(Call::PlanResourceChange, type_name);
            return Err(subject.broken(vec![Breach::new(Rule::Settled, path)]));
        }
        Ok(again)
    }

    /// Imports an object that is known already, and checks that this gives the same state but for these attributes,
    /// which an import cannot know.
    pub async fn import_verify(
        &mut self,
        object: &Object,
        target: impl Into<ImportTarget>,
        unknowable: &[&str],
    ) -> Result<Object> {
        let imported = self.import(&object.type_name, target).await?;
        let without = |value: &Value| {
            let attributes = value.as_map().into_iter().flatten();
            Value::object(attributes.map(|(name, value)| {
                (name.as_str(), if unknowable.contains(&name.as_str()) { Value::Null } else { value.clone() })
            }))
        };
        let ty = self.schemas.resource(&object.type_name)?.object_type();
        if let Some(path) = rules::difference(ty, &without(&object.value), &without(&imported.value)) {
            let subject = Subject::new(Call::ImportResourceState, &object.type_name);
            return Err(subject.broken(vec![Breach::new(Rule::ImportedState, path)]));
        }
        Ok(imported)
    }

    async fn refresh_and_carry_out(&mut self, object: Object, config: &Value, expected: Action) -> Result<Object> {
        let object = self.present(&object).await?;
        let plan = self.validated_plan(&object.type_name, Some(&object), config, expected).await?;
        self.carry_out(plan, config).await
    }

    async fn validated_plan(
        &self,
        type_name: &str,
        prior: Option<&Object>,
        config: &Value,
        expected: Action,
    ) -> Result<Plan> {
        self.validate(type_name, config).await?;
        let plan = self.plan(type_name, prior, config).await?;
        if plan.action() != expected {
            let (type_name, planned) = (type_name.to_owned(), plan.action());
            return Err(SessionError::Planned { type_name, expected, planned });
        }
        Ok(plan)
    }

    async fn carry_out(&mut self, plan: Plan, config: &Value) -> Result<Object> {
        let type_name = plan.type_name.clone();
        let gone =
            || Subject::new(Call::ApplyResourceChange, &type_name).broken(vec![Breach::whole(Rule::AppliedExistence)]);
        let object = self.apply(plan).await?.into_result()?.ok_or_else(gone)?;
        self.settled(&object, config).await
    }

    /// The object as it is read, which has to be there.
    async fn present(&mut self, object: &Object) -> Result<Object> {
        let type_name = object.type_name.clone();
        self.refresh(object).await?.ok_or(SessionError::Gone { type_name })
    }
}
