//! Mutants of the example provider, each with one deliberate breach of Terraform's rules: the host in Rust and real
//! hosts judge each of them, and what they say is the table in `agreement.md`.
//!
//! A mutant breaks an answer on the wire, after the SDK, whose own checks would catch the breach before it leaves. It
//! is a process between the host and the example provider (a [`Relay`](tfplugin_testing::Relay)), so the SDK has no
//! door for it, and any other provider's binary could stand in the example's place. That process is this test itself:
//! when a host starts it, by the cookie, it is the mutant that [`provider::MUTANT`] names.

#![cfg(unix)]

mod agreement;
mod catalogue;
mod change;
mod provider;
mod scene;
mod terraform;
mod testing_host;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tfplugin_testing::COOKIE;

fn main() -> ExitCode {
    if std::env::var_os(COOKIE.0).is_some() {
        return provider::serve();
    }
    let trial = Trial::test("hosts_agree_about_every_mutant", || {
        agreement::check().map_err(|error| Failed::from(format!("{error:#}")))
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}
