//! What an operation of a resource has at hand.

use tokio_util::sync::CancellationToken;

use super::Resource;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::value::Value;

/// A [`Context`] with the resource's notes and a safe place for what was reached.
pub struct ResourceContext<'a, R: Resource + ?Sized> {
    pub(super) context: Context<'a, R::Data>,
    pub(super) reached: Option<R::Model>,
    pub(super) config: Option<R::Model>,
    /// The resource's notes beside the state: as they were before, and as they will be stored.
    pub private: R::Private,
}

impl<'a, R: Resource + ?Sized> ResourceContext<'a, R> {
    pub(super) fn new(context: Context<'a, R::Data>, private: R::Private) -> Self {
        Self { context, reached: None, config: None, private }
    }

    /// What the provider's `configure` made.
    #[must_use]
    pub fn provider(&self) -> &'a R::Data {
        self.context.provider()
    }

    /// Tells the user something that does not stop the operation.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.context.warn(warning);
    }

    /// What the module's `provider_meta` block says; see [`Context::meta`].
    #[must_use]
    pub fn meta(&self) -> &Value {
        self.context.meta()
    }

    /// Set off when the user interrupts; see [`Context::stop`].
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        self.context.stop()
    }

    /// The configuration, in a create or an update: the only place of write-only values.
    #[must_use]
    pub fn config(&self) -> Option<&R::Model> {
        self.config.as_ref()
    }

    /// Notes the state that the remote object has now. It may be called again as the operation goes on.
    ///
    /// If the operation fails later, this is what is stored, with the notes. An update or a delete answers it with the
    /// error; one that has reached nothing leaves state and notes as they were. A create answers it as a success with
    /// the errors as warnings, since an error beside a new state would mark the object as tainted and have the next run
    /// destroy it. Values that are still unknown then become null, and those that are not as planned what was planned,
    /// until the next read: of a list, map or set that is not complete, the elements that are there stay, and those that
    /// are missing become what was planned. Only where the plan says something of an unknown value, as a
    /// [`Refinement`] or that it is not null, no null can stand for it: such a value must be known here.
    ///
    /// [`Refinement`]: crate::value::Refinement
    pub fn reached(&mut self, state: R::Model) {
        self.reached = Some(state);
    }
}
