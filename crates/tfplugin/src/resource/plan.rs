//! What a resource sees of a plan.

use super::Resource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Path;

/// What is planned.
///
/// `Create` and `Recreate` must come to the same plan. A replacement shows as such while a run is planned, also under
/// `-replace`. But when the plan is applied hosts plan it again, and until Terraform 1.16 they then say nothing of the old
/// object, which is gone by then or, with `create_before_destroy`, still lives; of a tainted object they never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanKind {
    /// An object where there is none.
    Create,
    /// The second half of a replacement: the present object is destroyed before or after, and not shown.
    Recreate,
    /// A change of an object, or none.
    Update,
}

/// A change that is about to be planned, as [`Resource::preflight`] sees it.
pub enum Change<'a, R: Resource + ?Sized> {
    /// An object where there is none, as far as hosts tell: see [`PlanKind`]. In an apply it may be the second half of a
    /// replacement, with the old object still there if `create_before_destroy` asks for it.
    Create {
        /// What will be.
        plan: &'a R::Model,
    },
    /// The second half of a replacement. The old object, which is not shown, still lives.
    Recreate {
        /// What will be.
        plan: &'a R::Model,
        /// The notes beside the state of the old object.
        private: &'a R::Private,
    },
    /// A change in place.
    Update {
        /// What is.
        prior: &'a R::Model,
        /// What will be.
        plan: &'a R::Model,
        /// The notes beside the state.
        private: &'a R::Private,
    },
    /// The end of an object.
    Destroy {
        /// What is.
        prior: &'a R::Model,
        /// The notes beside the state.
        private: &'a R::Private,
    },
}

/// A plan that follows from the schema, open to a resource's own decisions.
///
/// ```
/// use tfplugin::resource::Plan;
/// use tfplugin::value::Refinement;
/// use tfplugin::{Attr, Resource, Result};
///
/// # use tfplugin::{Model, ResourceContext, Schema, schema::string};
/// # #[derive(Clone, Model)]
/// # struct Note { id: Attr<String>, text: Attr<String>, digest: Attr<String> }
/// # struct NoteResource;
/// # impl Resource for NoteResource {
/// #     const TYPE_NAME: &'static str = "notes_note";
/// #     type Data = ();
/// #     type Model = Note;
/// #     type Identity = ();
/// #     type Private = ();
/// #     fn schema(&self) -> Schema {
/// #         Schema::new("").computed("id", string("")).required("text", string("")).computed("digest", string(""))
/// #     }
/// #     fn identity(&self, _: &Note) -> Result<()> { Ok(()) }
/// #     async fn create(&self, _: &mut ResourceContext<'_, Self>, plan: Note) -> Result<Note> { Ok(plan) }
/// #     async fn read(&self, _: &mut ResourceContext<'_, Self>, state: Note) -> Result<Option<Note>> { Ok(Some(state)) }
/// #     async fn delete(&self, _: &mut ResourceContext<'_, Self>, _: Note) -> Result<()> { Ok(()) }
/// // In `impl Resource for NoteResource`:
/// fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
///     // Another text has another digest, which nobody knows before it is stored.
///     if plan.prior.is_some_and(|prior| prior.text != plan.planned.text) {
///         plan.planned.digest = Attr::unknown();
///     }
///     // Of the id of a new note the beginning is known, and may be built upon.
///     if plan.planned.id.is_unknown() {
///         plan.planned.id = Attr::Unknown(Some(Box::new(Refinement::prefix("note:"))));
///     }
///     Ok(())
/// }
/// # }
/// ```
pub struct Plan<'a, R: Resource + ?Sized> {
    /// What is planned.
    pub kind: PlanKind,
    /// The state as it is; `None` unless this is an update.
    pub prior: Option<&'a R::Model>,
    /// The configuration as written; any value may be unknown.
    pub config: &'a R::Model,
    /// The plan, to be changed where needed: computed attributes only.
    pub planned: R::Model,
    /// The notes beside the state: as they are, and as the apply will find them.
    pub private: R::Private,
    pub(super) replace: Vec<Path>,
    pub(super) report: Diagnostics,
}

impl<R: Resource + ?Sized> Plan<'_, R> {
    /// Asks for replacement because of one attribute that changes; hosts replace nothing for one that stays as it is.
    /// Where there is no such attribute, make a computed one unknown. A path that the schema does not have is told as a
    /// bug.
    pub fn require_replacement(&mut self, attribute: impl Into<Path>) {
        self.replace.push(attribute.into());
    }

    /// Tells the user something about this plan. Hosts drop warnings of the second half of a replacement.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.report.push(warning);
    }
}
