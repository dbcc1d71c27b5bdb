//! The table of what hosts say, held against its golden file.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, anyhow, ensure};
use test_support::binaries::{self, Binary};
use test_support::host::{Host, Product, Release};

use crate::catalogue::{self, Mutant, Walk};
use crate::terraform::Terraform;
use crate::testing_host::TestingHost;

/// The file, below the crate's folder. `INSTA_UPDATE=always` writes it, as it does other golden files.
const GOLDEN: &str = "tests/mutants/agreement.md";
const UPDATE: (&str, &str) = ("INSTA_UPDATE", "always");

const TITLE: &str = "# What hosts say of mutants

Each mutant is the example provider of the SDK with one deliberate breach of Terraform's rules. The testing host refuses
all of them, with the call and the rule. For a real host stands the title of its error, or *accepted* where it says
nothing: the last column tells what the user then has of it. *not asked* is a host that does not know of what is broken.

Written by `INSTA_UPDATE=always cargo test -p tfplugin-testing --test mutants`.
";

/// What a host says of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    /// The host goes on, until the SDK refuses what it hands back.
    HandedBack,
    Refused(String),
    /// By a rule of our own, of which real hosts hold nothing.
    RefusedAlone(String),
    /// The host does not have what the walk needs.
    NotAsked,
}

impl Verdict {
    fn cell(&self) -> String {
        match self {
            Self::Accepted => "*accepted*".to_owned(),
            Self::HandedBack => "*accepted*, until the SDK refuses it".to_owned(),
            Self::Refused(said) | Self::RefusedAlone(said) => said.replace('|', "\\|"),
            Self::NotAsked => "*not asked*".to_owned(),
        }
    }
}

/// Verdicts by the name of the mutant.
type Column = BTreeMap<&'static str, Verdict>;

pub(crate) fn check() -> Result<()> {
    let example = binaries::build(&[Binary::KeyValue], |_| ())?.join(Binary::KeyValue.file());
    let hosts = hosts()?;
    let (ours, theirs) = thread::scope(|scope| {
        let example = &example;
        let real: Vec<_> = hosts.iter().map(|host| scope.spawn(move || real(host, example))).collect();
        let ours = testing(example);
        let theirs = real.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a host's thread panicked"))?);
        let theirs = theirs.collect::<Result<Vec<_>>>();
        Ok::<_, anyhow::Error>((ours?, theirs?))
    })?;
    let mutants = catalogue::all();
    let asked: Vec<_> = hosts.iter().zip(theirs).collect();
    // The table first: who writes it anew wants to see what the hosts do not agree about.
    let columns = asked.iter().map(|(host, column)| (name(host), column.clone())).collect();
    compare(&mutants, &ours, &columns).and(agree(&mutants, &ours, &asked))
}

/// The preferred host, and the newest one that can be installed.
fn hosts() -> Result<Vec<Host>> {
    let mut hosts = vec![Host::preferred()?];
    if (hosts[0].product(), hosts[0].version()) != (Product::Terraform, &Release::NEWEST.version()) {
        hosts.push(Host::released(Release::NEWEST)?);
    }
    Ok(hosts)
}

/// `Terraform 1.11`: what it says does not change with the last number.
fn name(host: &Host) -> String {
    format!("{:?} {}.{}", host.product(), host.version().major, host.version().minor)
}

fn testing(example: &Path) -> Result<Column> {
    let host = TestingHost::new(example)?;
    column(|walk, mutant| host.judge(walk, mutant)).context("under the testing host")
}

fn real(host: &Host, example: &Path) -> Result<Column> {
    let mut terraform = Terraform::new(host, example)?;
    column(|walk, mutant| terraform.judge(walk, mutant)).with_context(|| format!("under {host}"))
}

/// First every walk with an unbroken provider, which no host may refuse; then each mutant.
fn column(mut judge: impl FnMut(Walk, Option<&Mutant>) -> Result<Verdict>) -> Result<Column> {
    for walk in Walk::ALL {
        let verdict = judge(walk, None).with_context(|| format!("{walk:?}, unbroken"))?;
        ensure!(matches!(verdict, Verdict::Accepted | Verdict::NotAsked), "{walk:?}, unbroken: {verdict:?}");
    }
    let mut column = Column::new();
    let mut failures = Vec::new();
    for mutant in catalogue::all() {
        match judge(mutant.walk, Some(&mutant)) {
            Ok(verdict) => drop(column.insert(mutant.name, verdict)),
            Err(error) => failures.push(format!("{}: {error:#}", mutant.name)),
        }
    }
    ensure!(failures.is_empty(), "no verdict about some:\n{}", failures.join("\n"));
    Ok(column)
}

