//! Planning: what would become of an object.

use std::fmt;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tfplugin::Diagnostics;
use tfplugin::value::{Path, Value};
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Object, PARALLELISM, Result, Session};
use crate::process::within;
use crate::proposed::proposed_new_state;
use crate::rules::{self, Breach, Rule};

/// What a plan does to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Makes it where there is none.
    Create,
    /// Changes it in place.
    Update,
    /// Destroys it and makes it anew.
    Replace,
    /// Destroys it.
    Destroy,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOp => "leave alone",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Destroy => "destroy",
        })
    }
}

/// A change that is planned and can be applied.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) type_name: String,
    pub(super) action: Action,
    pub(super) prior: Option<Object>,
    /// Null for a destroy.
    pub(super) config: Value,
    pub(super) answer: Answer,
    pub(super) requires_replace: Vec<Path>,
    pub(super) create_before_destroy: bool,
    warnings: Diagnostics,
}

/// What the provider answered: the part of a plan that an apply hands back.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub planned: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
    pub requires_replace: Vec<Path>,
    pub warnings: Diagnostics,
}

/// A question to the provider.
pub(super) struct Question<'a> {
    pub type_name: &'a str,
    /// The object as it is; none for a create and for the create half of a replacement.
    pub prior: Option<&'a Object>,
    /// Of the object as it is, or of the one that is being replaced.
    pub private: &'a [u8],
    /// Of the plan that is made again; none where none was made before or hosts do not tell.
    pub planned_private: &'a [u8],
    /// Null for a destroy.
    pub config: &'a Value,
}

impl Plan {
    /// What becomes of the object.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The object as it will be, with unknown values where that shows later; null for a destroy.
    #[must_use]
    pub fn planned(&self) -> &Value {
        &self.answer.planned
    }

    /// What makes a replacement necessary.
    #[must_use]
    pub fn requires_replace(&self) -> &[Path] {
        &self.requires_replace
    }

    /// What the provider warns of.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// What was unknown in the configuration is known when the plan is applied: this is what it says then.
    ///
    /// # Errors
    /// When a host would refuse the configuration.
    pub fn with_config(mut self, session: &Session, config: &Value) -> Result<Self> {
        self.config = session.schemas.resource(&self.type_name)?.configuration(config)?;
        Ok(self)
    }

    /// In a replacement the new object is made before the old one is destroyed.
    #[must_use]
    pub fn create_before_destroy(mut self) -> Self {
        self.create_before_destroy = true;
        self
    }
}

