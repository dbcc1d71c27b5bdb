//! A resource behind values in place of models, so that the engine can hold resources of every kind.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use futures::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::private::Planned;
use super::{Change, IdentitySchema, ImportTarget, Move, Plan, PlanKind, Resource, ResourceContext, Upgrade, private};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::model::Model as _;
use crate::panic;
use crate::schema::Schema;
use crate::value::{Path, Value};

/// What a resource's own `plan` sees.
pub(crate) struct PlanInput<'a> {
    pub kind: PlanKind,
    pub prior: Option<&'a Value>,
    pub config: &'a Value,
    pub planned: Value,
    pub private: &'a [u8],
}

/// What it answers.
pub(crate) struct PlanOutput {
    pub planned: Value,
    pub private: Vec<u8>,
    pub replace: Vec<Path>,
    pub warnings: Diagnostics,
}

/// A change, for the preflight.
pub(crate) enum ValueChange {
    Create { plan: Value },
    Recreate { plan: Value, private: Vec<u8> },
    Update { prior: Value, plan: Value, private: Vec<u8> },
    Destroy { prior: Value, private: Vec<u8> },
}

/// What is to be made or changed.
pub(crate) struct Wanted {
    pub plan: Value,
    pub config: Value,
    pub private: Vec<u8>,
}

/// How an operation on the remote object ended.
pub(crate) struct Outcome {
    /// The state to store, if any was reached: by success or, before a failure, by `reached`.
    pub state: Option<Value>,
    /// The identity of that state, where the resource has one.
    pub identity: Option<Value>,
    pub private: Vec<u8>,
    /// Warnings, and the errors of a failure.
    pub report: Diagnostics,
}

/// What the engine calls. `D` is what the provider's `configure` makes.
pub(crate) trait ErasedResource<D>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn identity_schema(&self) -> &IdentitySchema;
    fn upgrades(&self) -> Vec<Upgrade>;
    fn identity_upgrades(&self) -> Vec<Upgrade>;
    fn moves(&self) -> Vec<Move>;
    /// The private bytes and, where the state says enough, the identity of an object that was of another type.
    fn adopt(&self, state: &Value) -> Result<(Vec<u8>, Option<Value>)>;
    fn validate(&self, config: &Value) -> Result<Diagnostics>;
    fn plan(&self, input: PlanInput<'_>) -> Result<PlanOutput>;
    fn preflight<'a>(&'a self, call: Call<'a, D>, change: ValueChange) -> BoxFuture<'a, Diagnostics>;
    fn create<'a>(&'a self, call: Call<'a, D>, wanted: Wanted) -> BoxFuture<'a, Outcome>;
    fn read<'a>(&'a self, call: Call<'a, D>, state: Value, private: Vec<u8>) -> BoxFuture<'a, Outcome>;
    fn update<'a>(&'a self, call: Call<'a, D>, prior: Value, wanted: Wanted) -> BoxFuture<'a, Outcome>;
    fn delete<'a>(&'a self, call: Call<'a, D>, state: Value, private: Vec<u8>) -> BoxFuture<'a, Outcome>;
    fn import<'a>(&'a self, call: Call<'a, D>, target: ImportTarget<Value>) -> BoxFuture<'a, Outcome>;
}

/// What every call brings.
pub(crate) struct Call<'a, D> {
    pub provider: &'a D,
    pub stop: CancellationToken,
    pub meta: Value,
}

impl<'a, D> Call<'a, D> {
    pub(crate) fn context(self) -> Context<'a, D> {
        Context::new(self.provider, self.stop, self.meta)
    }
}

/// A resource with its schema.
pub(crate) struct Typed<R> {
    resource: R,
    schema: OnceLock<Schema>,
    identity_schema: OnceLock<IdentitySchema>,
}

impl<R: Resource> Typed<R> {
    pub(crate) fn new(resource: R) -> Self {
        Self { resource, schema: OnceLock::new(), identity_schema: OnceLock::new() }
    }

