//! Runs the fuzz targets of `fuzz/`, one after the other.
//!
//! libFuzzer needs the compiler to count what runs. cargo-fuzz asks a nightly compiler for that; the flags of LLVM do the same with a stable
//! one. What the fuzzer finds out stays below the target folder, so that the next run goes on from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_support::process::{self, Group};
use test_support::target;

use crate::screen::Screen;

const BUILD_TIMEOUT: Duration = Duration::from_hours(1);
/// Beyond the time that a target was given: to read what it starts from, and to end.
const SLACK: Duration = Duration::from_mins(5);
const FLAGS: [&str; 7] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// What became of one target.
struct Outcome {
    name: String,
    executions: u64,
    seconds: u64,
    findings: usize,
}

/// Tries all targets, or one, each for so long. An error when anything was found.
pub(crate) fn run(time: Duration, only: Option<&str>, screen: &mut Screen) -> Result<()> {
    let folder = target::directory()?.join("fuzz");
    let program = build(&folder, screen)?;
    let names = process::run(&mut Command::new(&program), "fuzz", Group::Callers, SLACK, |_| ())?.success()?.stdout;
    let names: Vec<&str> = names.lines().filter(|name| only.is_none_or(|only| only == *name)).collect();
    ensure!(!names.is_empty(), "there is no target `{}`", only.unwrap_or_default());
    let mut outcomes = Vec::new();
    for name in names {
        let outcome = fuzz(&program, &folder, name, time, screen)?;
        screen.end_progress()?;
        outcomes.push(outcome);
    }
    screen.found(&table(&outcomes))?;
    ensure!(
        outcomes.iter().all(|outcome| outcome.findings == 0),
        "there are findings below {}: run one again with FUZZ_TARGET=NAME {} FILE",
        folder.join("findings").display(),
        program.display()
    );
    Ok(())
}

/// Builds the program of all targets, with the versions of dependencies that the project has.
fn build(folder: &Path, screen: &mut Screen) -> Result<PathBuf> {
    let project = target::project();
    fs::copy(project.join("Cargo.lock"), project.join("fuzz/Cargo.lock"))?;
    let platform = platform()?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The project's folder, for the settings in `.cargo`. Naming the platform keeps the flags away from build scripts and macros.
    cargo.current_dir(project).args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    cargo.args(["--target", &platform, "--target-dir"]).arg(folder).env("RUSTFLAGS", FLAGS.join(" "));
    let built =
        process::run(&mut cargo, "cargo build", Group::Callers, BUILD_TIMEOUT, |line| drop(screen.progress(line)));
    screen.end_progress()?;
    built?.success()?;
    Ok(folder.join(platform).join("release/fuzz"))
}

fn platform() -> Result<String> {
    let version = Command::new("rustc").arg("-vV").current_dir(target::project()).output()?.stdout;
    let version = String::from_utf8(version)?;
    let platform = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(platform.context("rustc does not tell its platform")?.to_owned())
}

fn fuzz(program: &Path, folder: &Path, name: &str, time: Duration, screen: &mut Screen) -> Result<Outcome> {
    let [corpus, seeds, findings] = ["corpus", "seeds", "findings"].map(|kind| folder.join(kind).join(name));
    for folder in [&corpus, &seeds, &findings] {
        fs::create_dir_all(folder)?;
    }
    let found_before = fs::read_dir(&findings)?.count();
    let mut command = Command::new(program);
    command.env("FUZZ_TARGET", name).env("FUZZ_SEEDS", &seeds).args([&corpus, &seeds]);
    command.arg(format!("-max_total_time={}", time.as_secs())).arg(format!("-artifact_prefix={}/", findings.display()));
    // An input that takes longer or more memory than this is a finding.
    command.args(["-print_final_stats=1", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=1"]);
    let shown = |line: &str| drop(screen.progress(&format!("{name}: {line}")));
    let ended = process::run(&mut command, &format!("fuzz {name}"), Group::Callers, time + SLACK, shown)?;
    let found = fs::read_dir(&findings)?.count() - found_before;
    let findings = if ended.code == Some(0) { found } else { found.max(1) };
    let executions = statistic(&ended.stderr, "stat::number_of_executed_units:").unwrap_or_default();
    let seconds = ended
        .stderr
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Done ")?.split_once(" runs in ")?.1.split_once(' ')?.0.parse().ok());
    if findings > 0 {
        screen.end_progress()?;
        screen.explain(&ended.stderr)?;
    }
    Ok(Outcome { name: name.to_owned(), executions, seconds: seconds.unwrap_or_default(), findings })
}

fn statistic(text: &str, name: &str) -> Option<u64> {
    text.lines().rev().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

fn table(outcomes: &[Outcome]) -> String {
    let mut lines =
        vec!["| target | executions | seconds | findings |".to_owned(), "| --- | ---: | ---: | ---: |".to_owned()];
    lines.extend(outcomes.iter().map(|Outcome { name, executions, seconds, findings }| {
        format!("| {name} | {executions} | {seconds} | {findings} |")
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_counted_is_read() {
        let said = "Done 524288 runs in 11 second(s)\nstat::number_of_executed_units: 524288\nstat::peak_rss_mb: 90\n";
        assert_eq!(statistic(said, "stat::number_of_executed_units:"), Some(524_288));
        assert_eq!(statistic("", "stat::number_of_executed_units:"), None);
        let outcome = Outcome { name: "path".into(), executions: 7, seconds: 1, findings: 0 };
        assert!(table(&[outcome]).ends_with("|\n| path | 7 | 1 | 0 |"));
    }
}