impl Session {
    /// Has the provider judge a configuration. Answers its warnings.
    pub async fn validate(&self, type_name: &str, config: &Value) -> Result<Diagnostics> {
        let schema = self.schemas.resource(type_name)?;
        let config = schema.configuration(config)?;
        let request = proto::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(wire::encode(&config, schema.object_type())?),
            client_capabilities: Some(self.capabilities()),
        };
        let answer = within("an answer", self.provider().validate_resource_config(request)).await??.into_inner();
        Subject::new(Call::ValidateResourceConfig, type_name).accept(answer.diagnostics)
    }

    /// Plans what becomes of an object, or of nothing, by this configuration.
    ///
    /// A replacement takes two calls, as with real hosts: one with the object as it is, one without it. A tainted
    /// object is planned as if there were none.
    pub async fn plan(&self, type_name: &str, prior: Option<&Object>, config: &Value) -> Result<Plan> {
        let config = self.schemas.resource(type_name)?.configuration(config)?;
        let current = prior.filter(|object| !object.tainted);
        let private = current.map(Object::private).unwrap_or_default();
        let question = Question { type_name, prior: current, private, planned_private: &[], config: &config };
        let mut answer = self.ask(&question).await?;
        let requires_replace = answer.requires_replace.clone();
        // Those of a second call are shown by no host.
        let warnings = answer.warnings.clone();
        let action = match (prior, current) {
            (None, _) => Action::Create,
            (Some(_), None) => Action::Replace,
            (Some(_), Some(current)) if current.value == answer.planned => Action::NoOp,
            (Some(_), Some(_)) if requires_replace.is_empty() => Action::Update,
            (Some(_), Some(_)) => {
                let private = answer.private;
                answer = self.ask(&Question { prior: None, private: &private, ..question }).await?;
                Action::Replace
            }
        };
        Ok(Plan {
            type_name: type_name.to_owned(),
            action,
            prior: prior.cloned(),
            config,
            answer,
            requires_replace,
            create_before_destroy: false,
            warnings,
        })
    }

    /// Plans objects that are not there yet, ten at a time as hosts do.
    pub async fn plan_creates(&self, type_name: &str, configs: &[Value]) -> Result<Vec<Plan>> {
        let plans = stream::iter(configs).map(|config| self.plan(type_name, None, config));
        plans.buffered(PARALLELISM).try_collect().await
    }

    /// Plans the end of an object. A provider that does not want to know of it is not asked.
    pub async fn plan_destroy(&self, object: &Object) -> Result<Plan> {
        let type_name = object.type_name.as_str();
        let answer = if self.schemas.plans_destroy() {
            let (private, config) = (object.private(), &Value::Null);
            self.ask(&Question { type_name, prior: Some(object), private, planned_private: &[], config }).await?
        } else {
            Answer {
                planned: Value::Null,
                private: object.private.clone(),
                identity: object.identity.clone(),
                requires_replace: Vec::new(),
                warnings: Diagnostics::new(),
            }
        };
        Ok(Plan {
            type_name: type_name.to_owned(),
            action: Action::Destroy,
            prior: Some(object.clone()),
            config: Value::Null,
            requires_replace: Vec::new(),
            create_before_destroy: false,
            warnings: answer.warnings.clone(),
            answer,
        })
    }

    /// One call, held against the rules.
    pub(super) async fn ask(&self, question: &Question<'_>) -> Result<Answer> {
        let Question { type_name, prior, private, planned_private, config } = *question;
        let schema = self.schemas.resource(type_name)?;
        let (ty, identity_type) = (schema.object_type(), self.schemas.identity(type_name));
        let subject = Subject::new(Call::PlanResourceChange, type_name);
        let prior_value = prior.map_or(&Value::Null, Object::value);
        let prior_identity = prior.and_then(Object::identity);
        let proposed = proposed_new_state(schema.attributes(), prior_value, config);
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(wire::encode(prior_value, ty)?),
            proposed_new_state: Some(wire::encode(&proposed, ty)?),
            config: Some(wire::encode(config, ty)?),
            prior_private: private.to_vec().into(),
            planned_private: planned_private.to_vec().into(),
            client_capabilities: Some(self.capabilities()),
            prior_identity: wire::encode_identity(prior_identity, identity_type)?,
            ..proto::plan_resource_change::Request::default()
        };
        let answer = within("a plan", self.provider().plan_resource_change(request)).await??.into_inner();
        let warnings = subject.accept(answer.diagnostics)?;
        subject.refuse_deferral(answer.deferred)?;

        let planned = subject.value(answer.planned_state.as_ref(), ty)?;
        let identity = subject.identity(answer.planned_identity.as_ref(), identity_type)?;
        let replace: Vec<Path> = answer.requires_replace.into_iter().map(wire::path).collect();
        let mut breaches = rules::without_write_only(schema.attributes(), &planned);
        breaches.extend(rules::planned(schema.attributes(), prior_value, config, &planned));
        if prior.is_some() {
            breaches.extend(replacements(&replace, prior_value, &planned));
        }
        if !planned.is_null() {
            breaches.extend(rules::identity_kept(prior_identity, identity.as_ref()));
        }
        subject.hold(breaches)?;
        // Hosts ask for nothing in a create, whatever the provider says.
        let requires_replace = if prior.is_some() { replace } else { Vec::new() };
        Ok(Answer { planned, private: answer.planned_private.to_vec(), identity, requires_replace, warnings })
    }
}

/// What asks for replacement is there, and changes.
fn replacements(paths: &[Path], prior: &Value, planned: &Value) -> Vec<Breach> {
    let judge = |path: &Path| match (prior.at(path), planned.at(path)) {
        (None, None) => Some(Breach::new(Rule::ReplacePath, path.clone())),
        (prior, planned) if prior == planned => Some(Breach::new(Rule::ReplaceUnchanged, path.clone())),
        _ => None,
    };
    paths.iter().filter_map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacement_is_asked_for_by_what_changes() {
        let object = |name: Value, list: Vec<Value>| Value::object([("name", name), ("list", Value::List(list))]);
        let prior = object("a".into(), vec!["x".into()]);
        let planned = object(Value::unknown(), vec!["x".into(), "y".into()]);
        let cases = [
            ("name", None),
            ("list", None),
            ("list[0]", Some(Rule::ReplaceUnchanged)),
            ("list[1]", None),
            ("list[2]", Some(Rule::ReplacePath)),
            ("other", Some(Rule::ReplacePath)),
        ];
        for (path, expected) in cases {
            let path: Path = path.parse().expect("a path");
            let breaches = replacements(std::slice::from_ref(&path), &prior, &planned);
            assert_eq!(breaches.first().map(|breach| breach.rule), expected, "{path}");
        }
    }
}
