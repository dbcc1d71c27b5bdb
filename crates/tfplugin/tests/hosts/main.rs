//! The SDK under real hosts, which attach to this very program as to a provider in a debugger.
//!
//! With `--debug` the program is a provider (`provider.rs`); else it runs the cases, each under each host that has what the
//! case needs. `ACCEPTANCE_HOSTS` picks hosts by their release, such as `1.14,1.15`.

mod actions;
mod failures;
mod nested;
mod provider;
mod replacement;
mod scene;

use std::env;
use std::io::{Write as _, stderr};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use libtest_mimic::{Arguments, Failed, Trial};
use test_support::host::{Feature, Release};

use crate::scene::Scene;

/// What is tried under each host that has the feature.
pub(crate) struct Case {
    name: &'static str,
    needs: Option<Feature>,
    play: fn(&Scene) -> Result<()>,
}

fn main() -> Result<ExitCode> {
    if env::args().nth(1).as_deref() == Some("--debug") {
        return Ok(tfplugin::serve(provider::BenchProvider));
    }
    let arguments = Arguments::from_args();
    let cases = [actions::CASES, failures::CASES, nested::CASES, replacement::CASES].into_iter().flatten();
    let releases = releases()?;
    let trials = cases.flat_map(|case| releases.iter().map(move |release| trial(*release, case))).collect();
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// The releases that are picked; else the one that brought actions and the newest.
fn releases() -> Result<Vec<Release>> {
    let picked = env::var("ACCEPTANCE_HOSTS").unwrap_or_default();
    let find = |name: &str| {
        let short = |release: &Release| format!("{}.{}", release.version().major, release.version().minor);
        let found = Release::ALL.into_iter().find(|release| short(release) == name);
        found.with_context(|| format!("`{name}` is no release of Terraform that can be installed"))
    };
    // Other tests know hosts by other names too, which have no release of their own.
    let versions = picked.split(',').filter(|name| !matches!(*name, "" | "preferred" | "tofu"));
    let releases = versions.map(find).collect::<Result<Vec<_>>>()?;
    Ok(if releases.is_empty() { vec![Release::V1_14, Release::NEWEST] } else { releases })
}

fn trial(release: Release, case: &'static Case) -> Trial {
    let version = release.version();
    let has = |feature: Feature| feature.is_in(test_support::host::Product::Terraform, &version);
    let missing = case.needs.filter(|feature| !has(*feature));
    let name = format!("terraform-{}.{}::{}", version.major, version.minor, case.name);
    if let Some(feature) = missing {
        // Nobody is left to tell about a stderr that cannot be written to.
        let _ = writeln!(stderr(), "{name} is ignored: this release has no {feature:?}");
    }
    let play = move || Scene::set(release).and_then(|scene| (case.play)(&scene));
    Trial::test(name, move || play().map_err(|error| Failed::from(format!("{error:#}"))))
        .with_ignored_flag(missing.is_some())
}
