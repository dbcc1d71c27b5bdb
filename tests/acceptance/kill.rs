//! Processes killed in the middle of an apply with keys: whatever was killed and when, the next apply comes to a good end.
//!
//! A proxy stands between provider and emulator. For each request of an apply it kills the provider or the host before the server
//! knows of the request, after the server has done it, or after the answer was passed on. Then an undisturbed apply must succeed and
//! leave nothing to do; the keys on the server must be those of the state, or be named by that apply; none may be lost.
//!
//! By itself this kills at the requests that change something. `KILLS=all` kills at every request, `KILLS=random:200` 200 times at
//! places drawn by chance (and by the seed in `KILLS_SEED`).

use std::collections::BTreeSet;
use std::fmt;
use std::io::{Write, stderr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use secrecy::SecretString;
use serde_json::{Value, json};
use test_support::process::working_in;
use test_support::proxy::{Exchange, Moment, Proxy, Verdict};

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] =
    cases![create, rotation, end_of_the_overlap, another_name, destroy, places_drawn_by_chance];

const KEY: &str = "wandb_api_key.ci";
/// A process that was killed is gone long before.
const GONE_WITHIN: Duration = Duration::from_secs(30);

/// An apply that is disturbed.
#[derive(Clone, Copy)]
struct Phase {
    /// What is there before it; the clock moves afterwards by `later`.
    before: Wanted,
    later: Option<&'static str>,
    /// What is applied.
    then: Wanted,
}

/// What is wanted of the key.
#[derive(Clone, Copy)]
enum Wanted {
    /// The account without a key.
    None,
    /// A key of this name, which is another one for each trigger.
    Key { name: &'static str, trigger: u8 },
    /// A key that was rotated: the one before it still lives.
    Rotated,
}

const ALL: [(&str, Phase); 5] = [
    ("create", Phase { before: Wanted::None, later: None, then: Wanted::Key { name: "laptop", trigger: 1 } }),
    (
        "rotation",
        Phase {
            before: Wanted::Key { name: "laptop", trigger: 1 },
            later: None,
            then: Wanted::Key { name: "laptop", trigger: 2 },
        },
    ),
    (
        "end of the overlap",
        Phase { before: Wanted::Rotated, later: Some("2h"), then: Wanted::Key { name: "laptop", trigger: 2 } },
    ),
    (
        "another name",
        Phase {
            before: Wanted::Key { name: "laptop", trigger: 1 },
            later: None,
            then: Wanted::Key { name: "cluster", trigger: 1 },
        },
    ),
    ("destroy", Phase { before: Wanted::Rotated, later: None, then: Wanted::None }),
];

fn create(scene: &mut Scene) -> Result<()> {
    disturb(scene, 0)
}

fn rotation(scene: &mut Scene) -> Result<()> {
    disturb(scene, 1)
}

fn end_of_the_overlap(scene: &mut Scene) -> Result<()> {
    disturb(scene, 2)
}

fn another_name(scene: &mut Scene) -> Result<()> {
    disturb(scene, 3)
}

fn destroy(scene: &mut Scene) -> Result<()> {
    disturb(scene, 4)
}

/// All places in one list, of which some are drawn; a few in every run, as many as are asked for by `KILLS`.
fn places_drawn_by_chance(scene: &mut Scene) -> Result<()> {
    let Kills::Random(kills) = Kills::of_environment()? else { return Ok(()) };
    let mut draw = Draw(std::env::var("KILLS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1));
    let mut stand = Stand::before(scene)?;
    let mut tally = Tally::default();
    let mut requests = Vec::new();
    for (_, phase) in ALL {
        requests.push(stand.requests(scene, phase)?.len());
    }
    for number in 0..kills {
        let drawn = draw.below(ALL.len());
        let (name, phase) = ALL[drawn];
        let place = Place {
            number: draw.below(requests[drawn]),
            moment: [Moment::Asked, Moment::Done, Moment::Answered][draw.below(3)],
            target: [Target::Provider, Target::Host][draw.below(2)],
        };
        stand.kill(scene, phase, place, &mut tally).with_context(|| format!("kill {number}, {name}, {place}"))?;
    }
    tally.print("drawn by chance")
}

/// How many places are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kills {
    /// Requests that change something.
    Changes,
    /// All requests.
    All,
    /// So many drawn by chance.
    Random(usize),
}

impl Kills {
    fn of_environment() -> Result<Self> {
        let text = std::env::var("KILLS").unwrap_or_default();
        Ok(match text.split_once(':') {
            None if text.is_empty() => Self::Changes,
            None if text == "all" => Self::All,
            Some(("random", number)) => Self::Random(number.parse().context("KILLS=random:NUMBER")?),
            _ => bail!("KILLS is `all` or `random:NUMBER`, not `{text}`"),
        })
    }
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Provider,
    Host,
}

/// Where an apply is disturbed.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    moment: Moment,
    target: Target,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, moment, target } = self;
        write!(f, "{target:?} killed at request {number} ({moment:?})")
    }
}

