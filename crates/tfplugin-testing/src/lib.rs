//! A host in Rust that drives any provider binary as Terraform would.
