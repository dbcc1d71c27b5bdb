//! An SDK for Terraform and OpenTofu providers in Rust.

mod context;
pub mod data_source;
pub mod diagnostic;
pub mod duration;
mod engine;
pub mod ephemeral;
pub mod function;
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
