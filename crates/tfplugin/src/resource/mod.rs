//! Managed resources.

mod context;
pub(crate) mod erased;
mod identity;
mod moved;
mod plan;
pub(crate) mod private;
mod upgrade;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::model::Model;
use crate::schema::Schema;

pub use self::context::ResourceContext;
pub use self::identity::{IdentityAttribute, IdentitySchema, ImportTarget};
pub use self::moved::{Move, MoveSource};
pub use self::plan::{Change, Plan, PlanKind};
pub use self::upgrade::Upgrade;

/// A kind of remote object that Terraform manages.
///
/// Planning follows from the schema: what the configuration says is planned, a computed attribute is unknown on create
/// and kept on update, a change of an attribute marked so means replacement. The SDK holds every answer against
/// Terraform's rules before it leaves, carries the private state, and turns a panic into a diagnostic.
///
/// `Private` is what the resource notes beside the state, for itself; `()` where it notes nothing. Without a change in
/// the world, `read` must leave it as it is, else the host sees drift in every run.
pub trait Resource: Send + Sync + 'static {
    /// The full type name, such as `notes_note`.
    const TYPE_NAME: &'static str;
    /// What the provider's `configure` makes.
    type Data: Send + Sync + 'static;
    /// The attributes.
    type Model: Model + Clone;
    /// What names the object; `()` where a resource has no identity.
    type Identity: Model + Clone;
    /// Notes beside the state; stored by the host, never shown.
    type Private: Serialize + DeserializeOwned + Clone + Default + Send + Sync + 'static;

    /// The schema; asked for once.
    fn schema(&self) -> Schema;

    /// The attributes of the identity.
    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none()
    }

    /// The identity of an object, by its state. It is the same for as long as the object lives: a rename in the world
    /// must not change it.
    ///
    /// # Errors
    /// When the state lacks what the identity needs.
    fn identity(&self, state: &Self::Model) -> Result<Self::Identity>;

    /// Judges a configuration beyond the rules of single attributes. Any value may be unknown.
    fn validate(&self, config: &Self::Model, report: &mut Diagnostics) {
        let _ = (config, report);
    }

    /// Changes the plan that follows from the schema, for real decisions only.
    ///
    /// It is asked again when the plan is applied and must come to the same answer, so it sees no clock and no network.
    ///
    /// # Errors
    /// When the change is impossible; what only the remote side can know belongs to [`Resource::preflight`].
    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        let _ = plan;
        Ok(())
    }

    /// Looks at the remote side while a change is planned, and says what would go wrong. It changes no plan.
    ///
    /// Not called while the provider's configuration is not known.
    fn preflight(
        &self,
        cx: &mut Context<'_, Self::Data>,
        change: Change<'_, Self>,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, change);
        std::future::ready(Ok(()))
    }

    /// Makes the remote object and answers its state, in which nothing is unknown.
    ///
    /// Once the object exists, note it by [`ResourceContext::reached`]: whatever fails then, it is not lost.
    fn create(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        plan: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Answers the object as it is now, or `None` where it is certainly gone. "Not visible" is not "gone".
    fn read(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>>> + Send;

    /// Changes the object in place and answers its state.
    ///
    /// A resource of which every change means replacement leaves this out.
    fn update(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        prior: Self::Model,
        plan: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        let _ = (cx, prior, plan);
        let bug = format!("`{}` was asked for an update, but it has none.", Self::TYPE_NAME);
        std::future::ready(Err(Diagnostic::bug(bug).into()))
    }

    /// Ends the object. One that is gone already is a success.
    ///
    /// A refresh may not have happened before, and `state` is what the last apply left: what decides about destroying
    /// stands there. The notes are those of the object, but for a tainted one that is replaced: hosts hand none over
    /// then, and the notes are empty.
    ///
    /// A delete that fails leaves all as it is, the notes too, unless [`ResourceContext::reached`] says how far it went.
    fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Self::Model)
    -> impl Future<Output = Result<()>> + Send;

    /// Finds the object that the user names. A read follows, so only what `read` needs must be there. Where the user
    /// gives an identity and leaves out what is optional in it, that must be there, too.
    fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<Self::Identity>,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        let _ = (cx, target);
        std::future::ready(Err(Diagnostic::error(
            "Import not supported",
            format!("`{}` cannot be imported.", Self::TYPE_NAME),
        )
        .into()))
    }

    /// How states of older versions of the schema become current ones: one step for each version.
    fn upgrades(&self) -> Vec<Upgrade> {
        Vec::new()
    }

    /// How identities of older versions of the identity schema become current ones: one step for each version.
    fn identity_upgrades(&self) -> Vec<Upgrade> {
        Vec::new()
    }

    /// Which objects of other types may become one of these, by a `moved` block.
    fn moves(&self) -> Vec<Move> {
        Vec::new()
    }
}
