//! The W&B emulator as a process of its own: what the provider under test talks to, and where a test looks at what became of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use ureq::Agent;

use crate::target;

const START_TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// GraphQL takes any user name beside a key, and this is what W&B's own tools send; SCIM wants the real one.
const ANYBODY: &str = "api";

/// An emulator with fresh data; killed on drop.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    /// Open as long as the emulator shall live: it ends with its parent, however that ends.
    _stdin: ChildStdin,
    base_url: String,
    admin_url: String,
    administrator: Person,
    agent: Agent,
}

/// A person in the emulator's organization, with a key to act by.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// The user name.
    pub username: String,
    /// An API key of that person.
    #[serde(deserialize_with = "secret")]
    pub api_key: SecretString,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// The one line that the emulator prints when it is ready.
#[derive(Deserialize)]
struct Ready {
    base_url: String,
    admin_url: String,
    admin: Person,
}

impl Emulator {
    /// Starts this binary on ports of its own choice, with an organization and its administrator and nothing else. Ids and keys are the same
    /// at every start, so that golden files can hold them.
    pub fn start(binary: &Path) -> Result<Self> {
        Self::start_with(binary, &[])
    }

    /// Starts this binary like [`Emulator::start`], with this organization instead (see `seed.yaml` among the emulator's examples) and
    /// further options.
    pub fn start_seeded(binary: &Path, organization: &Value, options: &[&str]) -> Result<Self> {
        let mut seed = tempfile::NamedTempFile::new_in(target::temporary()?)?;
        seed.write_all(organization.to_string().as_bytes())?;
        let path = seed.path().to_str().context("the target folder's path is not UTF-8")?;
        // Read before it is ready.
        Self::start_with(binary, &[&["--seed", path], options].concat())
    }

