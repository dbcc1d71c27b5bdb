//! Real Terraform and OpenTofu hosts, a local mirror and the emulator, for acceptance tests and chores.
//!
//! The parts from the outside in: [`binaries`] builds what is tried, [`host`] finds or installs the program that drives it, [`mirror`]
//! offers the provider to that program as a release would, [`emulator`] is the W&B that it talks to ([`proxy`] stands between the two where
//! a test must see or stop requests), and [`workspace`] is a throw-away configuration in which commands run. [`leak`] looks for secrets in
//! what they leave. Nothing here knows what the provider's resources are.

pub mod binaries;
pub mod diagnostics;
pub mod emulator;
pub mod host;
pub mod leak;
pub mod mirror;
pub mod organization;
pub mod process;
pub mod proxy;
pub mod target;
pub mod workspace;
