//! What hosts hand from plan to apply, and from one run to the next: private bytes, identities and deposed objects.
//!
//! A witness stands between a host and the example provider. It marks all private bytes with where they come from, and
//! writes down with which marks each change is applied. The host in Rust and a real one play the same runs, and have to
//! hand on the same. The witness is this test itself, as a host starts it: by the cookie.

#![cfg(unix)]

mod runs;
mod terraform;
mod testing_host;
mod witness;

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use test_support::host::{Host, Release};
use tfplugin_testing::COOKIE;

use crate::runs::{CASES, Case, Player, STORED_PRIVATE, play};
use crate::terraform::Terraform;
use crate::testing_host::TestingHost;

fn main() -> ExitCode {
    if std::env::var_os(COOKIE.0).is_some() {
        return witness::serve();
    }
    let trials = CASES.iter().flat_map(|case| {
        [
            trial("testing_host", case, || Ok(Box::new(TestingHost::start(false)?))),
            trial("terraform", case, || Ok(Box::new(Terraform::new(&Host::released(Release::NEWEST)?)?))),
        ]
    });
    let later = trial("testing_host", &STORED_PRIVATE, || Ok(Box::new(TestingHost::start(true)?)));
    libtest_mimic::run(&Arguments::from_args(), trials.chain([later]).collect()).exit_code()
}

fn trial(host: &str, case: &'static Case, start: fn() -> Result<Box<dyn Player>>) -> Trial {
    Trial::test(format!("{host}::{}", case.name), move || {
        let played = start().and_then(|mut player| play(case, player.as_mut()));
        played.map_err(|error| Failed::from(format!("{error:#}")))
    })
}
