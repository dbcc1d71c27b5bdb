//! An SDK for Terraform and OpenTofu providers in Rust.
//!
//! A provider names what it offers, and each resource is a model, a schema and the operations on the remote object. The
//! rest is the SDK's: the handshake with the host and the protocol, planning from the schema, private state and
//! identity, Terraform's consistency rules held before anything leaves, and an orderly end.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use tfplugin::schema::{string, validator::length};
//! use tfplugin::{
//!     About, Attr, ConfigureContext, Model, Provider, Registry, Resource, ResourceContext, Result, Schema,
//! };
//!
//! /// The remote side, as this provider's resources see it.
//! struct Client;
//!
//! # #[derive(Debug)] struct RemoteNote { id: String, text: String }
//! # impl Client {
//! #     async fn create(&self, text: &str) -> Result<RemoteNote> { Ok(RemoteNote { id: "1".into(), text: text.into() }) }
//! #     async fn get(&self, id: &str) -> Result<Option<RemoteNote>> { let _ = id; Ok(None) }
//! #     async fn set(&self, id: &str, text: &str) -> Result<()> { let _ = (id, text); Ok(()) }
//! #     async fn delete(&self, id: &str) -> Result<()> { let _ = id; Ok(()) }
//! # }
//! #[derive(Clone, Model)]
//! struct Note {
//!     id: Attr<String>,
//!     text: Attr<String>,
//! }
//!
//! struct NoteResource;
//!
//! impl Resource for NoteResource {
//!     const TYPE_NAME: &'static str = "notes_note";
//!     type Data = Client;
//!     type Model = Note;
//!     type Identity = ();
//!     type Private = ();
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new("A note.")
//!             .computed("id", string("The note's id."))
//!             .required("text", string("What it says.").validate(length(1..=1000)))
//!     }
//!
//!     fn identity(&self, _: &Note) -> Result<()> {
//!         Ok(())
//!     }
//!
//!     async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Note) -> Result<Note> {
//!         let note = cx.provider().create(plan.text.get()?).await?;
//!         Ok(Note { id: note.id.into(), ..plan })
//!     }
//!
//!     async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: Note) -> Result<Option<Note>> {
//!         let note = cx.provider().get(state.id.get()?).await?;
//!         Ok(note.map(|note| Note { text: note.text.into(), ..state }))
//!     }
//!
//!     async fn update(&self, cx: &mut ResourceContext<'_, Self>, prior: Note, plan: Note) -> Result<Note> {
//!         cx.provider().set(prior.id.get()?, plan.text.get()?).await?;
//!         Ok(plan)
//!     }
//!
//!     async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Note) -> Result<()> {
//!         cx.provider().delete(state.id.get()?).await
//!     }
//! }
//!
//! struct NotesProvider;
//!
//! impl Provider for NotesProvider {
//!     type Model = ();
//!     type Data = Client;
//!
//!     fn about(&self) -> About {
//!         About {
//!             name: "notes",
//!             address: "registry.terraform.io/acme/notes",
//!             version: env!("CARGO_PKG_VERSION"),
//!             description: "Manages notes",
//!             log_targets: &["notes"],
//!         }
//!     }
//!
//!     fn schema(&self) -> Schema {
//!         Schema::new("Manages notes.")
//!     }
//!
//!     fn register(&self, registry: &mut Registry<Client>) {
//!         registry.resource(NoteResource);
//!     }
//!
//!     async fn configure(&self, _: &mut ConfigureContext, (): ()) -> Result<Client> {
//!         Ok(Client)
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     tfplugin::serve(NotesProvider)
//! }
//! ```
//!
//! Where to look: [`resource`], [`data_source`], [`ephemeral`], [`action`] and [`function`] are what a provider offers,
//! [`schema`] and [`model`] how it is written down, [`value`] what lies beneath, [`diagnostic`] how it speaks to people.
//!
//! `FACTS.md` beside the crate's manifest names what hosts really do, and the test that holds the SDK to each of it.
//!
//! Inside, `engine` does what each call of the protocol asks for in native types, `wire` translates protobuf for it (one
//! file a call in both, of the same name), and [`mod@serve`] is the process around them.

pub mod action;
mod context;
pub mod data_source;
pub mod diagnostic;
pub mod duration;
mod engine;
pub mod ephemeral;
pub mod function;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod model;
mod panic;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod serve;
pub mod timeouts;
pub mod value;
mod wire;

use std::process::ExitCode;

pub use self::action::{Action, ActionContext};
pub use self::context::Context;
pub use self::data_source::DataSource;
pub use self::diagnostic::{Diagnostic, Diagnostics, Result};
pub use self::ephemeral::{EphemeralContext, EphemeralResource};
pub use self::function::{Function, FunctionError};
pub use self::model::{Attr, Model};
pub use self::provider::{ConfigureContext, Provider, Registry};
pub use self::resource::{Resource, ResourceContext};
pub use self::schema::Schema;
pub use self::serve::About;

/// Runs a provider's process until its host ends it, or tells a person how to use it: all that `main` has to call.
pub fn serve<P: Provider>(provider: P) -> ExitCode {
    let about = provider.about();
    let service = wire::Service::new(provider);
    let lifecycle = service.lifecycle();
    serve::run(about, service, lifecycle)
}

// Derived code names this crate by its public path, within this crate too.
#[allow(unused_extern_crates, reason = "the derive uses it")]
extern crate self as tfplugin;