    /// Starts this binary like [`Emulator::start`], with further options of its command line.
    pub fn start_with(binary: &Path, options: &[&str]) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--exit-with-parent"]);
        command.args(["--deterministic", "test-support"]).args(options);
        // A process group of its own: an interrupt from the terminal ends the commands that talk to it first.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("could not start `{}`", binary.display()))?;
        match Self::ready(&mut child) {
            Ok((ready, stdin)) => Ok(Self {
                child,
                _stdin: stdin,
                base_url: ready.base_url,
                admin_url: ready.admin_url,
                administrator: ready.admin,
                agent: agent(),
            }),
            Err(error) => {
                stop(&mut child);
                Err(error)
            }
        }
    }

    fn ready(child: &mut Child) -> Result<(Ready, ChildStdin)> {
        let stdin = child.stdin.take().context("standard input is not piped")?;
        let stdout = child.stdout.take().context("standard output is not piped")?;
        let mut stderr = child.stderr.take().context("standard error is not piped")?;
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = sender.send(BufReader::new(stdout).read_line(&mut line).map(|_| line));
        });
        // Its own messages are only of interest when it does not start; after that they are read and dropped.
        let messages = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let line = receiver.recv_timeout(START_TIMEOUT).context("the emulator was not ready in time")??;
        if line.is_empty() {
            bail!("the emulator did not start: {}", messages.join().unwrap_or_default().trim());
        }
        // The line holds a key, so it is not repeated here.
        let ready = serde_json::from_str(&line).context("the emulator's ready line is not what was expected")?;
        Ok((ready, stdin))
    }

    /// What `WANDB_BASE_URL` is to be.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where the emulator's own API is: also the issuer of its identity tokens, below `/issuer`.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// The administrator of the organization.
    #[must_use]
    pub const fn administrator(&self) -> &Person {
        &self.administrator
    }

    /// The requests since the start, oldest first.
    pub fn journal(&self) -> Result<Value> {
        self.admin("journal")
    }

    /// Forgets the requests so far.
    pub fn reset_journal(&self) -> Result<()> {
        self.change("POST", "reset-journal", &Value::Null).map(drop)
    }

    /// How often each operation was asked for.
    pub fn counters(&self) -> Result<Value> {
        self.admin("counters")
    }

    /// All that the backend holds, without secrets.
    pub fn state(&self) -> Result<Value> {
        self.admin("state")
    }

    /// Stops the emulator's clock at this time, so that golden files can hold times.
    pub fn stop_clock(&self, at: &str) -> Result<()> {
        self.change("PUT", "clock", &json!({ "stop_at": at })).map(drop)
    }

    /// Moves the emulator's clock, which its `Date` header follows, by a duration such as `24h`.
    pub fn advance(&self, by: &str) -> Result<()> {
        self.change("PUT", "clock", &json!({ "advance": by })).map(drop)
    }

    /// Puts a fault in force, as the emulator's `--help` describes them.
    pub fn add_fault(&self, fault: &Value) -> Result<()> {
        self.change("POST", "faults", fault).map(drop)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) -> Result<()> {
        self.change("DELETE", "faults", &Value::Null).map(drop)
    }

    /// What the organization allows.
    pub fn settings(&self) -> Result<Value> {
        self.admin("settings")
    }

    /// Sets what the organization allows, as a whole.
    pub fn set_settings(&self, settings: &Value) -> Result<()> {
        self.change("PUT", "settings", settings).map(drop)
    }

    /// Accepts an invitation, as the invited person would.
    pub fn accept_invitation(&self, id: &str) -> Result<()> {
        self.change("POST", &format!("invitations/{id}/accept"), &json!({})).map(drop)
    }

    /// A token of the emulator's own issuer.
    pub fn identity_token(&self, claims: &Value) -> Result<SecretString> {
        let mut answer = self.change("POST", "issuer/tokens", claims)?;
        Ok(answer["token"].take().as_str().context("the issuer gave no token")?.to_owned().into())
    }

    /// Asks the emulator's own API for a change; answers the body, null where there is none.
    fn change(&self, method: &str, what: &str, body: &Value) -> Result<Value> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/{what}", self.admin_url))
            .header("Content-Type", "application/json")
            .body(if body.is_null() { String::new() } else { body.to_string() })?;
        let mut answer = self.agent.run(request).with_context(|| format!("could not change the emulator's {what}"))?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string()?;
        if !status.is_success() {
            bail!("the emulator answered {status} to {method} {what}: {text}");
        }
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    fn admin(&self, what: &str) -> Result<Value> {
        let url = format!("{}/{what}", self.admin_url);
        let mut answer =
            self.agent.get(&url).call().with_context(|| format!("could not read the emulator's {what}"))?;
        answer.body_mut().read_json().with_context(|| format!("the emulator's {what} is not JSON"))
    }

    /// Asks the GraphQL API as the administrator would, to change something behind the provider's back. An error when the answer has errors.
    pub fn graphql(&self, query: &str, variables: &Value) -> Result<Value> {
        self.graphql_as(&self.administrator.api_key, query, variables)
    }

    /// Asks the GraphQL API with this key. An error when the answer has errors.
    pub fn graphql_as(&self, api_key: &SecretString, query: &str, variables: &Value) -> Result<Value> {
        let mut answer = self
            .agent
            .post(format!("{}/graphql", self.base_url))
            .header("Authorization", &basic(ANYBODY, api_key))
            .send_json(json!({ "query": query, "variables": variables }))?;
        let status = answer.status();
        let mut body: Value = answer.body_mut().read_json().with_context(|| format!("status {status}, and no JSON"))?;
        if !status.is_success() || body.get("errors").is_some() || body.get("error").is_some() {
            let errors = body.get("errors").or_else(|| body.get("error")).unwrap_or(&Value::Null);
            bail!("the emulator answered {status} to `{query}`: {errors}");
        }
        Ok(body["data"].take())
    }

    /// Makes a person of this username by SCIM, with the address `USERNAME@acme.example`; answers the id.
    pub fn create_person(&self, username: &str) -> Result<String> {
        let emails = json!([{ "primary": true, "value": format!("{username}@acme.example") }]);
        let person = self.scim("POST", "Users", &json!({ "userName": username, "emails": emails }))?;
        Ok(person["id"].as_str().context("a person has an id")?.to_owned())
    }

    /// Gives a member of a team another role by SCIM, behind the provider's back.
    pub fn set_team_role(&self, id: &str, team: &str, role: &str) -> Result<()> {
        let roles = json!([{ "teamName": team, "roleName": role }]);
        let operations = json!([{ "op": "replace", "path": "teamRoles", "value": roles }]);
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.scim("PATCH", &format!("Users/{id}"), &body).map(drop)
    }

    /// Invites an address to a team, behind the provider's back.
    pub fn invite(&self, team: &str, email: &str) -> Result<()> {
        let mutation = "mutation M($team: String!, $email: String) { \
                        createInvite(input: { entityName: $team, email: $email }) { invite { id } } }";
        self.graphql(mutation, &json!({ "team": team, "email": email })).map(drop)
    }

    /// The id of a person or an invitation in a team, by the address.
    pub fn member(&self, team: &str, email: &str) -> Result<String> {
        let query = "query Q($team: String!) { entity(name: $team) { members { id email } } }";
        let answer = self.graphql(query, &json!({ "team": team }))?;
        let members = answer.pointer("/entity/members").and_then(Value::as_array).context("a team has members")?;
        let member = members.iter().find(|member| member["email"] == email);
        let member = member.with_context(|| format!("nobody in `{team}` has the address `{email}`"))?;
        Ok(member["id"].as_str().context("a member has an id")?.to_owned())
    }

    /// Asks SCIM as the administrator would.
    fn scim(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/scim/{path}", self.base_url))
            .header("Authorization", &basic(&self.administrator.username, &self.administrator.api_key))
            .header("Content-Type", "application/scim+json")
            .body(body.to_string())?;
        let mut answer = self.agent.run(request)?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string()?;
        if !status.is_success() {
            bail!("the emulator answered {status} to {method} {path}: {text}");
        }
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// Tells whether a key authenticates; an error when the server answers something else than that or a 401. It outlives this handle, for
    /// threads of their own.
    pub fn authenticator(&self) -> impl Fn(&SecretString) -> Result<bool> + Send + Sync + 'static + use<> {
        let (agent, url) = (self.agent.clone(), format!("{}/graphql", self.base_url));
        move |key| {
            let request = agent.post(&url).header("Authorization", &basic(ANYBODY, key));
            let answer = request.send_json(json!({ "query": "{ viewer { id } }" }))?;
            match answer.status().as_u16() {
                200 => Ok(true),
                401 => Ok(false),
                other => bail!("the emulator answered {other}"),
            }
        }
    }

    /// Deletes a user or service account by SCIM as the administrator would, behind the provider's back.
    pub fn delete_account(&self, id: &str) -> Result<()> {
        let answer = self
            .agent
            .delete(format!("{}/scim/Users/{id}", self.base_url))
            .header("Authorization", &basic(&self.administrator.username, &self.administrator.api_key))
            .call()?;
        if !answer.status().is_success() {
            bail!("the emulator answered {} to the deletion of account `{id}`", answer.status());
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn stop(child: &mut Child) {
    // Its data is thrown away with it, so there is nothing to end in order.
    let _ = child.kill();
    let _ = child.wait();
}

/// Error statuses are answers like others here, and no proxy stands between a test and its own machine.
fn agent() -> Agent {
    let settings =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(REQUEST_TIMEOUT)).proxy(None);
    settings.build().into()
}

fn basic(username: &str, api_key: &SecretString) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{}", api_key.expose_secret())))
}