    /// Runs one operation; whatever happens in it, panics too, `reached` and the notes are kept. `origin` is the value
    /// that it goes out from.
    async fn run<'a, F>(&'a self, call: Call<'a, R::Data>, origin: Value, notes: R::Private, operation: F) -> Outcome
    where
        F: AsyncOperation<'a, R>,
    {
        let mut cx = ResourceContext::<R>::new(call.context(), notes.clone());
        let result = AssertUnwindSafe(operation.run(&self.resource, &mut cx)).catch_unwind().await;
        let mut report = std::mem::take(&mut cx.context.report);
        let state = match result {
            Ok(Ok(state)) => state,
            Ok(Err(errors)) => {
                report.extend(errors.of_failure(R::TYPE_NAME));
                cx.reached.take()
            }
            Err(_) => {
                report.push(panic::diagnostic(R::TYPE_NAME));
                cx.reached.take()
            }
        };
        let mut identity = None;
        if let Some(state) = state.as_ref().filter(|_| !self.identity_schema().is_none()) {
            match std::panic::catch_unwind(AssertUnwindSafe(|| self.resource.identity(state))) {
                Ok(Ok(named)) => identity = Some(named.into_value()),
                Ok(Err(errors)) => report.extend(errors.of_failure(R::TYPE_NAME)),
                Err(_) => report.push(panic::diagnostic(R::TYPE_NAME)),
            }
        }
        let (private, unwritten) = private::encode::<R>(&cx.private, &notes);
        report.extend(unwritten);
        let state = state.map(|state| state.into_value().with_types_of(&origin));
        Outcome { state, identity, private, report }
    }
}

/// One operation on models: an async closure that borrows its context, with a future that is `Send`.
trait AsyncOperation<'a, R: Resource>: Send {
    fn run<'c>(self, resource: &'a R, cx: &'c mut ResourceContext<'a, R>) -> BoxFuture<'c, Result<Option<R::Model>>>
    where
        'a: 'c;
}

macro_rules! operation {
    ($name:ident { $($field:ident),* }, $resource:ident, $cx:ident, $body:expr) => {
        struct $name { $($field: Value),* }

        impl<'a, R: Resource> AsyncOperation<'a, R> for $name {
            fn run<'c>(
                self,
                $resource: &'a R,
                $cx: &'c mut ResourceContext<'a, R>,
            ) -> BoxFuture<'c, Result<Option<R::Model>>>
            where
                'a: 'c,
            {
                Box::pin(async move {
                    $(let $field = R::Model::from_value(self.$field)?;)*
                    $body
                })
            }
        }
    };
}

operation!(Create { plan, config }, resource, cx, {
    cx.config = Some(config);
    resource.create(cx, plan).await.map(Some)
});
operation!(Read { state }, resource, cx, resource.read(cx, state).await);
operation!(Update { prior, plan, config }, resource, cx, {
    cx.config = Some(config);
    resource.update(cx, prior, plan).await.map(Some)
});
operation!(Delete { state }, resource, cx, resource.delete(cx, state).await.map(|()| None));

struct Import {
    target: ImportTarget<Value>,
}

impl<'a, R: Resource> AsyncOperation<'a, R> for Import {
    fn run<'c>(self, resource: &'a R, cx: &'c mut ResourceContext<'a, R>) -> BoxFuture<'c, Result<Option<R::Model>>>
    where
        'a: 'c,
    {
        Box::pin(async move {
            let target = match self.target {
                ImportTarget::Id(id) => ImportTarget::Id(id),
                ImportTarget::Identity(identity) => ImportTarget::Identity(R::Identity::from_value(identity)?),
            };
            resource.import(cx, target).await.map(Some)
        })
    }
}