/// What came of the kills.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Keys that nobody has, each named by the next apply.
    orphans: usize,
}

impl Tally {
    fn print(&self, phase: &str) -> Result<()> {
        let Self { kills, orphans } = self;
        Ok(writeln!(stderr(), "{phase}: {kills} kills, {orphans} keys left over and named by the next apply")?)
    }
}

/// Kills at each place of the phase.
fn disturb(scene: &mut Scene, phase: usize) -> Result<()> {
    let (name, phase) = ALL[phase];
    let wanted = Kills::of_environment()?;
    if let Kills::Random(_) = wanted {
        return Ok(());
    }
    let mut stand = Stand::before(scene)?;
    let mut tally = Tally::default();
    for (number, operation) in stand.requests(scene, phase)?.iter().enumerate() {
        let changes = ["GenerateApiKey", "DeleteApiKey"].contains(&operation.as_str());
        if wanted == Kills::Changes && !changes {
            continue;
        }
        for moment in [Moment::Asked, Moment::Done, Moment::Answered] {
            for target in [Target::Provider, Target::Host] {
                let place = Place { number, moment, target };
                let killed = stand.kill(scene, phase, place, &mut tally);
                killed.with_context(|| format!("{name}, {place}, which is {operation}"))?;
            }
        }
    }
    ensure!(tally.kills > 0, "the apply changed nothing that a kill could disturb");
    tally.print(name)
}

/// A scene behind a proxy.
struct Stand {
    proxy: Proxy,
    folder: PathBuf,
    account: Option<String>,
}

impl Stand {
    fn before(scene: &mut Scene) -> Result<Self> {
        ensure!(cfg!(target_os = "linux"), "processes are found through /proc");
        let proxy = Proxy::before(scene.emulator.base_url())?;
        scene.workspace.set("WANDB_BASE_URL", &proxy.base_url());
        scene.create_team("research")?;
        Ok(Self { proxy, folder: scene.workspace.folder(), account: None })
    }

    /// The requests of an undisturbed apply, in their order.
    fn requests(&mut self, scene: &mut Scene, phase: Phase) -> Result<Vec<String>> {
        self.prepare(scene, phase)?;
        self.proxy.forget();
        scene.configure(&configuration(phase.then))?;
        scene.workspace.apply()?;
        Ok(self.proxy.exchanges().into_iter().map(|exchange| exchange.operation).collect())
    }

    /// Brings about what is there before the phase, whatever was there.
    fn prepare(&mut self, scene: &mut Scene, phase: Phase) -> Result<()> {
        self.proxy.judge(|_, _| Verdict::Pass);
        scene.apply(&configuration(Wanted::None))?;
        match phase.before {
            Wanted::None => {}
            key @ Wanted::Key { .. } => drop(scene.apply(&configuration(key))?),
            Wanted::Rotated => {
                scene.apply(&configuration(Wanted::Key { name: "laptop", trigger: 1 }))?;
                scene.apply(&configuration(Wanted::Key { name: "laptop", trigger: 2 }))?;
            }
        }
        if let Some(later) = phase.later {
            scene.emulator.advance(later)?;
        }
        let account = scene.object("wandb_service_account.ci")?["id"].as_str().map(str::to_owned);
        self.account = account;
        Ok(())
    }

