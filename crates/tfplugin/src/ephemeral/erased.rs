//! An ephemeral resource behind values in place of models.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::SystemTime;

use futures::future::{BoxFuture, FutureExt as _};

use super::{EphemeralContext, EphemeralResource};
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::model::Model as _;
use crate::panic;
use crate::resource::erased::Call;
use crate::schema::Schema;
use crate::value::Value;

/// How an open ended.
pub(crate) struct Opening {
    /// The result; none where it failed.
    pub result: Option<Value>,
    /// What `close` must know; none where there is nothing to close.
    pub notes: Option<Vec<u8>>,
    pub renew_at: Option<SystemTime>,
    /// Warnings, and the errors of a failure.
    pub report: Diagnostics,
}

/// What the engine calls.
pub(crate) trait ErasedEphemeralResource<D>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn validate(&self, config: &Value) -> Result<Diagnostics>;
    fn open<'a>(&'a self, call: Call<'a, D>, config: Value) -> BoxFuture<'a, Opening>;
    fn renew<'a>(&'a self, call: Call<'a, D>, notes: &'a [u8]) -> BoxFuture<'a, (Option<SystemTime>, Diagnostics)>;
    fn close<'a>(&'a self, call: Call<'a, D>, notes: &'a [u8]) -> BoxFuture<'a, Diagnostics>;
}

/// An ephemeral resource with its schema.
pub(crate) struct Typed<E> {
    resource: E,
    schema: OnceLock<Schema>,
}

impl<E: EphemeralResource> Typed<E> {
    pub(crate) fn new(resource: E) -> Self {
        Self { resource, schema: OnceLock::new() }
    }
}

impl<E: EphemeralResource> ErasedEphemeralResource<E::Data> for Typed<E> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.resource.schema())
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics> {
        let mut report = Diagnostics::new();
        self.resource.validate(&E::Model::from_value(config.clone())?, &mut report);
        Ok(report)
    }

    fn open<'a>(&'a self, call: Call<'a, E::Data>, config: Value) -> BoxFuture<'a, Opening> {
        Box::pin(async move {
            let mut cx = EphemeralContext::<E>::new(call.context());
            let open = async {
                let config = E::Model::from_value(config.clone())?;
                self.resource.open(&mut cx, config).await
            };
            let result = AssertUnwindSafe(open).catch_unwind().await;
            let mut report = std::mem::take(&mut cx.context.report);
            let result = settle::<E, _>(result, &mut report).map(|result| result.into_value().with_types_of(&config));
            let notes = cx.opened.as_ref().and_then(|notes| {
                let written = serde_json::to_vec(notes).ok();
                if written.is_none() {
                    let detail =
                        format!("What `{}` notes for its close cannot be written: it stays open.", E::TYPE_NAME);
                    report.push(Diagnostic::bug(detail));
                }
                written
            });
            Opening { result, notes, renew_at: cx.renew_at, report }
        })
    }

    fn renew<'a>(
        &'a self,
        call: Call<'a, E::Data>,
        notes: &'a [u8],
    ) -> BoxFuture<'a, (Option<SystemTime>, Diagnostics)> {
        Box::pin(async move {
            let mut cx = EphemeralContext::<E>::new(call.context());
            let renew = async {
                let notes = read::<E>(notes)?;
                self.resource.renew(&mut cx, &notes).await
            };
            let result = AssertUnwindSafe(renew).catch_unwind().await;
            let mut report = std::mem::take(&mut cx.context.report);
            settle::<E, _>(result, &mut report);
            (cx.renew_at, report)
        })
    }

    fn close<'a>(&'a self, call: Call<'a, E::Data>, notes: &'a [u8]) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            let mut cx = call.context();
            let close = async {
                let notes = read::<E>(notes)?;
                self.resource.close(&mut cx, notes).await
            };
            let result = AssertUnwindSafe(close).catch_unwind().await;
            let mut report = std::mem::take(&mut cx.report);
            settle::<E, _>(result, &mut report);
            report
        })
    }
}

fn read<E: EphemeralResource>(notes: &[u8]) -> Result<E::Private> {
    serde_json::from_slice(notes).map_err(|_| {
        Diagnostic::bug(format!("The host did not hand back what `{}` noted when it was opened.", E::TYPE_NAME)).into()
    })
}

/// The value of an operation that went well; else its errors go to the report.
fn settle<E: EphemeralResource, T>(
    result: std::result::Result<Result<T>, Box<dyn std::any::Any + Send>>,
    report: &mut Diagnostics,
) -> Option<T> {
    match result {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(errors)) => report.extend(errors.of_failure(E::TYPE_NAME)),
        Err(_) => report.push(panic::diagnostic(E::TYPE_NAME)),
    }
    None
}
