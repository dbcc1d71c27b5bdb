//! What every test needs: a provider's process under a session, and an emulator of its own.

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use tfplugin::value::Value;
use tfplugin::{Diagnostic, Diagnostics};
use tfplugin_testing::{Launch, Object, Session, SessionError};

/// An organization with somebody in every role. In the team `research`: the admin `grace`, the member `linus`, the viewer
/// `vera`, an invitation, and the service accounts `ci`, `bot` with a key and the federated `release`; in the team `other` only `otto`. `root` administers the instance,
/// `platform` is a service account of the organization, and `niklaus` is in no team.
pub(crate) const ORGANIZATION: &str = r#"
organization: acme
deployment: { kind: dedicated, version: 0.84.0 }
people:
  - { username: ada, email: ada@acme.example, name: Ada, role: admin }
  - { username: root, email: root@acme.example, instance_admin: true, api_keys: [{ key: "00000000000000000000000000000000000000a2" }] }
  - { username: grace, email: grace@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a3" }] }
  - { username: linus, email: linus@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a4" }] }
  - { username: vera, email: vera@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a5" }] }
  - { username: otto, email: otto@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a6" }] }
  - { username: niklaus, email: niklaus@acme.example }
roles:
  - { name: Annotator, inherited_from: viewer, permissions: ["run:update"] }
teams:
  - name: research
    members:
      - { username: grace, role: admin }
      - { username: linus }
      - { username: vera, role: viewer }
    invitations: [{ email: new@elsewhere.example }]
    service_accounts:
      - { name: ci, api_keys: [{ key: "00000000000000000000000000000000000000b1" }] }
      - { name: bot, api_keys: [{ key: "b200000000000000000000000000000000000000", description: laptop }] }
      - { name: release, subject: a }
  - name: other
    members: [{ username: otto, role: admin }]
organization_service_accounts:
  - { username: bystander, default_team: research }
  - { username: platform, default_team: research, api_keys: [{ key: "00000000000000000000000000000000000000c1" }] }
"#;

pub(crate) const ROOT: &str = "00000000000000000000000000000000000000a2";
pub(crate) const GRACE: &str = "00000000000000000000000000000000000000a3";
pub(crate) const LINUS: &str = "00000000000000000000000000000000000000a4";
pub(crate) const VERA: &str = "00000000000000000000000000000000000000a5";
pub(crate) const OTTO: &str = "00000000000000000000000000000000000000a6";
pub(crate) const CI: &str = "00000000000000000000000000000000000000b1";
pub(crate) const PLATFORM: &str = "00000000000000000000000000000000000000c1";

/// A configured provider and the backend that it works with.
pub(crate) struct Scene {
    /// The provider.
    pub(crate) session: Session,
    /// The backend.
    pub(crate) emulator: Emulator,
    /// What must be in no log.
    secrets: Vec<SecretString>,
}

impl Scene {
    /// An organization with its administrator and nothing else.
    pub(crate) async fn set() -> Result<Self> {
        Self::set_with(&[]).await
    }

    /// The same, with further options of the emulator.
    pub(crate) async fn set_with(options: &[&str]) -> Result<Self> {
        Self::set_before(emulator_with(options)?).await
    }

    /// The same with somebody in every role: [`ORGANIZATION`].
    pub(crate) async fn set_organization() -> Result<Self> {
        Self::set_seeded(ORGANIZATION).await
    }

    /// An organization of this seed, in which `ada` is the administrator.
    pub(crate) async fn set_seeded(seed: &str) -> Result<Self> {
        Self::set_before(emulator_seeded(seed)?).await
    }

    /// The provider acts for the backend's administrator.
    async fn set_before(emulator: Emulator) -> Result<Self> {
        let key = emulator.administrator().api_key.clone();
        let session = configured(&emulator, &key).await?;
        Ok(Self { session, emulator, secrets: vec![key] })
    }

    /// From now on the provider acts for the owner of this key.
    pub(crate) async fn act_as(&mut self, key: &str) -> Result<()> {
        let session = configured(&self.emulator, &key.into()).await?;
        std::mem::replace(&mut self.session, session).end().await?;
        self.secrets.push(key.into());
        Ok(())
    }

    /// From now on the provider acts for the administrator of this other backend.
    pub(crate) async fn move_to(&mut self, emulator: Emulator) -> Result<()> {
        self.emulator = emulator;
        let key = self.emulator.administrator().api_key.clone();
        self.act_as(key.expose_secret()).await
    }

    /// Ends the provider. Whatever the test has done, no secret is in the provider's logs, which hold everything.
    pub(crate) async fn end(self) -> Result<()> {
        let logs = self.session.end().await?;
        ensure!(logs.iter().any(|line| line.contains("\"@level\":\"debug\"")), "the provider logged nothing");
        for secret in &self.secrets {
            let leak = logs.iter().find(|line| line.contains(secret.expose_secret()));
            // The line itself would print the secret here.
            ensure!(leak.is_none(), "a secret is in the logs of the provider");
        }
        Ok(())
    }

    /// How many requests the backend has answered.
    pub(crate) fn requests(&self) -> Result<usize> {
        let journal = self.emulator.journal()?;
        Ok(journal["entries"].as_array().context("the journal has entries")?.len())
    }

    /// Makes a team that can be given up.
    pub(crate) async fn create_team(&mut self, name: &str) -> Result<Object> {
        let config = object([("name", name.into()), ("deletion_policy", "abandon".into())]);
        Ok(self.session.create("wandb_team", &config).await?)
    }

    /// Makes a service account of the team.
    pub(crate) async fn create_account(&mut self, team: &str, name: &str) -> Result<Object> {
        Ok(self.session.create("wandb_service_account", &account(team, name)).await?)
    }

    /// Makes a team with a bucket. That is done by SCIM, which brings all accounts of the organization into it, and not the
    /// caller.
    pub(crate) async fn create_bucket_team(&mut self, name: &str) -> Result<Object> {
        let config = object([
            ("name", name.into()),
            ("initial_admin", "niklaus".into()),
            ("storage_bucket", object([("name", "runs".into()), ("provider", "GCP".into())])),
            ("deletion_policy", "abandon".into()),
        ]);
        Ok(self.session.create("wandb_team", &config).await?)
    }

    /// Takes an account out of a team, behind the provider's back.
    pub(crate) fn leave_team(&self, team: &str, account: &Object) -> Result<()> {
        let mutation = "mutation Leave($team: String!, $id: String!) { \
                        deleteInvite(input: { entityName: $team, id: $id }) { success } }";
        let id = text(account, "id")?.trim_start_matches("federated:");
        self.emulator.graphql(mutation, &json!({ "team": team, "id": id })).map(drop)
    }

    /// Makes an object whose creation is done by this operation and not answered: it is found again, and nothing differs.
    pub(crate) async fn create_unanswered(
        &mut self,
        type_name: &str,
        config: &Value,
        operation: &str,
    ) -> Result<Object> {
        let fault = json!({ "operation": operation, "times": 1, "effect": { "kind": "reset", "when": "after" } });
        let plan = self.session.plan(type_name, None, config).await?;
        self.emulator.add_fault(&fault)?;
        let applied = self.session.apply(plan).await?;
        ensure!(warnings(&applied.diagnostics) == ["Answer to a creation lost"], "{:?}", applied.diagnostics);
        let found = applied.into_result()?.context("an object")?;
        self.session.settled(&found, config).await?;
        Ok(found)
    }

    /// Makes a key of the account and remembers its secret as one.
    pub(crate) async fn create_key(&mut self, account: &Object, name: &str) -> Result<Object> {
        let config = key(account, name);
        let key = self.session.create("wandb_api_key", &config).await?;
        self.secrets.push(secret(&key)?);
        Ok(key)
    }

    /// Remembers the secret of a key as one.
    pub(crate) fn keep_secret(&mut self, key: &Object) -> Result<()> {
        self.secrets.push(secret(key)?);
        Ok(())
    }

    /// The user name that a key authenticates as; an error when it authenticates nobody.
    pub(crate) fn viewer(&self, key: &Object) -> Result<String> {
        let viewer = self.emulator.graphql_as(&secret(key)?, "query Viewer { viewer { username } }", &json!({}))?;
        let name = viewer.pointer("/viewer/username").and_then(serde_json::Value::as_str);
        name.map(str::to_owned).context("the key authenticates nobody")
    }
}

/// The secret of a key, which is in its state alone.
pub(crate) fn secret(key: &Object) -> Result<SecretString> {
    Ok(key.attribute("key").as_str().context("the state has no secret")?.to_owned().into())
}

/// An emulator with fresh data.
pub(crate) fn emulator() -> Result<Emulator> {
    emulator_with(&[])
}

/// An emulator with an organization of this seed.
pub(crate) fn emulator_seeded(seed: &str) -> Result<Emulator> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("seed.yaml");
    std::fs::write(&file, seed)?;
    emulator_with(&["--seed", file.to_str().context("the path is text")?])
}

/// An emulator with further options of its command line.
pub(crate) fn emulator_with(options: &[&str]) -> Result<Emulator> {
    static BINARY: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    let build = || binaries::build(&[Binary::Emulator], |_| ()).map(|folder| folder.join(Binary::Emulator.name()));
    let binary = BINARY.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    Emulator::start_with(binary.as_ref().map_err(|error| anyhow!(error.clone()))?, options)
}

/// A configured provider, which acts for the owner of this key.
async fn configured(emulator: &Emulator, key: &SecretString) -> Result<Session> {
    let mut session = Session::start(launch(emulator, key)).await?;
    session.configure(&object([])).await?;
    Ok(session)
}

/// The provider, which logs everything and acts for the owner of this key.
pub(crate) fn launch(emulator: &Emulator, key: &SecretString) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_terraform-provider-wandb"))
        .variable("TF_LOG", "trace")
        .variable("WANDB_BASE_URL", emulator.base_url())
        .variable("WANDB_API_KEY", key.expose_secret())
}

/// An object of these attributes.
pub(crate) fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::object(attributes)
}

/// The configuration of a service account.
pub(crate) fn account(team: &str, name: &str) -> Value {
    object([("team", team.into()), ("name", name.into())])
}

/// The configuration of a service account of the organization.
pub(crate) fn of_organization(default_team: &str, name: &str) -> Value {
    object([("scope", "organization".into()), ("default_team", default_team.into()), ("name", name.into())])
}

/// The configuration of a key of this account.
pub(crate) fn key(account: &Object, name: &str) -> Value {
    object([("service_account_id", account.attribute("id").clone()), ("name", name.into())])
}

/// The text of an attribute that is certainly there.
pub(crate) fn text<'a>(object: &'a Object, name: &str) -> Result<&'a str> {
    object.attribute(name).as_str().with_context(|| format!("`{name}` is not known text"))
}

/// The titles of the errors with which the provider refused, each with its place.
pub(crate) fn refusal<T>(result: std::result::Result<T, SessionError>) -> Result<Vec<String>> {
    let error = result.err().context("the provider did not refuse")?;
    let Some(diagnostics) = error.diagnostics() else { return Err(error.into()) };
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    Ok(errors.map(titled).collect())
}

/// The titles of warnings, each with its place.
pub(crate) fn warnings(diagnostics: &Diagnostics) -> Vec<String> {
    let warnings = diagnostics.iter().filter(|diagnostic| !diagnostic.is_error());
    warnings.map(titled).collect()
}

fn titled(diagnostic: &Diagnostic) -> String {
    match &diagnostic.path {
        Some(path) => format!("{path}: {}", diagnostic.summary),
        None => diagnostic.summary.clone(),
    }
}
