//! What every case needs: its hosts, and a scene of one workspace and one emulator of its own.

use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow, bail, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use test_support::binaries::{self, Binary};
use test_support::diagnostics::Diagnostic;
use test_support::emulator::Emulator;
use test_support::host::{Feature, Host, Product, Release};
use test_support::mirror::{Mirror, SOURCE};
use test_support::workspace::Workspace;

/// A case: one walk through a scene.
pub(crate) struct Case {
    /// The name of the function.
    pub(crate) name: &'static str,
    /// What the host must have for the case to run under it.
    pub(crate) needs: Option<Feature>,
    /// Acts and checks.
    pub(crate) body: fn(&mut Scene) -> Result<()>,
}

/// The cases of a module, from its functions; a function that only newer hosts can run stands with what it needs.
macro_rules! cases {
    (@needs) => { None };
    (@needs $feature:ident) => { Some(test_support::host::Feature::$feature) };
    ($($body:ident $(needs $feature:ident)?),+ $(,)?) => {
        &[$($crate::harness::Case { name: stringify!($body), needs: cases!(@needs $($feature)?), body: $body }),+]
    };
}
pub(crate) use cases;

/// A host that the cases run under, known by name before it is installed.
#[derive(Clone)]
pub(crate) struct HostUnderTest {
    name: String,
    kind: Kind,
    host: Arc<OnceLock<Shared<Host>>>,
}

#[derive(Clone)]
enum Kind {
    /// It is there.
    Present(Host),
    /// It is installed by the first case that runs under it.
    Release(Release),
    /// It would have to be installed by hand.
    Absent(&'static str),
}

impl HostUnderTest {
    fn present(host: Host) -> Self {
        Self::new(format!("{}-{}", host.product().program(), host.version()), Kind::Present(host))
    }

    fn release(release: Release) -> Self {
        Self::new(format!("terraform-{}", release.version()), Kind::Release(release))
    }

    fn tofu() -> Result<Self> {
        let host = Host::on_path(Product::OpenTofu)?;
        Ok(host.map_or_else(|| Self::new("tofu".to_owned(), Kind::Absent("`tofu` is not on PATH")), Self::present))
    }

    fn new(name: String, kind: Kind) -> Self {
        Self { name, kind, host: Arc::default() }
    }

    /// `terraform-1.6.6`; the beginning of the names of its cases.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Why the host cannot be had; `None` when it can.
    pub(crate) fn absent(&self) -> Option<&'static str> {
        if let Kind::Absent(reason) = self.kind { Some(reason) } else { None }
    }

    /// Whether the host has what a case needs.
    pub(crate) fn has(&self, needs: Option<Feature>) -> bool {
        needs.is_none_or(|feature| match &self.kind {
            Kind::Present(host) => host.feature(feature),
            Kind::Release(release) => feature.is_in(Product::Terraform, &release.version()),
            Kind::Absent(_) => false,
        })
    }

    /// The host, installed when needed. Only the first case that asks pays for it, and all get the same answer.
    fn get(&self) -> Result<Host> {
        shared(&self.host, || match &self.kind {
            Kind::Present(host) => Ok(host.clone()),
            Kind::Release(release) => Host::released(*release),
            Kind::Absent(reason) => bail!("{reason}"),
        })
    }
}

