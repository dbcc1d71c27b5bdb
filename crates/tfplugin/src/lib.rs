//! An SDK for Terraform and OpenTofu providers in Rust.
pub mod diagnostic;
pub mod model;
pub mod schema;
pub mod value;

pub use model::{Attr, Model};
// The derive names this crate by its public path, within this crate too.
extern crate self as tfplugin;