impl<R: Resource> ErasedResource<R::Data> for Typed<R> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.resource.schema())
    }

    fn identity_schema(&self) -> &IdentitySchema {
        self.identity_schema.get_or_init(|| self.resource.identity_schema())
    }

    fn upgrades(&self) -> Vec<Upgrade> {
        self.resource.upgrades()
    }

    fn identity_upgrades(&self) -> Vec<Upgrade> {
        self.resource.identity_upgrades()
    }

    fn moves(&self) -> Vec<Move> {
        self.resource.moves()
    }

    fn adopt(&self, state: &Value) -> Result<(Vec<u8>, Option<Value>)> {
        let state = R::Model::from_value(state.clone())?;
        let has_identity = !self.identity_schema().is_none();
        let identity = has_identity.then(|| self.resource.identity(&state).ok()).flatten();
        let (private, unwritten) = private::encode::<R>(&R::Private::default(), &R::Private::default());
        Diagnostics::from_iter(unwritten).into_result((private, identity.map(R::Identity::into_value)))
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics> {
        let mut report = Diagnostics::new();
        self.resource.validate(&R::Model::from_value(config.clone())?, &mut report);
        Ok(report)
    }

    fn plan(&self, input: PlanInput<'_>) -> Result<PlanOutput> {
        let prior = input.prior.cloned().map(R::Model::from_value).transpose()?;
        let config = R::Model::from_value(input.config.clone())?;
        let origin = input.planned.clone();
        let before = private::decode_before::<R>(input.private);
        let mut plan = Plan {
            kind: input.kind,
            prior: prior.as_ref(),
            config: &config,
            planned: R::Model::from_value(input.planned)?,
            // The notes of the object that is being replaced are not those of the one that takes its place.
            private: match input.kind {
                PlanKind::Update => before.clone(),
                PlanKind::Create | PlanKind::Recreate => R::Private::default(),
            },
            replace: Vec::new(),
            report: Diagnostics::new(),
        };
        if let Err(errors) = self.resource.plan(&mut plan) {
            plan.report.extend(errors.of_failure(R::TYPE_NAME));
            return Err(plan.report);
        }
        let kind = match input.kind {
            PlanKind::Create => Some(Planned::Create),
            PlanKind::Recreate => Some(Planned::Recreate),
            PlanKind::Update => None,
        };
        let private = private::encode_planned::<R>(&plan.private, kind, &before)?;
        let planned = plan.planned.into_value().with_types_of(&origin);
        Ok(PlanOutput { planned, private, replace: plan.replace, warnings: plan.report })
    }

    fn preflight<'a>(&'a self, call: Call<'a, R::Data>, change: ValueChange) -> BoxFuture<'a, Diagnostics> {
        let model = R::Model::from_value;
        Box::pin(async move {
            let mut cx = call.context();
            let look = async {
                match change {
                    ValueChange::Create { plan } => {
                        self.resource.preflight(&mut cx, Change::Create { plan: &model(plan)? }).await
                    }
                    ValueChange::Recreate { plan, private } => {
                        let change =
                            Change::Recreate { plan: &model(plan)?, private: &private::decode_before::<R>(&private) };
                        self.resource.preflight(&mut cx, change).await
                    }
                    ValueChange::Update { prior, plan, private } => {
                        let (prior, plan, private) = (model(prior)?, model(plan)?, private::decode::<R>(&private));
                        let change = Change::Update { prior: &prior, plan: &plan, private: &private };
                        self.resource.preflight(&mut cx, change).await
                    }
                    ValueChange::Destroy { prior, private } => {
                        let change =
                            Change::Destroy { prior: &model(prior)?, private: &private::decode::<R>(&private) };
                        self.resource.preflight(&mut cx, change).await
                    }
                }
            };
            let result = look.await;
            let mut report = cx.report;
            report.extend(result.map_err(|errors| errors.of_failure(R::TYPE_NAME)).err().into_iter().flatten());
            report
        })
    }

    fn create<'a>(&'a self, call: Call<'a, R::Data>, wanted: Wanted) -> BoxFuture<'a, Outcome> {
        let Wanted { plan, config, private } = wanted;
        Box::pin(self.run(call, plan.clone(), private::decode::<R>(&private), Create { plan, config }))
    }

    fn read<'a>(&'a self, call: Call<'a, R::Data>, state: Value, private: Vec<u8>) -> BoxFuture<'a, Outcome> {
        Box::pin(self.run(call, state.clone(), private::decode::<R>(&private), Read { state }))
    }

    fn update<'a>(&'a self, call: Call<'a, R::Data>, prior: Value, wanted: Wanted) -> BoxFuture<'a, Outcome> {
        let Wanted { plan, config, private } = wanted;
        Box::pin(self.run(call, plan.clone(), private::decode::<R>(&private), Update { prior, plan, config }))
    }

    fn delete<'a>(&'a self, call: Call<'a, R::Data>, state: Value, private: Vec<u8>) -> BoxFuture<'a, Outcome> {
        Box::pin(self.run(call, state.clone(), private::decode_before::<R>(&private), Delete { state }))
    }

    fn import<'a>(&'a self, call: Call<'a, R::Data>, target: ImportTarget<Value>) -> BoxFuture<'a, Outcome> {
        Box::pin(self.run(call, Value::Null, R::Private::default(), Import { target }))
    }
}

/// An error that the SDK itself reports about an answer of a resource, or of anything else that has a type.
pub(crate) fn breach(type_name: &str, detail: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::bug(format!("`{type_name}` broke a rule of Terraform: {detail}"))
}
