//! What every test needs: a provider's process under a session, and an emulator of its own.

use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use tfplugin::value::Value;
use tfplugin_testing::{Launch, Object, Session, SessionError};

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
        let emulator = emulator()?;
        let key = emulator.administrator().api_key.clone();
        let mut session = Session::start(launch(&emulator, &key)).await?;
        session.configure(&object([])).await?;
        Ok(Self { session, emulator, secrets: vec![key] })
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

    /// Makes a team that can be given up.
    pub(crate) async fn create_team(&mut self, name: &str) -> Result<Object> {
        let config = object([("name", name.into()), ("deletion_policy", "abandon".into())]);
        Ok(self.session.create("wandb_team", &config).await?)
    }

    /// Makes a service account of the team.
    pub(crate) async fn create_account(&mut self, team: &str, name: &str) -> Result<Object> {
        Ok(self.session.create("wandb_service_account", &account(team, name)).await?)
    }

    /// Makes a key of the account and remembers its secret as one.
    pub(crate) async fn create_key(&mut self, account: &Object, name: &str) -> Result<Object> {
        let config = key(account, name);
        let key = self.session.create("wandb_api_key", &config).await?;
        self.secrets.push(secret(&key)?);
        Ok(key)
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
    static BINARY: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    let build = || binaries::build(&[Binary::Emulator], |_| ()).map(|folder| folder.join(Binary::Emulator.name()));
    let binary = BINARY.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    Emulator::start(binary.as_ref().map_err(|error| anyhow!(error.clone()))?)
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
    Ok(errors
        .map(|error| match &error.path {
            Some(path) => format!("{path}: {}", error.summary),
            None => error.summary.clone(),
        })
        .collect())
}
