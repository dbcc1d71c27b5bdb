//! A consumer of a key that rotates, which looks at the store late and authenticates all the time.
//!
//! It holds what the state held when it last looked, and tries its key before, during and after each request of each apply, while the
//! clock moves by steps. As long as it looks within `overlap`, it is never refused.

use std::fmt::Write as _;
use std::io::{Write as _, stderr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use test_support::proxy::{Proxy, Verdict};

use crate::harness::{Case, Scene, cases, expect_text};

pub(crate) const CASES: &[Case] = cases![
    consumer_that_looks_within_the_overlap_is_never_refused,
    consumer_that_looks_too_late_is_refused,
    transcript
];

const KEY: &str = "wandb_api_key.ci";

const CONFIGURATION: &str = r#"resource "wandb_service_account" "ci" {
  name = "ci"
  team = "research"
}

resource "wandb_api_key" "ci" {
  service_account_id = wandb_service_account.ci.id
  name               = "laptop"

  rotation = {
    interval = "24h"
    overlap  = "6h"
  }
}
"#;

/// The clock moves by one hour, so often: two rotations and the ends of their overlaps.
const HOURS: u32 = 60;
/// An apply follows each of so many hours.
const APPLIES_EVERY: u32 = 3;

fn consumer_that_looks_within_the_overlap_is_never_refused(scene: &mut Scene) -> Result<()> {
    // One hour less than the overlap.
    let (tried, refused, keys) = consume(scene, 5)?;
    ensure!(refused == 0, "refused {refused} of {tried} times");
    ensure!(keys >= 3 && tried > 200, "{keys} keys, tried {tried} times: this shows little");
    writeln!(stderr(), "{keys} keys, tried {tried} times: refused 0 times")?;
    Ok(())
}

fn consumer_that_looks_too_late_is_refused(scene: &mut Scene) -> Result<()> {
    let (tried, refused, _) = consume(scene, 11)?;
    ensure!(refused > 0, "never refused in {tried} times: the consumer sees nothing");
    Ok(())
}

/// The consumer's key, and what came of its tries.
#[derive(Default)]
struct Consumer {
    held: Option<SecretString>,
    tried: usize,
    refused: usize,
}

/// Applies every hour, with a consumer that looks at the state after so many hours; how often it tried its key, how often it was refused,
/// and how many keys there were.
fn consume(scene: &mut Scene, looks_every: u32) -> Result<(usize, usize, usize)> {
    scene.create_team("research")?;
    let proxy = Proxy::before(scene.emulator.base_url())?;
    scene.apply(CONFIGURATION)?;
    scene.workspace.set("WANDB_BASE_URL", &proxy.base_url());
    let consumer = Arc::new(Mutex::new(Consumer { held: Some(secret(scene)?), ..Consumer::default() }));
    let authenticates = Arc::new(scene.emulator.authenticator());
    proxy.judge({
        let (consumer, authenticates) = (Arc::clone(&consumer), Arc::clone(&authenticates));
        move |_, _| {
            attempt(&consumer, &*authenticates);
            Verdict::Pass
        }
    });
    let mut versions = vec![scene.object(KEY)?["secret_version"].clone()];
    for hour in 1..=HOURS {
        scene.emulator.advance("1h")?;
        attempt(&consumer, &*authenticates);
        if hour % APPLIES_EVERY == 0 {
            scene.workspace.apply()?;
            versions.push(scene.object(KEY)?["secret_version"].clone());
        }
        attempt(&consumer, &*authenticates);
        if hour % looks_every == 0 {
            lock(&consumer).held = Some(secret(scene)?);
        }
    }
    versions.dedup();
    let consumer = lock(&consumer);
    Ok((consumer.tried, consumer.refused, versions.len()))
}

fn attempt(consumer: &Mutex<Consumer>, authenticates: &impl Fn(&SecretString) -> Result<bool>) {
    let mut consumer = lock(consumer);
    let Some(held) = consumer.held.clone() else { return };
    consumer.tried += 1;
    // An answer that is neither yes nor no counts as one that a consumer cannot live with.
    if !authenticates(&held).unwrap_or(false) {
        consumer.refused += 1;
    }
}

fn lock(consumer: &Mutex<Consumer>) -> std::sync::MutexGuard<'_, Consumer> {
    consumer.lock().unwrap_or_else(PoisonError::into_inner)
}

fn secret(scene: &Scene) -> Result<SecretString> {
    Ok(scene.object(KEY)?["key"].as_str().context("the state has no secret")?.to_owned().into())
}

/// What three applies around a rotation change, each beside the changes that the server saw.
fn transcript(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let mut text = String::new();
    let mut secrets = Vec::new();
    for (title, advance) in [
        ("the key is made", None),
        ("24 hours later: it rotates", Some("24h")),
        ("6 hours later: the old one is revoked", Some("6h")),
    ] {
        if let Some(by) = advance {
            scene.emulator.advance(by)?;
        }
        scene.configure(CONFIGURATION)?;
        let plan = scene.workspace.plan_document()?;
        let before = changes(scene)?.len();
        scene.workspace.apply()?;
        secrets.push(secret(scene)?);
        writeln!(text, "{title}\n  plan:")?;
        for line in planned(&plan)? {
            writeln!(text, "    {line}")?;
        }
        writeln!(text, "  server:")?;
        for operation in changes(scene)?.iter().skip(before) {
            writeln!(text, "    {operation}")?;
        }
    }
    ensure!(secrets.iter().all(|secret| !text.contains(secret.expose_secret())), "the transcript holds a secret");
    expect_text("api_key_rotation_transcript", &text);
    Ok(())
}

/// The operations so far that change keys, in their order.
fn changes(scene: &Scene) -> Result<Vec<String>> {
    let journal = scene.emulator.journal()?;
    let entries = journal["entries"].as_array().context("a journal has entries")?;
    let fields = entries.iter().filter_map(|entry| entry["fields"].as_array()).flatten().filter_map(Value::as_str);
    Ok(fields.filter(|field| field.ends_with("ApiKey")).map(str::to_owned).collect())
}

/// What the plan changes of the key, without values that differ from run to run.
fn planned(plan: &Value) -> Result<Vec<String>> {
    let changes = plan["resource_changes"].as_array().context("a plan has changes")?;
    let change = &changes.iter().find(|change| change["address"] == KEY).context("a change of the key")?["change"];
    let mut lines = vec![format!("actions: {}", change["actions"])];
    let (before, after, unknown) = (&change["before"], &change["after"], &change["after_unknown"]);
    let names = after.as_object().into_iter().flatten().chain(unknown.as_object().into_iter().flatten());
    let mut names: Vec<&String> = names.map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names {
        if unknown[name] == true {
            lines.push(format!("{name}: known after apply"));
        } else if before[name] != after[name] {
            let shown = match name.as_str() {
                "secret_version" | "name" | "rotation" => after[name].to_string(),
                _ if after[name].is_null() => "null".to_owned(),
                _ if after[name] == before["key_id"] => "the present key_id".to_owned(),
                _ => "known".to_owned(),
            };
            lines.push(format!("{name}: {shown}"));
        }
    }
    Ok(lines)
}
