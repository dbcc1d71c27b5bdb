//! An SDK for Terraform and OpenTofu providers in Rust.