/// The testing host finds every breach; a real host does where nothing is said of its tolerance.
fn agree(mutants: &[Mutant], ours: &Column, theirs: &[(&Host, Column)]) -> Result<()> {
    let mut differences = Vec::new();
    for mutant in mutants {
        let verdict = &ours[mutant.name];
        let agrees = match verdict {
            Verdict::Refused(_) => !mutant.is_tolerated(),
            Verdict::RefusedAlone(_) => mutant.is_tolerated(),
            Verdict::Accepted | Verdict::HandedBack | Verdict::NotAsked => false,
        };
        if !agrees {
            differences.push(format!("{}: the testing host says {verdict:?}", mutant.name));
        }
        for (host, column) in theirs {
            let verdict = &column[mutant.name];
            let tolerates = matches!(verdict, Verdict::Accepted | Verdict::HandedBack);
            if *verdict != Verdict::NotAsked && tolerates != mutant.is_tolerated_by(host) {
                differences.push(format!("{}: {host} says {verdict:?}", mutant.name));
            }
        }
    }
    ensure!(differences.is_empty(), "hosts do not agree:\n{}", differences.join("\n"));
    Ok(())
}

fn compare(mutants: &[Mutant], ours: &Column, theirs: &BTreeMap<String, Column>) -> Result<()> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if env::var(UPDATE.0).is_ok_and(|value| value == UPDATE.1) {
        return fs::write(&file, render(mutants, ours, theirs)).context("the table could not be written");
    }
    let golden = fs::read_to_string(&file).with_context(|| format!("there is no `{GOLDEN}`"))?;
    let columns = golden.lines().find(|line| line.starts_with('|')).unwrap_or_default();
    let (known, unknown): (BTreeMap<_, _>, BTreeMap<_, _>) =
        theirs.clone().into_iter().partition(|(name, _)| columns.contains(&format!("| {name} |")));
    for name in unknown.keys() {
        // Nobody is left to tell about a stderr that cannot be written to.
        let _ = writeln!(stderr(), "{name} has no column in `{GOLDEN}`: its words are not compared");
    }
    let rendered = render(mutants, ours, &known);
    let golden = with_columns(&golden, &known);
    ensure!(golden == rendered, "`{GOLDEN}` says otherwise:\n{}", lines_that_differ(&golden, &rendered));
    Ok(())
}

fn render(mutants: &[Mutant], ours: &Column, theirs: &BTreeMap<String, Column>) -> String {
    let mut header = vec!["mutant".to_owned(), "breach".to_owned(), "testing host".to_owned()];
    header.extend(theirs.keys().cloned());
    header.push("effect where accepted".to_owned());
    let rule = vec!["---".to_owned(); header.len()];
    let rows = mutants.iter().map(|mutant| {
        let mut cells = vec![format!("`{}`", mutant.name), mutant.breach.to_owned(), ours[mutant.name].cell()];
        cells.extend(theirs.values().map(|column| column[mutant.name].cell()));
        cells.push(mutant.tolerated.unwrap_or_default().to_owned());
        cells
    });
    let lines = [header, rule].into_iter().chain(rows).map(|cells| format!("| {} |\n", cells.join(" | ")));
    format!("{TITLE}\n{}", lines.collect::<String>())
}

/// The golden table with the columns of these hosts only.
fn with_columns(golden: &str, hosts: &BTreeMap<String, Column>) -> String {
    let header: Vec<&str> =
        golden.lines().find(|line| line.starts_with('|')).unwrap_or_default().split(" | ").collect();
    let keep = |index: &usize| *index < 3 || *index + 1 == header.len() || hosts.contains_key(header[*index]);
    let line = |line: &str| {
        if !line.starts_with('|') {
            return format!("{line}\n");
        }
        let cells = line.split(" | ").enumerate().filter(|(index, _)| keep(index)).map(|(_, cell)| cell);
        format!("{}\n", cells.collect::<Vec<_>>().join(" | "))
    };
    golden.lines().map(line).collect()
}

fn lines_that_differ(golden: &str, rendered: &str) -> String {
    let only = |of: &str, other: &str, mark: char| -> Vec<String> {
        of.lines().filter(|line| !other.lines().any(|o| o == *line)).map(|line| format!("{mark} {line}")).collect()
    };
    [only(golden, rendered, '-'), only(rendered, golden, '+')].concat().join("\n")
}