    /// Disturbs one apply, and has the next one come to a good end.
    fn kill(&mut self, scene: &mut Scene, phase: Phase, place: Place, tally: &mut Tally) -> Result<()> {
        self.prepare(scene, phase)?;
        scene.configure(&configuration(phase.then))?;
        self.proxy.forget();
        let killed = Arc::new(AtomicBool::new(false));
        self.proxy.judge(judge(place, self.folder.clone(), Arc::clone(&killed)));
        scene.workspace.run(&["apply", "-auto-approve", "-no-color"])?;
        self.wait_until_gone()?;
        ensure!(killed.load(Ordering::SeqCst), "the apply had no such request");
        self.proxy.judge(|_, _| Verdict::Pass);

        let next = scene.workspace.run(&["apply", "-auto-approve", "-no-color"])?.success()?;
        scene.workspace.expect_empty_plan().context("after the apply that follows a kill")?;
        let said = format!("{}{}", next.stdout, next.stderr);
        let ours = keys_of_the_state(scene)?;
        let there = self.keys_on_the_server(scene)?;
        tally.kills += 1;
        for orphan in there.iter().filter(|key| !ours.contains(&key.key_id)) {
            ensure!(said.contains(&orphan.key_id), "nobody knows of the key `{}`\n{}", orphan.key_id, next.describe());
            tally.orphans += 1;
            revoke(scene, &orphan.id)?;
        }
        for key in &ours {
            ensure!(there.iter().any(|there| there.key_id == *key), "the key `{key}` of the state is lost");
        }
        Ok(())
    }

    /// Waits until nothing works in the folder: what outlives its host may still talk to the server.
    fn wait_until_gone(&self) -> Result<()> {
        let started = Instant::now();
        loop {
            let left = working_in(&self.folder);
            if left.is_empty() {
                return Ok(());
            }
            ensure!(started.elapsed() < GONE_WITHIN, "still running: {left:?}");
            thread::yield_now();
        }
    }

    fn keys_on_the_server(&self, scene: &Scene) -> Result<Vec<Key>> {
        let query =
            "query Keys { entity(name: \"research\") { members { id apiKeys { edges { node { id name } } } } } }";
        let answer = scene.emulator.graphql(query, &json!({}))?;
        let members = answer.pointer("/entity/members").and_then(Value::as_array).context("a team has members")?;
        let account = self.account.as_deref();
        let own = members.iter().filter(|member| member["id"].as_str() == account);
        let edges = own.filter_map(|member| member.pointer("/apiKeys/edges")?.as_array()).flatten();
        let key = |edge: &Value| {
            let text = |name: &str| edge["node"][name].as_str().map(str::to_owned);
            Some(Key { id: text("id")?, key_id: text("name")? })
        };
        edges.map(|edge| key(edge).context("a key has an id and a name")).collect()
    }
}

/// The ids of the keys in the state; the current one must work.
fn keys_of_the_state(scene: &Scene) -> Result<BTreeSet<String>> {
    let Some(key) = scene.workspace.resource(KEY)? else { return Ok(BTreeSet::new()) };
    let secret: SecretString = key["key"].as_str().context("the state has no secret")?.to_owned().into();
    scene.viewer(&secret).context("the key of the state does not work")?;
    let ids = ["key_id", "previous_key_id"].map(|name| key[name].as_str().map(str::to_owned));
    Ok(ids.into_iter().flatten().collect())
}

/// A key on the server.
struct Key {
    id: String,
    key_id: String,
}

fn revoke(scene: &Scene, id: &str) -> Result<()> {
    let mutation = "mutation DeleteApiKey($id: String!) { deleteApiKey(input: { id: $id }) { success } }";
    scene.emulator.graphql(mutation, &json!({ "id": id })).map(drop)
}

/// Kills once, at this place.
fn judge(
    place: Place,
    folder: PathBuf,
    killed: Arc<AtomicBool>,
) -> impl Fn(&Exchange, Moment) -> Verdict + Send + Sync + 'static {
    move |exchange, moment| {
        if exchange.number != place.number || moment != place.moment || killed.swap(true, Ordering::SeqCst) {
            return Verdict::Pass;
        }
        let is_provider = |program: &str| program.starts_with("terraform-provider-");
        for running in working_in(&folder) {
            if is_provider(&running.program) == (place.target == Target::Provider) {
                running.kill();
            }
        }
        // Without its host, a provider still gets the answer to what it asked.
        if place.target == Target::Provider { Verdict::Cut } else { Verdict::Pass }
    }
}

fn configuration(wanted: Wanted) -> String {
    let account = "resource \"wandb_service_account\" \"ci\" {\n  name = \"ci\"\n  team = \"research\"\n}\n";
    let (name, trigger) = match wanted {
        Wanted::None => return account.to_owned(),
        Wanted::Key { name, trigger } => (name, trigger),
        Wanted::Rotated => ("laptop", 2),
    };
    format!(
        r#"{account}
resource "wandb_api_key" "ci" {{
  service_account_id = wandb_service_account.ci.id
  name               = "{name}"

  rotation = {{
    interval = "720h"
    overlap  = "1h"
    triggers = {{ number = "{trigger}" }}
  }}
}}
"#
    )
}

/// Numbers drawn by chance, the same for the same seed (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
