//! The example provider under a host in Rust: what the SDK promises to authors, held to Terraform's rules.

mod actions;
mod ephemeral;
mod failures;
mod functions;
mod lifecycle;
mod metadata;
mod planning;
mod scene;
