//! An SDK for Terraform and OpenTofu providers in Rust.

mod context;
pub mod data_source;
pub mod diagnostic;
mod engine;
pub mod model;
mod panic;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod value;
mod wire;

pub use self::context::Context;
pub use self::data_source::DataSource;
pub use self::diagnostic::{Diagnostic, Diagnostics, Result};
pub use self::model::{Attr, Model};
pub use self::provider::{About, ConfigureContext, Provider, Registry};
pub use self::resource::Resource;
pub use self::schema::Schema;
