//! No secret is anywhere but where it belongs: a whole life of keys, with failures on the way, and a search through all that it left.
//!
//! Secrets are caught where the server hands them out. The state of this configuration is encrypted to age recipients, so not even the
//! state and the plans may hold one.

use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use test_support::leak::Secrets;
use test_support::proxy::Proxy;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] =
    cases![are_nowhere_but_where_they_belong needs EphemeralResources, planted_leak_is_found];

/// What is searched, in the order in which it came.
struct Search {
    proxy: Proxy,
    /// What commands printed: the command, and the text.
    printed: Vec<(String, String)>,
    logs: PathBuf,
}

impl Search {
    fn begin(scene: &mut Scene) -> Result<Self> {
        let proxy = Proxy::before(scene.emulator.base_url())?;
        let logs = scene.workspace.home().join("logs");
        fs::create_dir(&logs)?;
        scene.workspace.set("WANDB_BASE_URL", &proxy.base_url());
        Ok(Self { proxy, printed: Vec::new(), logs })
    }

    /// Runs a command with everything logged, however it ends.
    fn run(&mut self, scene: &mut Scene, arguments: &[&str]) -> Result<Option<i32>> {
        let log = self.logs.join(format!("{}.log", self.printed.len()));
        scene.workspace.set("TF_LOG", "TRACE");
        scene.workspace.set("TF_LOG_PATH", &log.display().to_string());
        let finished = scene.workspace.run(arguments)?;
        scene.workspace.unset("TF_LOG");
        scene.workspace.unset("TF_LOG_PATH");
        self.printed.push((finished.command, format!("{}\n{}", finished.stdout, finished.stderr)));
        Ok(finished.code)
    }

    fn succeed(&mut self, scene: &mut Scene, arguments: &[&str]) -> Result<()> {
        let code = self.run(scene, arguments)?;
        let (command, text) = self.printed.last().context("a command ran")?;
        ensure!(code == Some(0), "`{command}` failed\n{text}");
        Ok(())
    }

    fn fail(&mut self, scene: &mut Scene, arguments: &[&str], title: &str) -> Result<()> {
        let code = self.run(scene, arguments)?;
        let (command, text) = self.printed.last().context("a command ran")?;
        ensure!(code != Some(0) && text.contains(title), "`{command}` did not fail by `{title}`\n{text}");
        Ok(())
    }

    /// The secrets that the server gave out.
    fn secrets(&self) -> Result<Secrets> {
        let mut secrets = Secrets::default();
        for exchange in self.proxy.exchanges() {
            let Some(answer) = exchange.answer else { continue };
            let Ok(answer) = serde_json::from_slice::<Value>(&answer) else { continue };
            collect(&answer, &mut secrets)?;
        }
        Ok(secrets)
    }

    /// Looks through everything; returns how many bytes that was. An error says where a secret is, and never which.
    fn search(&self, scene: &Scene, secrets: &Secrets) -> Result<usize> {
        let mut bytes = 0;
        for (command, text) in &self.printed {
            bytes += text.len();
            ensure!(secrets.find(text.as_bytes()).is_none(), "`{command}` printed a secret");
        }
        for file in files(&self.logs)?.into_iter().chain(files(&scene.workspace.folder())?) {
            let content = fs::read(&file)?;
            bytes += content.len();
            if let Some(place) = secrets.find(&content) {
                let line = content[..place].split(|byte| *byte == b'\n').count();
                anyhow::bail!("`{}` holds a secret in line {line}", file.display());
            }
        }
        Ok(bytes)
    }
}

/// Every value that is a secret by its name: whole keys, and access tokens.
fn collect(answer: &Value, secrets: &mut Secrets) -> Result<()> {
    match answer {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| match value.as_str() {
            Some(secret) if ["secret", "access_token"].contains(&name.as_str()) => secrets.add(secret),
            _ => collect(value, secrets),
        }),
        Value::Array(elements) => elements.iter().try_for_each(|element| collect(element, secrets)),
        _ => Ok(()),
    }
}

/// All files below a folder, but the provider's own binary.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "providers") {
                    folders.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn configuration(recipient: &str, identity_token_file: &str, trigger: u8) -> String {
    format!(
        r#"variable "identity" {{
  type      = string
  ephemeral = true
}}

resource "wandb_service_account" "ci" {{
  name = "ci"
  team = "research"
}}

resource "wandb_api_key" "ci" {{
  service_account_id = wandb_service_account.ci.id
  name               = "laptop"

  rotation = {{
    overlap  = "1h"
    triggers = {{ number = "{trigger}" }}
  }}

  encryption = {{
    age_recipients = ["{recipient}"]
  }}
}}

ephemeral "wandb_decrypted_api_key" "ci" {{
  encrypted_key = wandb_api_key.ci.encrypted_key
  identity      = var.identity
}}

ephemeral "wandb_api_key" "run" {{
  service_account_id = wandb_service_account.ci.id
}}

