//! A started emulator, and requests to it.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use wandb_emulator::{Emulator, Options, Seed};

/// An organization with somebody in every role: the administrator `ada`; in the team `research` the administrator
/// `grace`, the member `linus`, the viewer `vera` and the service accounts `ci` and, federated, `release`; in the team
/// `other` only `otto`; the instance's administrator `root`; the organization's service account `platform`.
pub(crate) const SEED: &str = r#"
organization: acme
deployment: { kind: dedicated, version: 0.84.0 }
people:
  - { username: ada, email: ada@acme.example, name: Ada, role: admin, api_keys: [{ key: "00000000000000000000000000000000000000a1" }] }
  - { username: root, email: root@acme.example, instance_admin: true, api_keys: [{ key: "00000000000000000000000000000000000000a2" }] }
  - { username: grace, email: grace@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a3" }] }
  - { username: linus, email: linus@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a4" }] }
  - { username: vera, email: vera@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a5" }] }
  - { username: otto, email: otto@acme.example, api_keys: [{ key: "00000000000000000000000000000000000000a6" }] }
teams:
  - name: research
    members:
      - { username: grace, role: admin }
      - { username: linus }
      - { username: vera, role: viewer }
    invitations: [{ email: new@elsewhere.example }]
    service_accounts:
      - { name: ci, api_keys: [{ key: "00000000000000000000000000000000000000b1", description: first }] }
      - { name: release, subject: "repo:acme/models:ref:refs/heads/main" }
  - name: other
    members: [{ username: otto, role: admin }]
organization_service_accounts:
  - { username: platform, default_team: research, api_keys: [{ key: "00000000000000000000000000000000000000c1" }] }
"#;

pub(crate) const ADA: &str = "00000000000000000000000000000000000000a1";
pub(crate) const ROOT: &str = "00000000000000000000000000000000000000a2";
pub(crate) const GRACE: &str = "00000000000000000000000000000000000000a3";
pub(crate) const LINUS: &str = "00000000000000000000000000000000000000a4";
pub(crate) const VERA: &str = "00000000000000000000000000000000000000a5";
pub(crate) const OTTO: &str = "00000000000000000000000000000000000000a6";
pub(crate) const CI: &str = "00000000000000000000000000000000000000b1";
pub(crate) const PLATFORM: &str = "00000000000000000000000000000000000000c1";

/// A started emulator.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    client: reqwest::Client,
}

/// An answer, with its body as far as that is JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// What `pointer` points at.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.body))
    }

    pub(crate) fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} in {}", self.body)).to_owned()
    }

    /// The code of the first GraphQL error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.body.pointer("/errors/0/extensions/code")?.as_str()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }
}

impl World {
    /// With the organization of [`SEED`].
    pub(crate) async fn start() -> Self {
        Self::with_seed(SEED).await
    }

    pub(crate) async fn with_seed(seed: &str) -> Self {
        Self::with(Options { seed: Seed::from_yaml(seed).unwrap(), ..deterministic() }).await
    }

    /// With the organization of [`SEED`] on another deployment.
    pub(crate) async fn on(deployment: &str) -> Self {
        Self::with_seed(&seed_on(deployment)).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self { emulator: Emulator::start(options).await.unwrap(), client: client() }
    }

    /// A request to the emulated W&B that can still be changed.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.emulator.base_url()))
    }

    /// A GraphQL request by the owner of this key.
    pub(crate) async fn graphql(&self, key: &str, query: &str, variables: Value) -> Answer {
        let request = self.request(Method::POST, "/graphql").basic_auth("api", Some(key));
        Answer::of(request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap()).await
    }

    /// A GraphQL request that must succeed; its data.
    pub(crate) async fn data(&self, key: &str, query: &str, variables: Value) -> Value {
        let answer = self.graphql(key, query, variables).await;
        assert!(answer.status.is_success() && answer.body.get("errors").is_none(), "{query}: {answer:?}");
        answer.at("/data").clone()
    }

    /// A SCIM request by `ada`.
    pub(crate) async fn scim(&self, method: Method, path: &str, body: Value) -> Answer {
        self.scim_as("ada", ADA, method, path, body).await
    }

    /// A SCIM request by the owner of this key; without a body where it is null.
    pub(crate) async fn scim_as(&self, username: &str, key: &str, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self.request(method, &format!("/scim/{path}")).basic_auth(username, Some(key));
        if !body.is_null() {
            request = request.header(header::CONTENT_TYPE, "application/scim+json").body(body.to_string());
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A request to the emulator's own API; without a body where it is null.
    pub(crate) async fn admin(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.emulator.admin_url()));
        if !body.is_null() {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// What the backend holds.
    pub(crate) async fn state(&self) -> Value {
        self.admin(Method::GET, "/state", Value::Null).await.body
    }

    /// The account of this username or name, in the backend.
    pub(crate) async fn account(&self, name: &str) -> Value {
        let state = self.state().await;
        let accounts = state["accounts"].as_array().unwrap();
        let found = accounts.iter().find(|account| account["username"] == name || account["name"] == name);
        found.unwrap_or_else(|| panic!("no account {name} in {state}")).clone()
    }

    /// The id of an account, as clients see it.
    pub(crate) async fn account_id(&self, name: &str) -> String {
        self.account(name).await["id"].as_str().unwrap().to_owned()
    }

    /// The team of this name, in the backend.
    pub(crate) async fn team(&self, name: &str) -> Value {
        let state = self.state().await;
        let teams = state["teams"].as_array().unwrap();
        teams.iter().find(|team| team["name"] == name).unwrap_or_else(|| panic!("no team {name}")).clone()
    }

    /// The usernames in a team with their roles, in the backend.
    pub(crate) async fn members(&self, team: &str) -> Vec<(String, String)> {
        let text = |member: &Value, field: &str| member[field].as_str().unwrap().to_owned();
        let team = self.team(team).await;
        let members = team["members"].as_array().unwrap().iter();
        members.map(|member| (text(member, "username"), text(member, "role"))).collect()
    }
}

/// A client for this machine only, which need not read any certificates.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// [`SEED`] on another deployment; nobody administers the instance of the shared cloud.
pub(crate) fn seed_on(deployment: &str) -> String {
    let seed = SEED.replace("{ kind: dedicated, version: 0.84.0 }", deployment);
    if deployment.contains("multi-tenant") { seed.replace("instance_admin: true, ", "") } else { seed }
}

pub(crate) fn deterministic() -> Options {
    Options { deterministic: Some("tests".to_owned()), ..Options::default() }
}