/// The hosts of this run: those of `ACCEPTANCE_HOSTS`, else the preferred one, the oldest, the newest and OpenTofu, each once.
pub(crate) fn hosts_under_test() -> Result<Vec<HostUnderTest>> {
    let choice = std::env::var("ACCEPTANCE_HOSTS").unwrap_or_default();
    let choice = if choice.is_empty() { "preferred,oldest,newest,tofu" } else { &choice };
    let mut hosts: Vec<HostUnderTest> = Vec::new();
    for name in choice.split(',') {
        let host = match name.trim() {
            "preferred" => HostUnderTest::present(Host::preferred()?),
            "oldest" => HostUnderTest::release(Release::OLDEST),
            "newest" => HostUnderTest::release(Release::NEWEST),
            "tofu" => HostUnderTest::tofu()?,
            other => HostUnderTest::release(release_named(other)?),
        };
        if hosts.iter().all(|known| known.name != host.name) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

/// The release with this beginning of a version, `1.12`.
fn release_named(name: &str) -> Result<Release> {
    let matches = |release: &Release| format!("{}.", release.version()).starts_with(&format!("{name}."));
    let release = Release::ALL.into_iter().find(matches);
    release.with_context(|| format!("ACCEPTANCE_HOSTS: `{name}` is no release that can be installed"))
}

/// What all cases share: made by the first that needs it, and gone with the last.
#[derive(Default)]
pub(crate) struct Stage {
    emulator: OnceLock<Shared<PathBuf>>,
    mirror: OnceLock<Shared<Arc<Mirror>>>,
}

/// Made once; when that failed, every case tells why.
type Shared<T> = std::result::Result<T, String>;

impl Stage {
    /// The emulator's binary.
    fn emulator(&self) -> Result<PathBuf> {
        shared(&self.emulator, || Ok(binaries::build(&[Binary::Emulator], |_| ())?.join(Binary::Emulator.name())))
    }

    /// The provider in a mirror.
    fn mirror(&self) -> Result<Arc<Mirror>> {
        shared(&self.mirror, || Mirror::of(Path::new(env!("CARGO_BIN_EXE_terraform-provider-wandb"))).map(Arc::new))
    }
}

fn shared<T: Clone>(cell: &OnceLock<Shared<T>>, make: impl FnOnce() -> Result<T>) -> Result<T> {
    cell.get_or_init(|| make().map_err(|error| format!("{error:#}"))).clone().map_err(|reason| anyhow!(reason))
}

/// A workspace whose provider is configured for an emulator of its own, from the environment and with the administrator's key.
pub(crate) struct Scene {
    /// The configuration and the host that runs it.
    pub(crate) workspace: Workspace,
    /// The backend.
    pub(crate) emulator: Emulator,
    /// The emulator's program.
    program: PathBuf,
    initialized: bool,
}

impl Scene {
    /// Runs the case under the host. When it fails the workspace stays, and the error tells where.
    pub(crate) fn play(stage: &Stage, host: &HostUnderTest, case: &Case) -> Result<()> {
        let mut scene = Self::set(stage, &host.get()?)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| (case.body)(&mut scene)));
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.context(format!("kept `{}`", scene.workspace.keep().display()))),
            Err(panic) => {
                writeln!(stderr(), "kept `{}`", scene.workspace.keep().display())?;
                resume_unwind(panic)
            }
        }
    }

    fn set(stage: &Stage, host: &Host) -> Result<Self> {
        let program = stage.emulator()?;
        let emulator = Emulator::start(&program)?;
        let mut workspace = Workspace::new(host, &stage.mirror()?)?;
        workspace.set("WANDB_BASE_URL", emulator.base_url());
        workspace.set("WANDB_API_KEY", emulator.administrator().api_key.expose_secret());
        Ok(Self { workspace, emulator, program, initialized: false })
    }

    /// Begins with another organization, of this seed, in which `ada` is the administrator.
    pub(crate) fn seed(&mut self, seed: &str) -> Result<()> {
        let file = self.workspace.home().join("seed.yaml");
        std::fs::write(&file, seed)?;
        self.emulator = Emulator::start_with(&self.program, &["--seed", file.to_str().context("the path is text")?])?;
        self.workspace.set("WANDB_BASE_URL", self.emulator.base_url());
        self.act_as(&self.emulator.administrator().api_key.clone());
        Ok(())
    }

    /// From now on the provider acts for the owner of this key.
    pub(crate) fn act_as(&mut self, key: &SecretString) {
        self.workspace.set("WANDB_API_KEY", key.expose_secret());
    }

    /// Makes this the whole configuration, with the provider required and its block empty unless it is in `text`.
    pub(crate) fn configure(&mut self, text: &str) -> Result<()> {
        let requirement = format!(
            "terraform {{\n  required_providers {{\n    wandb = {{\n      source = \"{SOURCE}\"\n    }}\n  }}\n}}\n"
        );
        self.workspace.write("versions.tf", &requirement)?;
        self.workspace.write("main.tf", text)?;
        if !self.initialized {
            self.workspace.init()?;
            self.initialized = true;
        }
        Ok(())
    }

    /// Applies this configuration and checks that nothing is left to do. Returns what the host printed.
    pub(crate) fn apply(&mut self, text: &str) -> Result<String> {
        self.configure(text)?;
        let printed = self.workspace.apply()?;
        self.workspace.expect_empty_plan().context("after the apply")?;
        Ok(printed)
    }

    /// What a plan of this configuration would do to the object: `["create"]`, `["update"]`, `["delete", "create"]`, `["no-op"]`.
    pub(crate) fn planned_actions(&mut self, text: &str, address: &str) -> Result<Value> {
        self.configure(text)?;
        let plan = self.workspace.plan_document()?;
        let changes = plan["resource_changes"].as_array().context("the plan lists changes")?;
        let change = changes.iter().find(|change| change["address"] == address);
        Ok(change.with_context(|| format!("the plan does not have `{address}`"))?["change"]["actions"].clone())
    }

    /// The object's attributes in the state.
    pub(crate) fn object(&self, address: &str) -> Result<Value> {
        self.workspace.resource(address)?.with_context(|| format!("`{address}` is not in the state"))
    }

    /// Passes when importing gives exactly the state that the object already has, but for these attributes (which import cannot know).
    pub(crate) fn expect_import(&mut self, address: &str, id: &str, unknown: &[&str]) -> Result<()> {
        let before = self.object(address)?;
        self.workspace.run(&["state", "rm", address])?.success()?;
        self.workspace.import(address, id)?;
        let mut after = self.object(address)?;
        for attribute in unknown {
            ensure!(after[attribute].is_null(), "`{attribute}` of `{address}` is not null after the import");
            after[attribute] = before[attribute].clone();
        }
        ensure!(after == before, "the import of `{id}` gave\n{after:#}\ninstead of\n{before:#}");
        self.workspace.expect_empty_plan().context("after the import")
    }

    /// Passes when there is nothing to import by this id: the host shows an error of this title, and the state stays as it is.
    pub(crate) fn expect_no_import(&self, address: &str, id: &str, summary: &str) -> Result<()> {
        let import = self.workspace.run(&["import", "-no-color", address, id])?.failure()?;
        ensure!(import.stderr.contains(&format!("Error: {summary}\n")), "{}", import.describe());
        ensure!(self.workspace.resource(address)?.is_none(), "`{address}` is in the state after a failed import");
        Ok(())
    }

    /// The team as the administrator sees it; `None` when there is none.
    pub(crate) fn team(&self, name: &str) -> Result<Option<Value>> {
        let query = "query Team($name: String!) { entity(name: $name) { id name members { id username name admin accountType } } }";
        let team = self.emulator.graphql(query, &json!({ "name": name }))?["entity"].take();
        Ok(Some(team).filter(|team| !team.is_null()))
    }

    /// Makes a team behind the provider's back.
    pub(crate) fn create_team(&self, name: &str) -> Result<()> {
        let mutation =
            "mutation CreateTeam($name: String!) { createTeam(input: { teamName: $name }) { entity { id } } }";
        self.emulator.graphql(mutation, &json!({ "name": name })).map(drop)
    }

    /// The service accounts of a team as the administrator sees them.
    pub(crate) fn service_accounts(&self, team: &str) -> Result<Vec<Value>> {
        let team = self.team(team)?.with_context(|| format!("there is no team `{team}`"))?;
        let members = team["members"].as_array().context("a team has members")?;
        Ok(members.iter().filter(|member| member["accountType"] == "SERVICE").cloned().collect())
    }

    /// Makes a service account behind the provider's back; returns its id.
    pub(crate) fn create_service_account(&self, team: &str, name: &str) -> Result<String> {
        let mutation = "mutation CreateServiceAccount($team: String!, $name: String!) { \
                        createServiceAccount(input: { entityName: $team, description: $name }) { user { id } } }";
        let answer = self.emulator.graphql(mutation, &json!({ "team": team, "name": name }))?;
        let id = answer.pointer("/createServiceAccount/user/id").and_then(Value::as_str);
        id.map(str::to_owned).context("a created service account has an id")
    }

    /// Takes a service account out of its team behind the provider's back.
    pub(crate) fn remove_from_team(&self, team: &str, id: &str) -> Result<()> {
        let mutation = "mutation DeleteInvite($team: String!, $id: String!) { \
                        deleteInvite(input: { entityName: $team, id: $id }) { success } }";
        self.emulator.graphql(mutation, &json!({ "team": team, "id": id })).map(drop)
    }

    /// Lets people and federated accounts log in by tokens of the emulator's issuer; the path of a file with one for this subject.
    pub(crate) fn identity_token_file(&self, subject: &str) -> Result<String> {
        let mut settings = self.emulator.settings()?;
        settings["federated_login"] = json!({});
        self.emulator.set_settings(&settings)?;
        let token = self.emulator.identity_token(&json!({ "subject": subject, "audience": "acme" }))?;
        let file = self.workspace.home().join("identity-token");
        std::fs::write(&file, token.expose_secret())?;
        Ok(file.display().to_string())
    }

    /// The user name that a key authenticates as; an error when it authenticates nobody.
    pub(crate) fn viewer(&self, api_key: &SecretString) -> Result<String> {
        let viewer = self.emulator.graphql_as(api_key, "query Viewer { viewer { username } }", &json!({}))?;
        let name = viewer.pointer("/viewer/username").and_then(Value::as_str);
        name.map(str::to_owned).context("the key authenticates nobody")
    }

    /// Passes when the command fails with exactly the messages of the golden file of this name, the same under every host.
    pub(crate) fn expect_messages(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let diagnostics = self.workspace.errors_of(arguments)?;
        self.compare_messages(name, &diagnostics)
    }

    /// Passes when the command succeeds with exactly the warnings of the golden file of this name.
    pub(crate) fn expect_warnings(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let warnings = self.workspace.warnings_of(arguments)?;
        self.compare_messages(name, &warnings)
    }

    fn compare_messages(&self, name: &str, diagnostics: &[Diagnostic]) -> Result<()> {
        if diagnostics.is_empty() {
            bail!("`{name}`: the command gave no diagnostic");
        }
        let text = diagnostics.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n");
        let text = text
            .replace(self.emulator.base_url(), "http://wandb.example")
            .replace(&self.workspace.home().display().to_string(), "~");
        expect_text(name, &text);
        Ok(())
    }
}

/// Passes when this is the text of the golden file of this name.
pub(crate) fn expect_text(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("messages");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
