//! Ephemeral resources: opened while Terraform runs, closed at its end, never stored.
//!
//! ```
//! use tfplugin::schema::string;
//! use tfplugin::{Attr, Context, EphemeralContext, EphemeralResource, Model, Result, Schema};
//!
//! # struct Client;
//! # struct Issued { id: String, secret: String }
//! # impl Client {
//! #     async fn issue(&self, scope: &str) -> Result<Issued> { Ok(Issued { id: scope.into(), secret: "s".into() }) }
//! #     async fn revoke(&self, id: &str) -> Result<()> { let _ = id; Ok(()) }
//! # }
//! #[derive(Model)]
//! struct Token {
//!     scope: Attr<String>,
//!     secret: Attr<String>,
//! }
//!
//! struct TokenResource;
//!
//! impl EphemeralResource for TokenResource {
//!     const TYPE_NAME: &'static str = "notes_token";
//!     type Data = Client;
//!     type Model = Token;
//!     /// The id, by which a token is revoked: the host holds this, so the secret is not in it.
//!     type Private = String;
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new("A token that lives while Terraform runs.")
//!             .required("scope", string("What it is for."))
//!             .computed("secret", string("The token.").sensitive())
//!     }
//!
//!     async fn open(&self, cx: &mut EphemeralContext<'_, Self>, config: Token) -> Result<Token> {
//!         let issued = cx.provider().issue(config.scope.get()?).await?;
//!         // From here on it is revoked at the end, whatever else fails.
//!         cx.opened(issued.id);
//!         Ok(Token { secret: issued.secret.into(), ..config })
//!     }
//!
//!     async fn close(&self, cx: &mut Context<'_, Client>, id: String) -> Result<()> {
//!         cx.provider().revoke(&id).await
//!     }
//! }
//! ```

pub(crate) mod erased;

use std::future::Future;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::model::Model;
use crate::schema::Schema;

/// A kind of thing that exists only while Terraform runs, such as a short-lived credential.
///
/// Hosts open it in every plan and every apply, and do not always close it: not after an interrupt, nor where something
/// that depends on it failed. So the SDK keeps what was opened and closes what is left when the process ends. Nothing
/// may be done in `open` that `close` cannot undo.
pub trait EphemeralResource: Send + Sync + 'static {
    /// The full type name, such as `notes_token`.
    const TYPE_NAME: &'static str;
    /// What the provider's `configure` makes.
    type Data: Send + Sync + 'static;
    /// The attributes.
    type Model: Model;
    /// What `close` must know. It never reaches a state, but the host holds it: nothing secret.
    type Private: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// The schema; asked for once.
    fn schema(&self) -> Schema;

    /// Judges a configuration beyond the rules of single attributes. Any value may be unknown.
    fn validate(&self, config: &Self::Model, report: &mut Diagnostics) {
        let _ = (config, report);
    }

    /// Opens it and answers the configuration with the computed attributes filled in.
    ///
    /// As soon as there is something to close, note it by [`EphemeralContext::opened`]: whatever fails then, it is
    /// closed before the error is answered, as hosts do not close what failed to open.
    fn open(
        &self,
        cx: &mut EphemeralContext<'_, Self>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Keeps it alive beyond the time that was noted by [`EphemeralContext::renew_at`], and notes the next. The result
    /// cannot change: those who use it keep what they were given.
    fn renew(
        &self,
        cx: &mut EphemeralContext<'_, Self>,
        private: &Self::Private,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, private);
        std::future::ready(Ok(()))
    }

    /// Ends it. One that is gone already is a success.
    fn close(
        &self,
        cx: &mut Context<'_, Self::Data>,
        private: Self::Private,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// A [`Context`] with places for what has to be closed and renewed.
pub struct EphemeralContext<'a, E: EphemeralResource + ?Sized> {
    context: Context<'a, E::Data>,
    opened: Option<E::Private>,
    renew_at: Option<SystemTime>,
}

impl<'a, E: EphemeralResource + ?Sized> EphemeralContext<'a, E> {
    fn new(context: Context<'a, E::Data>) -> Self {
        Self { context, opened: None, renew_at: None }
    }

    /// What the provider's `configure` made.
    #[must_use]
    pub fn provider(&self) -> &'a E::Data {
        self.context.provider()
    }

    /// Tells the user something that does not stop the operation.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.context.warn(warning);
    }

    /// Set off when the user interrupts; see [`Context::stop`].
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        self.context.stop()
    }

    /// Notes that there is something to close, and what `close` must know of it.
    pub fn opened(&mut self, private: E::Private) {
        self.opened = Some(private);
    }

    /// Asks for a renewal before that time.
    pub fn renew_at(&mut self, time: SystemTime) {
        self.renew_at = Some(time);
    }
}
