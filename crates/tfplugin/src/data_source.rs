//! Data sources: what Terraform reads and does not manage.
//!
//! ```
//! use tfplugin::schema::string;
//! use tfplugin::{Attr, Context, DataSource, Diagnostic, Model, Result, Schema};
//!
//! # struct Client;
//! # impl Client { async fn owner_of(&self, note: &str) -> Result<Option<String>> { let _ = note; Ok(None) } }
//! #[derive(Model)]
//! struct Owner {
//!     note: Attr<String>,
//!     name: Attr<String>,
//! }
//!
//! struct OwnerDataSource;
//!
//! impl DataSource for OwnerDataSource {
//!     const TYPE_NAME: &'static str = "notes_owner";
//!     type Data = Client;
//!     type Model = Owner;
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new("Who owns a note.").required("note", string("Its id.")).computed("name", string("The owner."))
//!     }
//!
//!     async fn read(&self, cx: &mut Context<'_, Client>, config: Owner) -> Result<Owner> {
//!         let note = config.note.get()?;
//!         let Some(owner) = cx.provider().owner_of(note).await? else {
//!             let detail = format!("There is no note \"{note}\". Correct the id, or create the note first.");
//!             return Err(Diagnostic::error("Note not found", detail).at("note").into());
//!         };
//!         Ok(Owner { name: owner.into(), ..config })
//!     }
//! }
//!
//! // What a provider asserts in a test: model and schema are written apart, and must agree.
//! assert_eq!(OwnerDataSource.schema().agrees_with::<Owner>(), Ok(()));
//! ```

use std::future::Future;
use std::sync::OnceLock;

use futures::future::BoxFuture;

use crate::context::Context;
use crate::diagnostic::{Diagnostics, Result};
use crate::model::Model;
use crate::resource::erased::Call;
use crate::schema::Schema;
use crate::value::Value;

/// A kind of remote object, or a view of several, that a configuration can read.
pub trait DataSource: Send + Sync + 'static {
    /// The full type name, such as `notes_note`.
    const TYPE_NAME: &'static str;
    /// What the provider's `configure` makes.
    type Data: Send + Sync + 'static;
    /// The attributes.
    type Model: Model;

    /// The schema; asked for once.
    fn schema(&self) -> Schema;

    /// Judges a configuration beyond the rules of single attributes. Any value may be unknown.
    fn validate(&self, config: &Self::Model, report: &mut Diagnostics) {
        let _ = (config, report);
    }

    /// Answers the configuration, wholly known, with the computed attributes filled in.
    fn read(
        &self,
        cx: &mut Context<'_, Self::Data>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;
}

/// A data source behind values in place of models.
pub(crate) trait ErasedDataSource<D>: Send + Sync {
    fn schema(&self) -> &Schema;
    fn validate(&self, config: &Value) -> Result<Diagnostics>;
    fn read<'a>(&'a self, call: Call<'a, D>, config: Value) -> BoxFuture<'a, (Option<Value>, Diagnostics)>;
}

/// A data source with its schema.
pub(crate) struct Typed<S> {
    source: S,
    schema: OnceLock<Schema>,
}

impl<S: DataSource> Typed<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { source, schema: OnceLock::new() }
    }
}

impl<S: DataSource> ErasedDataSource<S::Data> for Typed<S> {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| self.source.schema())
    }

    fn validate(&self, config: &Value) -> Result<Diagnostics> {
        let mut report = Diagnostics::new();
        self.source.validate(&S::Model::from_value(config.clone())?, &mut report);
        Ok(report)
    }

    fn read<'a>(&'a self, call: Call<'a, S::Data>, config: Value) -> BoxFuture<'a, (Option<Value>, Diagnostics)> {
        Box::pin(async move {
            let mut cx = call.context();
            let result = match S::Model::from_value(config.clone()) {
                Ok(config) => self.source.read(&mut cx, config).await,
                Err(error) => Err(error.into()),
            };
            let mut report = cx.report;
            match result {
                Ok(state) => (Some(state.into_value().with_types_of(&config)), report),
                Err(errors) => {
                    report.extend(errors.of_failure(S::TYPE_NAME));
                    (None, report)
                }
            }
        })
    }
}
