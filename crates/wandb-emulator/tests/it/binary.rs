//! The binary: what it prints, how it ends, and what is left when it is killed.

use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::world::client;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    line: Value,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wandb-emulator"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn start(arguments: &[&str]) -> Running {
    let mut child = command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await.unwrap().unwrap();
    Running { child, output, line: serde_json::from_str(&line).unwrap() }
}

impl Running {
    async fn graphql(&self, key: &str, query: &str) -> Option<(StatusCode, Value)> {
        let url = format!("{}/graphql", self.line["base_url"].as_str().unwrap());
        let request = client().post(url).basic_auth("api", Some(key)).json(&json!({ "query": query }));
        let response = request.send().await.ok()?;
        Some((response.status(), response.json().await.ok()?))
    }

    fn key(&self) -> String {
        self.line["admin"]["api_key"].as_str().unwrap().to_owned()
    }

    /// Sends a signal by name, and waits for the end; what else was printed, and the exit code.
    async fn end(mut self, signal: &str) -> (String, Option<i32>) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        self.ended().await
    }

    async fn ended(&mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        self.output.read_to_string(&mut rest).await.unwrap();
        (rest, status.code())
    }
}

#[tokio::test]
async fn it_says_where_it_is_and_ends_when_told() {
    for signal in ["-INT", "-TERM"] {
        let running = start(&[]).await;
        assert_eq!(running.line["admin"]["username"], "ada");
        let (status, viewer) = running.graphql(&running.key(), "{ viewer { username } }").await.unwrap();
        assert_eq!((status, &viewer["data"]["viewer"]["username"]), (StatusCode::OK, &json!("ada")));
        let admin_url = running.line["admin_url"].as_str().unwrap();
        assert_eq!(client().get(format!("{admin_url}/state")).send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(running.end(signal).await, (String::new(), Some(0)), "one line, and a clean end");
    }
}

#[tokio::test]
async fn a_seed_that_is_not_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (data, seed) = (folder.path().join("data.db"), folder.path().join("seed.yaml"));
    std::fs::write(&seed, "organization: acme\npeople: [{ username: a, email: a@acme.example, role: admin }]\n")
        .unwrap();
    let arguments = ["--data", data.to_str().unwrap(), "--seed", seed.to_str().unwrap(), "--exit-with-parent"];
    let named = format!("`{}` was not used", seed.display());
    for expected in ["", named.as_str()] {
        let mut running = start(&arguments).await;
        assert!(running.line["base_url"].is_string(), "it runs all the same");
        drop(running.child.stdin.take());
        let mut said = String::new();
        running.child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        assert_eq!(running.ended().await, (String::new(), Some(0)));
        assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{said}");
    }
}

#[tokio::test]
async fn it_ends_with_its_parent_when_asked_to() {
    let mut running = start(&["--exit-with-parent"]).await;
    drop(running.child.stdin.take());
    assert_eq!(running.ended().await, (String::new(), Some(0)));
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    let arguments = ["--data", path.to_str().unwrap()];
    let mut running = start(&arguments).await;
    let key = running.key();
    let mut answered = 0;
    for round in 0..4 {
        // Killed in the midst of requests: what was answered must be there, and what was not may be.
        let requests = async {
            loop {
                let query = "mutation { generateApiKey(input: { description: \"kill\" }) { apiKey { id } } }";
                match running.graphql(&key, query).await {
                    Some((StatusCode::OK, body)) if body.get("errors").is_none() => answered += 1,
                    _ => break,
                }
                if answered >= 10 * (round + 1) {
                    break;
                }
            }
        };
        requests.await;
        let query = "mutation { generateApiKey(input: { description: \"kill\" }) { apiKey { id } } }";
        let unanswered = running.graphql(&key, query);
        tokio::select! {
            biased;
            _ = unanswered => {}
            () = tokio::task::yield_now() => {}
        }
        running.child.kill().await.unwrap();
        running = start(&arguments).await;
        assert_eq!(running.line["admin"], Value::Null);
        let (_, viewer) =
            running.graphql(&key, "{ viewer { apiKeys { edges { node { description } } } } }").await.unwrap();
        let kept = viewer["data"]["viewer"]["apiKeys"]["edges"].as_array().unwrap().len() - 1;
        assert!(kept >= answered && kept <= answered + round + 1, "{kept} kept, {answered} answered");
    }
}

#[tokio::test]
async fn mistakes_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.yaml");
    std::fs::write(&seed, "organization: acme\npeople: []\n").unwrap();
    let cases = [
        (vec!["--seed", "/nowhere/seed.yaml"], "/nowhere/seed.yaml"),
        (vec!["--seed", seed.to_str().unwrap()], "no person whose role is admin"),
        (vec!["--lacks", "Member.nothing"], "Member.nothing"),
        (vec!["--lacks", "nothing"], "Type.field"),
        (vec!["--deployment", "cloud"], "multi-tenant"),
        (vec!["--server-version", "0.84.0"], "--deployment"),
        (vec!["--listen", "203.0.113.1:1"], "203.0.113.1:1"),
    ];
    for (arguments, expected) in cases {
        let output = tokio::time::timeout(PATIENCE, command(&arguments).output()).await.unwrap().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn the_help_names_everything() {
    let output = command(&["--help"]).output().await.unwrap();
    insta::assert_snapshot!("help", String::from_utf8(output.stdout).unwrap());
}
