//! Actions: what a configuration has done, and no state remembers.
//!
//! Terraform 1.14 and newer invoke one when a resource changes (`action_trigger` in its `lifecycle` block), or when a
//! person asks for it (`terraform apply -invoke=action.notes_send.all`). OpenTofu has none.
//!
//! ```
//! use tfplugin::schema::{boolean, string};
//! use tfplugin::{Action, ActionContext, Attr, Model, Result, Schema};
//!
//! # struct Client;
//! # impl Client {
//! #     async fn recipients(&self, note: &str) -> Result<Vec<String>> { let _ = note; Ok(Vec::new()) }
//! #     async fn send(&self, note: &str, to: &str) -> Result<()> { let _ = (note, to); Ok(()) }
//! # }
//! #[derive(Model)]
//! struct Send {
//!     note: Attr<String>,
//!     again: Attr<bool>,
//! }
//!
//! struct SendAction;
//!
//! impl Action for SendAction {
//!     const TYPE_NAME: &'static str = "notes_send";
//!     type Data = Client;
//!     type Model = Send;
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new("Sends a note to all who subscribe to it.")
//!             .required("note", string("The note's id."))
//!             .optional("again", boolean("Also to those who have it.").default(false))
//!     }
//!
//!     async fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: Send) -> Result<()> {
//!         let note = config.note.get()?;
//!         for recipient in cx.provider().recipients(note).await? {
//!             cx.progress(format!("sending to {recipient}"));
//!             cx.provider().send(note, &recipient).await?;
//!         }
//!         Ok(())
//!     }
//! }
//! ```

pub(crate) mod erased;

use std::future::Future;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::model::Model;
use crate::schema::Schema;

/// Something that can be done, with a configuration and without a state.
///
/// It answers progress and diagnostics alone: nothing of it is stored, so there is no place for a result. A panic in it
/// becomes a diagnostic; a host that hangs up does not cut it short.
pub trait Action: Send + Sync + 'static {
    /// The full type name, such as `notes_send`.
    const TYPE_NAME: &'static str;
    /// What the provider's `configure` makes.
    type Data: Send + Sync + 'static;
    /// The attributes.
    type Model: Model;

    /// The schema; asked for once. Nothing in it is computed but what has a default.
    fn schema(&self) -> Schema;

    /// Judges a configuration beyond the rules of single attributes. Any value may be unknown.
    fn validate(&self, config: &Self::Model, report: &mut Diagnostics) {
        let _ = (config, report);
    }

    /// Looks at the remote side while the run is planned, and says what would go wrong. Any value may be unknown.
    ///
    /// Not called while the provider's configuration is not known. Hosts ask in the plan alone, which may be days before
    /// the apply.
    fn preflight(
        &self,
        cx: &mut Context<'_, Self::Data>,
        config: &Self::Model,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, config);
        std::future::ready(Ok(()))
    }

    /// Does it. The configuration is wholly known, defaults are filled in.
    ///
    /// A host may invoke it again after a failure, and a person at any time: what was done before should be no error.
    fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: Self::Model) -> impl Future<Output = Result<()>> + Send;
}

/// A [`Context`] that can tell how far an action is.
pub struct ActionContext<'a, A: Action + ?Sized> {
    context: Context<'a, A::Data>,
    progress: mpsc::Sender<String>,
}

impl<'a, A: Action + ?Sized> ActionContext<'a, A> {
    fn new(context: Context<'a, A::Data>, progress: mpsc::Sender<String>) -> Self {
        Self { context, progress }
    }

    /// What the provider's `configure` made.
    #[must_use]
    pub fn provider(&self) -> &'a A::Data {
        self.context.provider()
    }

    /// Tells the user how far it is, at once: one line, nothing secret.
    ///
    /// This never waits. A host that does not listen, or not fast enough, misses lines.
    pub fn progress(&self, message: impl Into<String>) {
        let _ = self.progress.try_send(message.into());
    }

    /// Tells the user something that does not stop the action.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.context.warn(warning);
    }

    /// Set off when the user interrupts; see [`Context::stop`].
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        self.context.stop()
    }
}
