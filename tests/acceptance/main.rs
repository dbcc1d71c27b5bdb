//! The built provider under real hosts, against the emulator.
//!
//! A case is written once and runs under each host that is there: the preferred one (see `test_support::host`), the oldest and the newest
//! release of Terraform, and OpenTofu where it is on PATH. `ACCEPTANCE_HOSTS` picks others: `preferred`, `tofu` and releases such as `1.12`,
//! separated by commas. A case's name begins with its host, so that a filter can pick by either.

mod api_key;
mod api_key_rotation;
mod ephemeral;
mod examples;
mod harness;
mod kill;
mod own_credential;
mod provider;
mod revoke_api_key;
mod rotation_without_gap;
mod secrets;
mod service_account;
mod team;
mod team_data_source;
mod team_member;

use std::io::{Write, stderr};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::harness::{Case, HostUnderTest, Scene, Stage};

/// All cases, by the name of their module.
const AREAS: &[(&str, &[Case])] = &[
    ("provider", provider::CASES),
    ("team", team::CASES),
    ("team_data_source", team_data_source::CASES),
    ("team_member", team_member::CASES),
    ("service_account", service_account::CASES),
    ("api_key", api_key::CASES),
    ("api_key_rotation", api_key_rotation::CASES),
    ("ephemeral", ephemeral::CASES),
    ("own_credential", own_credential::CASES),
    ("revoke_api_key", revoke_api_key::CASES),
    ("examples", examples::CASES),
];

/// Cases that take long and to which the host makes no difference: the first one alone plays them.
const UNDER_ONE_HOST: &[(&str, &[Case])] =
    &[("kill", kill::CASES), ("rotation_without_gap", rotation_without_gap::CASES), ("secrets", secrets::CASES)];

fn main() -> Result<ExitCode> {
    let arguments = Arguments::from_args();
    let hosts = harness::hosts_under_test()?;
    let stage = Arc::new(Stage::default());
    for host in &hosts {
        if let Some(reason) = host.absent() {
            writeln!(stderr(), "{}: {reason}; its cases are ignored", host.name())?;
        }
    }
    let under = |areas: &'static [(&str, &[Case])], hosts: &[HostUnderTest]| -> Vec<Trial> {
        let cases = areas.iter().flat_map(|(area, cases)| cases.iter().map(move |case| (*area, case)));
        cases
            .flat_map(|(area, case)| hosts.iter().map(move |host| (area, case, host)))
            .map(|(area, case, host)| trial(&stage, area, case, host))
            .collect()
    };
    let mut trials = under(AREAS, &hosts);
    trials.extend(under(UNDER_ONE_HOST, hosts.get(..1).unwrap_or_default()));
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

fn trial(stage: &Arc<Stage>, area: &str, case: &'static Case, host: &HostUnderTest) -> Trial {
    let ignored = host.absent().is_some() || !host.has(case.needs);
    let name = format!("{}::{area}::{}", host.name(), case.name);
    let (stage, host) = (Arc::clone(stage), host.clone());
    Trial::test(name, move || Scene::play(&stage, &host, case).map_err(|error| Failed::from(format!("{error:#}"))))
        .with_ignored_flag(ignored)
}