ephemeral "wandb_access_token" "job" {{
  identity_token_file = "{identity_token_file}"
}}

provider "wandb" {{
  alias   = "run"
  api_key = ephemeral.wandb_decrypted_api_key.ci.key
}}

data "wandb_team" "research" {{
  provider = wandb.run
  name     = "research"

  depends_on = [wandb_api_key.ci]
}}
"#
    )
}

fn are_nowhere_but_where_they_belong(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    scene.workspace.set("TF_VAR_identity", identity.to_string().expose_secret());
    let token = scene.identity_token_file("ada@acme.example")?;
    scene.configure(&configuration(&recipient, &token, 1))?;
    let mut search = Search::begin(scene)?;
    let apply = ["apply", "-auto-approve", "-no-color"];

    // The answer with the first secret is lost; then the server fails before and after it has made a key.
    for effect in [
        json!({ "kind": "torn", "bytes": 120 }),
        json!({ "kind": "reset", "when": "after" }),
        json!({ "kind": "status", "status": 500, "when": "after" }),
        json!({ "kind": "status", "status": 403, "body": "{\"errors\":[{\"message\":\"permission denied\"}]}" }),
    ] {
        scene.emulator.add_fault(&json!({ "operation": "generateApiKey", "times": 1, "effect": effect }))?;
        search.run(scene, &apply)?;
    }
    scene.emulator.clear_faults()?;
    search.succeed(scene, &apply)?;
    search.succeed(scene, &["plan", "-no-color", "-out=plan.tfplan"])?;
    search.succeed(scene, &["show", "-no-color", "-json", "plan.tfplan"])?;
    scene.configure(&configuration(&recipient, &token, 2))?;
    search.succeed(scene, &["plan", "-no-color", "-out=plan.tfplan"])?;
    search.succeed(scene, &["show", "-no-color", "-json", "plan.tfplan"])?;
    search.succeed(scene, &["apply", "-no-color", "plan.tfplan"])?;
    search.succeed(scene, &["show", "-no-color", "-json"])?;
    search.succeed(scene, &["state", "pull"])?;
    scene.emulator.advance("2h")?;
    search.succeed(scene, &apply)?;
    search.succeed(scene, &["plan", "-no-color", "-replace=wandb_api_key.ci"])?;
    scene.workspace.set("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567");
    search.fail(scene, &["plan", "-no-color"], "Credential refused")?;
    scene.workspace.set("WANDB_API_KEY", scene.emulator.administrator().api_key.clone().expose_secret());
    scene.emulator.add_fault(
        &json!({ "operation": "deleteApiKey", "times": 1, "effect": { "kind": "status", "status": 403 } }),
    )?;
    search.run(scene, &["destroy", "-auto-approve", "-no-color"])?;
    search.succeed(scene, &["destroy", "-auto-approve", "-no-color"])?;

    let secrets = search.secrets()?;
    ensure!(secrets.len() > 10, "only {} secrets were given out", secrets.len());
    let bytes = search.search(scene, &secrets)?;
    writeln!(stderr(), "searched {bytes} bytes for {} secrets: 0 found", secrets.len())?;
    Ok(())
}

/// What the search says of the secret that it found.
fn found(search: Result<usize>) -> Result<String> {
    Ok(search.err().context("a secret that is there was not found")?.to_string())
}

/// The search itself can fail: for a key in a log, in an answer, and in the state of a configuration without encryption.
fn planted_leak_is_found(scene: &mut Scene) -> Result<()> {
    scene.create_team("research")?;
    scene.configure(
        "resource \"wandb_service_account\" \"ci\" {\n  name = \"ci\"\n  team = \"research\"\n}\n\n\
         resource \"wandb_api_key\" \"ci\" {\n  service_account_id = wandb_service_account.ci.id\n  name = \"laptop\"\n}\n",
    )?;
    let mut search = Search::begin(scene)?;
    search.succeed(scene, &["apply", "-auto-approve", "-no-color"])?;
    let secrets = search.secrets()?;
    assert_eq!(secrets.len(), 1);
    let state = found(search.search(scene, &secrets))?;
    ensure!(state.contains("terraform.tfstate` holds a secret in line "), "{state}");

    let secret = scene.object("wandb_api_key.ci")?["key"].as_str().context("the state has no secret")?.to_owned();
    for file in files(&scene.workspace.folder())? {
        if file.extension().is_some_and(|extension| extension != "tf") {
            fs::remove_file(file)?;
        }
    }
    search.search(scene, &secrets).context("without the state")?;
    let log = search.logs.join("planted.log");
    for leak in [secret[20..40].to_owned(), BASE64_STANDARD.encode(format!("api:{secret}"))] {
        fs::write(&log, format!("something\nAuthorization: Basic {leak}\n"))?;
        let found = found(search.search(scene, &secrets))?;
        ensure!(found.ends_with("planted.log` holds a secret in line 2"), "{found}");
    }
    Ok(())
}
