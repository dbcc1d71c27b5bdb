//! The emulator as its clients see it: everything over HTTP, against a started one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod binary;
mod contract;
mod faults;
mod federation;
mod graphql;
mod permissions;
mod persistence;
mod runs;
mod scim_groups;
mod scim_roles;
mod scim_users;
mod settings;
mod world;
