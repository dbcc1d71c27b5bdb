//! What a refresh asks of the server: as many requests as there are teams, not as there are resources.

use std::collections::BTreeMap;
use std::io::{Write, stderr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::host::Host;
use test_support::mirror::Mirror;
use test_support::organization;
use test_support::target;
use test_support::workspace::Workspace;

const TEAMS: usize = 10;
const ACCOUNTS_OF_A_TEAM: usize = 50;
/// So many accounts are asked for in one request, where a server cannot be asked for a whole team's keys.
const ACCOUNTS_AT_ONCE: usize = 50;
/// What every run asks once, however much it manages: who calls, and what the server can do.
const ONCE: usize = 2;

type Requests = BTreeMap<String, usize>;

/// 500 accounts with a key each, refreshed on two kinds of server, each in quiet and busy times. Needs a host that imports by `for_each`:
/// Terraform or OpenTofu 1.7.
#[test]
fn a_thousand_resources_cost_requests_by_the_team() -> Result<()> {
    let binary = binaries::build(&[Binary::Emulator], |_| ())?.join(Binary::Emulator.name());
    let mirror = Mirror::of(Path::new(env!("CARGO_BIN_EXE_terraform-provider-wandb")))?;
    let mut workspace = Workspace::new(&Host::preferred()?, &Arc::new(mirror))?;
    workspace.copy_from(&target::project().join("tests/fixtures/thousand"))?;
    let organization = organization::seed(TEAMS, TEAMS * ACCOUNTS_OF_A_TEAM);

    let emulator = Emulator::start_seeded(&binary, &organization, &[])?;
    connect(&mut workspace, &emulator);
    workspace.init()?;
    workspace.apply()?;
    expect_at_most(30, &refresh(&workspace, &emulator)?)?;
    expect_at_most(30, &refresh_when_busy(&workspace, &emulator)?)?;

    // The same organization on a server that cannot be asked for the keys of a whole team.
    let emulator = Emulator::start_seeded(&binary, &organization, &["--lacks", "Member.apiKeys"])?;
    connect(&mut workspace, &emulator);
    let most = ONCE + TEAMS * (1 + ACCOUNTS_OF_A_TEAM.div_ceil(ACCOUNTS_AT_ONCE));
    expect_at_most(most, &refresh(&workspace, &emulator)?)?;
    expect_at_most(most, &refresh_when_busy(&workspace, &emulator)?)
}

fn connect(workspace: &mut Workspace, emulator: &Emulator) {
    workspace.set("WANDB_BASE_URL", emulator.base_url());
    workspace.set("WANDB_API_KEY", emulator.administrator().api_key.expose_secret());
}

/// The requests of a plan that finds nothing to do, by operation.
fn refresh(workspace: &Workspace, emulator: &Emulator) -> Result<Requests> {
    emulator.reset_journal()?;
    workspace.expect_empty_plan()?;
    let journal = emulator.journal()?;
    let mut requests = Requests::new();
    for entry in journal["entries"].as_array().context("a journal has entries")? {
        *requests.entry(operation(entry)).or_default() += 1;
    }
    Ok(requests)
}

/// The same while the server turns some requests away.
fn refresh_when_busy(workspace: &Workspace, emulator: &Emulator) -> Result<Requests> {
    const TURNED_AWAY: usize = 3;
    for retry_after in [Value::Null, json!(1), Value::Null] {
        let effect = json!({ "kind": "status", "status": 429, "retry_after": retry_after });
        emulator.add_fault(&json!({ "times": 1, "probability": 0.3, "effect": effect }))?;
    }
    let mut requests = refresh(workspace, emulator)?;
    let turned_away: usize = requests.extract_if(.., |name, _| name.ends_with(TURNED_AWAY_MARK)).map(|(_, n)| n).sum();
    ensure!(turned_away == TURNED_AWAY, "the server turned away {turned_away} requests: {requests:?}");
    Ok(requests)
}

const TURNED_AWAY_MARK: &str = " (turned away)";

fn operation(entry: &Value) -> String {
    let name = entry["operation"].as_str().map(str::to_owned);
    let name = name.unwrap_or_else(|| format!("{} {}", entry["method"], entry["path"]));
    if entry["status"] == 429 { format!("{name}{TURNED_AWAY_MARK}") } else { name }
}

fn expect_at_most(most: usize, requests: &Requests) -> Result<()> {
    let total: usize = requests.values().sum();
    writeln!(stderr(), "{total} requests: {requests:?}")?;
    ensure!(total <= most, "{total} requests are more than {most}: {requests:?}");
    Ok(())
}
