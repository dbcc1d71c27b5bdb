//! W&B's own SDK and command line, in their released form, drive the emulator.
//!
//! What they ask for, and what came of it, is in the golden files beside this one; they name the version of the SDK. The package and what
//! it needs are installed once from PyPI, below the target folder, in the versions of `requirements.txt`.

mod package;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use apollo_compiler::{ExecutableDocument, Schema};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use test_support::binaries::{self, Binary};
use test_support::emulator::Emulator;
use test_support::target;

use self::package::Package;

const SUBJECT: &str = "repo:acme/models:ref:refs/heads/main";

const SEED: &str = "\
organization: acme
deployment: { kind: dedicated }
settings:
  federated_login: { check_audience: true }
people:
  - { username: ada, name: Ada, email: ada@acme.example, role: admin, instance_admin: true }
  - { username: grace, email: grace@acme.example }
  - { username: linus, email: linus@acme.example }
teams:
  - name: research
    members: [{ username: ada, role: admin }, { username: grace }]
    service_accounts: [{ name: ci }]
";

/// A line of `drive.py`.
#[derive(Deserialize)]
struct Told {
    call: String,
    outcome: String,
}

#[test]
fn the_sdk_and_the_cli_drive_the_emulator() -> Result<()> {
    let package = Package::installed()?;
    let folder = tempfile::tempdir_in(target::temporary()?)?;
    let seed = folder.path().join("seed.yaml");
    fs::write(&seed, SEED)?;
    let binary = binaries::build(&[Binary::Emulator], |_| ())?.join(Binary::Emulator.file());
    let emulator = Emulator::start_with(&binary, &["--seed", &seed.display().to_string()])?;

    let printed = package.run("drive.py", &given(&emulator, folder.path())?)?;
    let mut text = String::new();
    let base_url = emulator.base_url();
    for line in printed.lines() {
        let Told { call, outcome } = serde_json::from_str(line).with_context(|| format!("`{line}`"))?;
        writeln!(text, "{call}: {}", in_order(&outcome.replace(base_url, "http://wandb.example")))?;
    }
    ensure!(!text.is_empty(), "nothing was tried");
    compare("calls", &text);
    Ok(())
}

/// What the documents in the package need of a server: all of what the emulator offers is as W&B's own SDK asks for it.
#[test]
fn the_documents_of_the_sdk_are_valid_where_they_are_offered() -> Result<()> {
    let documents: Value = serde_json::from_str(&Package::installed()?.run("operations.py", &Value::Null)?)?;
    let documents = documents.as_object().context("documents by name")?;
    let contract = target::project().join("crates/wandb-emulator/contract/public.graphql");
    let schema = Schema::parse_and_validate(fs::read_to_string(contract)?, "public.graphql");
    let schema = schema.map_err(|error| anyhow::anyhow!("the contract is not valid: {error}"))?;
    let (mut offered, mut others) = (Vec::new(), Vec::new());
    for (name, text) in documents {
        let valid = ExecutableDocument::parse_and_validate(&schema, text.as_str().context("a text")?, name).is_ok();
        if valid { &mut offered } else { &mut others }.push(name.as_str());
    }
    offered.sort_unstable();
    others.sort_unstable();
    compare("documents", &format!("valid: {}\n\nnot offered: {}\n", offered.join(", "), others.join(", ")));
    Ok(())
}

/// The same outcome with the server's complaints about a document in one order: it has none of its own.
fn in_order(outcome: &str) -> String {
    let Some((before, complaints)) = outcome.strip_suffix(']').and_then(|outcome| outcome.split_once('[')) else {
        return outcome.to_owned();
    };
    let mut complaints: Vec<&str> = complaints.split("; ").collect();
    complaints.sort_unstable();
    complaints.dedup();
    format!("{before}[{}]", complaints.join("; "))
}

/// What `drive.py` is told.
fn given(emulator: &Emulator, folder: &Path) -> Result<Value> {
    let team =
        emulator.graphql("{ entity(name: \"research\") { members { id username accountType } } }", &json!({}))?;
    let members = team.pointer("/entity/members").and_then(Value::as_array).context("a team has members")?;
    let account = members.iter().find(|member| member["accountType"] == "SERVICE").context("a service account")?;
    let key = emulator.graphql(
        "mutation($owner: ID!) { generateApiKey(input: { userId: $owner, description: \"ci\" }) { secret } }",
        &json!({ "owner": account["id"] }),
    )?;
    let federated = emulator.graphql(
        "mutation($subject: String!) { createServiceAccount(input: { entityName: \"research\", description: \"release\", \
         authenticationMethod: \"FEDERATED_IDENTITY\", subject: $subject }) { user { username } } }",
        &json!({ "subject": SUBJECT }),
    )?;
    let token = |subject: &str| emulator.identity_token(&json!({ "subject": subject, "audience": "acme" }));
    Ok(json!({
        "base_url": emulator.base_url(),
        "folder": folder,
        "admin_key": emulator.administrator().api_key.expose_secret(),
        "account_key": key.pointer("/generateApiKey/secret"),
        "key_account": account["username"],
        "person_token": token("linus@acme.example")?.expose_secret(),
        "person_name": "linus",
        "account_token": token(SUBJECT)?.expose_secret(),
        "account_name": federated.pointer("/createServiceAccount/user/username"),
    }))
}

fn compare(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(".");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
