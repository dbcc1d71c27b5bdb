//! An action behind values in place of models.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;

use futures::future::{BoxFuture, FutureExt as _};
use tokio::sync::mpsc;

use super::{Action, ActionContext};
use crate::diagnostic::{Diagnostics, Result};
use crate::model::Model as _;
use crate::panic;
use crate::resource::erased::Call;
use crate::schema::Schema;
use crate::value::Value;

/// What the engine calls.
pub(crate) trait ErasedAction<D>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn validate(&self, config: &Value) -> Result<Diagnostics>;
    fn preflight<'a>(&'a self, call: Call<'a, D>, config: Value) -> BoxFuture<'a, Diagnostics>;
    fn invoke<'a>(
        &'a self,
        call: Call<'a, D>,
        config: Value,
        progress: mpsc::Sender<String>,
    ) -> BoxFuture<'a, Diagnostics>;
}

/// An action with its schema.
pub(crate) struct Typed<A> {
    action: A,
    schema: OnceLock<Schema>,
}

impl<A: Action> Typed<A> {
    pub(crate) fn new(action: A) -> Self {
        Self { action, schema: OnceLock::new() }
    }
}

impl<A: Action> ErasedAction<A::Data> for Typed<A> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.action.schema())
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics> {
        let mut report = Diagnostics::new();
        self.action.validate(&A::Model::from_value(config.clone())?, &mut report);
        Ok(report)
    }

    fn preflight<'a>(&'a self, call: Call<'a, A::Data>, config: Value) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            let mut cx = call.context();
            let result = match A::Model::from_value(config) {
                Ok(config) => self.action.preflight(&mut cx, &config).await,
                Err(error) => Err(error.into()),
            };
            let mut report = cx.report;
            report.extend(result.map_err(|errors| errors.of_failure(A::TYPE_NAME)).err().into_iter().flatten());
            report
        })
    }

    fn invoke<'a>(
        &'a self,
        call: Call<'a, A::Data>,
        config: Value,
        progress: mpsc::Sender<String>,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            let mut cx = ActionContext::<A>::new(call.context(), progress);
            let invoke = async {
                let config = A::Model::from_value(config)?;
                self.action.invoke(&mut cx, config).await
            };
            let result = AssertUnwindSafe(invoke).catch_unwind().await;
            let mut report = std::mem::take(&mut cx.context.report);
            match result {
                Ok(Ok(())) => {}
                Ok(Err(errors)) => report.extend(errors.of_failure(A::TYPE_NAME)),
                Err(_) => report.push(panic::diagnostic(A::TYPE_NAME)),
            }
            report
        })
    }
}
