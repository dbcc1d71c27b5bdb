//! Thousands of calls to a server that fails one request in five, in every way it can.

use std::collections::BTreeMap;
use std::io::{Write, stderr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::organization;
use tokio::task::JoinSet;
use wandb_client::{
    ApiKey, ApiKeyId, Client, Config, Credential, Error, ErrorKind, MemberChange, Person, TeamExistence, UserId,
};

const MINTS: usize = 1000;
/// Of each of four reads.
const READS: usize = 2000;
/// They are made one after the other, as changes of one team are.
const CHANGES: usize = 200;
const TEAM: &str = "team-0";
/// An answer that takes longer is taken for one that does not come.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);

/// Each strikes so many of the requests that came past those before it that one in five is struck in all.
fn faults() -> Vec<Value> {
    let status = |when: &str, status: u16| json!({ "kind": "status", "status": status, "when": when });
    let mut effects = vec![
        json!({ "effect": status("before", 429) }),
        json!({ "effect": { "kind": "status", "status": 429, "retry_after": 0 } }),
        json!({ "effect": status("before", 500) }),
        json!({ "effect": status("after", 500) }),
        json!({ "effect": status("after", 502) }),
        json!({ "effect": { "kind": "reset", "when": "before" } }),
        json!({ "effect": { "kind": "reset", "when": "after" } }),
        json!({ "effect": { "kind": "torn", "bytes": 20 } }),
        json!({ "effect": { "kind": "delay", "milliseconds": 1500, "when": "after" } }),
    ];
    // The parts of an answer that come in spite of an error, in the form of GraphQL.
    let partial =
        json!({ "data": { "part": {} }, "errors": [{ "message": "shard is down", "path": ["part"] }] }).to_string();
    for operation in ["viewer", "entity", "serverInfo", "generateApiKey", "deleteApiKey"] {
        let effect = json!({ "kind": "status", "status": 200, "when": "after", "body": partial });
        effects.push(json!({ "operation": operation, "effect": effect }));
    }
    for effect in &mut effects {
        effect["probability"] = json!(0.022);
    }
    effects
}

#[tokio::test]
async fn what_is_safe_succeeds_and_no_key_is_made_twice() -> Result<()> {
    let binary = binaries::build(&[Binary::Emulator], |_| ())?.join(Binary::Emulator.name());
    let mut organization = organization::seed(1, 1);
    let people = organization["people"].as_array_mut().context("a seed has people")?;
    people.push(json!({ "username": "grace", "email": "grace@acme.example" }));
    let emulator = Emulator::start_seeded(&binary, &organization, &[])?;
    let client = client(&emulator)?;

    // Known before the server begins to fail, as the calls are about them.
    let owner = client.service_accounts(TEAM).await?.remove(0).id;
    let grace = client.find_user(Person::Username("grace")).await?.context("grace is there")?.id;
    client.change_members(TEAM, MemberChange::Add(grace.clone())).await?;
    let keys_before = keys(&client, &owner).await?;
    for fault in faults() {
        emulator.add_fault(&fault)?;
    }

    let mut safe = JoinSet::new();
    let mut mints = JoinSet::new();
    for _ in 0..READS {
        spawn(&mut safe, &client, |client| async move { client.viewer().await.map(drop) });
        spawn(&mut safe, &client, |client| async move { client.organization(TEAM).await.map(drop) });
        spawn(&mut safe, &client, |client| async move { client.server().await.map(drop) });
        spawn(&mut safe, &client, |client| async move {
            match client.team_exists(TEAM).await? {
                TeamExistence::CannotTell(error) => Err(error),
                TeamExistence::Exists | TeamExistence::Absent => Ok(()),
            }
        });
    }
    for role in ["viewer", "member"].into_iter().cycle().take(CHANGES) {
        let grace = grace.clone();
        spawn(&mut safe, &client, move |client| async move { client.set_team_role(&grace, TEAM, role).await });
    }
    for number in 0..MINTS {
        let (client, owner, name) = (client.clone(), owner.clone(), format!("key {number}"));
        mints.spawn(async move { (client.create_api_key(&owner, &name).await.map(drop), name) });
    }
    let mut failed = failures(safe).await;
    let mints = mints.join_all().await;

    // The truth, without faults.
    emulator.clear_faults()?;
    let minted = keys(&client, &owner).await?;
    let mut made = BTreeMap::<&str, usize>::new();
    for (name, _) in minted.iter().filter(|key| !keys_before.contains(key)) {
        *made.entry(name).or_default() += 1;
    }
    let mut unclear = 0;
    for (outcome, name) in &mints {
        let times = made.get(name.as_str()).copied().unwrap_or_default();
        match outcome {
            Ok(()) => ensure!(times == 1, "`{name}` was made, and is there {times} times"),
            Err(error) if error.is_unclear() => {
                unclear += 1;
                ensure!(times <= 1, "`{name}` was made {times} times: {error}");
            }
            Err(error) => ensure!(times == 0, "`{name}` was not made, and is there {times} times: {error}"),
        }
    }

    for fault in faults() {
        emulator.add_fault(&fault)?;
    }
    let mut revocations = JoinSet::new();
    for (_, id) in &minted {
        let id = id.clone();
        spawn(&mut revocations, &client, |client| async move { client.delete_api_key(&id).await.map(drop) });
    }
    failed.extend(failures(revocations).await);
    emulator.clear_faults()?;
    ensure!(keys(&client, &owner).await?.is_empty(), "keys are left");

    let calls = 4 * READS + CHANGES + MINTS + minted.len();
    let (requests, struck) = journal(&emulator)?;
    writeln!(
        stderr(),
        "{calls} calls, {requests} requests, {struck} of them struck; of {MINTS} mints {} were done, {unclear} unclear",
        minted.len() - keys_before.len()
    )?;
    // A part that was missing twice is not waited for.
    let partial: Vec<_> = failed.extract_if(.., |error| matches!(error.kind(), ErrorKind::Partial(_))).collect();
    ensure!(partial.len() < calls / 1000, "{} calls got only a part", partial.len());
    ensure!(failed.is_empty(), "{} calls that are safe to repeat failed, such as: {}", failed.len(), failed[0]);
    ensure!((requests * 15..requests * 25).contains(&(struck * 100)), "not one request in five was struck");
    ensure!(unclear > 0, "no mint was unclear, so nothing was shown");
    Ok(())
}

fn client(emulator: &Emulator) -> Result<Client> {
    let key = ApiKey::parse(emulator.administrator().api_key.expose_secret())?;
    let config = Config::new(emulator.base_url().parse()?, Credential::ApiKey(key))
        .with_request_timeout(REQUEST_TIMEOUT)
        .with_operation_deadline(Duration::from_mins(30))
        .with_max_retries(20)
        // Each read is a request of its own.
        .with_read_max_age(Duration::ZERO);
    Ok(Client::new(&config))
}

fn spawn<F>(calls: &mut JoinSet<Result<(), Error>>, client: &Client, call: impl FnOnce(Client) -> F)
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    calls.spawn(call(client.clone()));
}

async fn failures(calls: JoinSet<Result<(), Error>>) -> Vec<Error> {
    calls.join_all().await.into_iter().filter_map(Result::err).collect()
}

/// The names and ids of an account's keys.
async fn keys(client: &Client, owner: &UserId) -> Result<Vec<(String, ApiKeyId)>> {
    let keys = client.api_keys(TEAM, owner).await?.context("the account is in its team")?;
    Ok(keys.into_iter().map(|key| (key.description.unwrap_or_default(), key.id)).collect())
}

/// How many requests came, and how many of them were struck by a fault.
fn journal(emulator: &Emulator) -> Result<(usize, usize)> {
    let journal = emulator.journal()?;
    let entries = journal["entries"].as_array().context("a journal has entries")?;
    Ok((entries.len(), entries.iter().filter(|entry| !entry["fault"].is_null()).count()))
}
