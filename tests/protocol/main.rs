//! The built provider over gRPC against the emulator, held to Terraform's rules by a host in Rust: no Terraform needed.
//!
//! What real hosts make of the provider, and what they print, is tried in `tests/acceptance`.

mod another_organization;
mod api_key;
mod api_key_rotation;
mod api_key_safety;
mod people_data_sources;
mod permissions;
mod provider;
mod scale;
mod scene;
mod service_account;
mod service_account_end;
mod team;
mod team_data_source;
mod team_member;
