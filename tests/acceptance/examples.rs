//! The examples, which are also the documentation: each applies, leaves nothing to do, imports as it says and is destroyed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use secrecy::ExposeSecret;
use serde_json::Value;
use test_support::host::Feature;
use test_support::target;
use test_support::workspace::Workspace;

use crate::harness::{Case, Scene, cases};

pub(crate) const CASES: &[Case] = cases![
    every_example_has_a_case,
    all_are_formatted needs ProviderFunctions,
    quick_start,
    organization needs ProviderFunctions,
    provider,
    resource_wandb_team,
    resource_wandb_team_member,
    resource_wandb_service_account,
    resource_wandb_api_key,
    data_source_wandb_service_account,
    data_source_wandb_service_accounts,
    data_source_wandb_team,
    data_source_wandb_teams,
    data_source_wandb_user,
    data_source_wandb_viewer,
    data_source_wandb_api_keys,
    ephemeral_resource_wandb_api_key needs EphemeralResources,
    ephemeral_resource_wandb_access_token needs EphemeralResources,
    ephemeral_resource_wandb_decrypted_api_key needs EphemeralResources,
    action_wandb_revoke_api_key needs Actions,
    function_api_key_id needs ProviderFunctions,
    function_run_environment needs ProviderFunctions,
    function_github_actions_subject needs ProviderFunctions,
    function_gitlab_ci_subject needs ProviderFunctions,
    function_hcp_terraform_subject needs ProviderFunctions,
    function_kubernetes_subject needs ProviderFunctions,
];

/// The folders below `examples`, each with the case of the same place in the list.
const FOLDERS: &[&str] = &[
    "quick-start",
    "organization",
    "provider",
    "resources/wandb_team",
    "resources/wandb_team_member",
    "resources/wandb_service_account",
    "resources/wandb_api_key",
    "data-sources/wandb_service_account",
    "data-sources/wandb_service_accounts",
    "data-sources/wandb_team",
    "data-sources/wandb_teams",
    "data-sources/wandb_user",
    "data-sources/wandb_viewer",
    "data-sources/wandb_api_keys",
    "ephemeral-resources/wandb_api_key",
    "ephemeral-resources/wandb_access_token",
    "ephemeral-resources/wandb_decrypted_api_key",
    "actions/wandb_revoke_api_key",
    "self-rotating-credential", // played by the module `own_credential`
    "functions/api_key_id",
    "functions/run_environment",
    "functions/github_actions_subject",
    "functions/gitlab_ci_subject",
    "functions/hcp_terraform_subject",
    "functions/kubernetes_subject",
];

/// What an import cannot know and no configuration can say, of all types together.
const NOT_IMPORTED: [&str; 2] = ["key", "authentication_method"];

fn every_example_has_a_case(_: &mut Scene) -> Result<()> {
    let mut found = BTreeSet::new();
    let mut folders = vec![examples()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tf") {
                found.insert(folder.strip_prefix(examples())?.display().to_string());
            }
        }
    }
    // Modules are run by the example that they are part of.
    found.retain(|folder| !folder.contains("/modules/"));
    assert_eq!(found, FOLDERS.iter().map(ToString::to_string).collect());
    Ok(())
}

/// Hosts without functions of providers cannot read the examples of those.
fn all_are_formatted(scene: &mut Scene) -> Result<()> {
    let examples = examples().display().to_string();
    scene.workspace.run(&["fmt", "-check", "-recursive", &examples])?.success().map(drop)
}

fn quick_start(scene: &mut Scene) -> Result<()> {
    run(scene, "quick-start")
}

/// 3 teams, 10 people, the accounts of 12 repositories and one with a key.
fn organization(scene: &mut Scene) -> Result<()> {
    let folder = examples().join("organization");
    scene.seed(&fs::read_to_string(folder.join("seed.yaml"))?)?;

    let mut folders = vec![folder.clone()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&folder)?.to_str().context("an example's name is text")?;
                scene.workspace.write(name, &fs::read_to_string(&path)?)?;
            }
        }
    }
    scene.workspace.init()?;
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    let mut accounts = 0;
    for (team, members) in [("vision", 6 + 1), ("language", 6 + 1), ("platform", 4 + 1)] {
        let found = scene.team(team)?.context("the team is there")?;
        let services = scene.service_accounts(team)?.len();
        let all = found["members"].as_array().context("a team has members")?.len();
        assert_eq!(all - services, members, "people in `{team}`, with the admin who made it");
        accounts += services;
    }
    assert_eq!(accounts, 12 + 1);
    scene.workspace.destroy().map(drop)
}

fn provider(scene: &mut Scene) -> Result<()> {
    // The guard asks a team of the caller's for its organization.
    scene.create_team("vision")?;
    run(scene, "provider")
}

fn resource_wandb_team(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_team")
}

fn resource_wandb_team_member(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_team_member")
}

fn resource_wandb_service_account(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_service_account")
}

fn resource_wandb_api_key(scene: &mut Scene) -> Result<()> {
    run(scene, "resources/wandb_api_key")
}

fn data_source_wandb_service_account(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    scene.create_service_account("vision", "ci")?;
    run(scene, "data-sources/wandb_service_account")
}

fn data_source_wandb_service_accounts(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    scene.create_service_account("vision", "ci")?;
    run(scene, "data-sources/wandb_service_accounts")
}

fn data_source_wandb_team(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    run(scene, "data-sources/wandb_team")
}

fn data_source_wandb_api_keys(scene: &mut Scene) -> Result<()> {
    run(scene, "data-sources/wandb_api_keys")
}

fn ephemeral_resource_wandb_api_key(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    let account = scene.create_service_account("vision", "check")?;
    scene.workspace.set("TF_VAR_service_account_id", &account);
    run(scene, "ephemeral-resources/wandb_api_key")
}

fn ephemeral_resource_wandb_access_token(scene: &mut Scene) -> Result<()> {
    let file = scene.identity_token_file("ada@acme.example")?;
    scene.workspace.set("TF_VAR_identity_token_file", &file);
    run(scene, "ephemeral-resources/wandb_access_token")
}

fn data_source_wandb_teams(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    run(scene, "data-sources/wandb_teams")
}

fn data_source_wandb_user(scene: &mut Scene) -> Result<()> {
    run(scene, "data-sources/wandb_user")
}

fn data_source_wandb_viewer(scene: &mut Scene) -> Result<()> {
    run(scene, "data-sources/wandb_viewer")
}

fn ephemeral_resource_wandb_decrypted_api_key(scene: &mut Scene) -> Result<()> {
    let identity = age::x25519::Identity::generate();
    let file = scene.workspace.home().join("identity.txt");
    fs::write(&file, identity.to_string().expose_secret())?;
    scene.workspace.set("TF_VAR_age_recipient", &identity.to_public().to_string());
    scene.workspace.set("TF_VAR_age_identity_file", &file.display().to_string());
    run(scene, "ephemeral-resources/wandb_decrypted_api_key")
}

fn action_wandb_revoke_api_key(scene: &mut Scene) -> Result<()> {
    scene.create_team("vision")?;
    let account = scene.create_service_account("vision", "ci")?;
    scene.workspace.set("TF_VAR_service_account_id", &account);
    scene.workspace.set("TF_VAR_leaked_key_id", "0123456789abcdef0123");
    run(scene, "actions/wandb_revoke_api_key")
}

fn function_api_key_id(scene: &mut Scene) -> Result<()> {
    let key = scene.emulator.administrator().api_key.clone();
    scene.workspace.set("TF_VAR_api_key", key.expose_secret());
    run(scene, "functions/api_key_id")
}

fn function_run_environment(scene: &mut Scene) -> Result<()> {
    run(scene, "functions/run_environment")
}

fn function_github_actions_subject(scene: &mut Scene) -> Result<()> {
    gives_what_its_comments_say(scene, "functions/github_actions_subject")
}

fn function_gitlab_ci_subject(scene: &mut Scene) -> Result<()> {
    gives_what_its_comments_say(scene, "functions/gitlab_ci_subject")
}

fn function_hcp_terraform_subject(scene: &mut Scene) -> Result<()> {
    gives_what_its_comments_say(scene, "functions/hcp_terraform_subject")
}

fn function_kubernetes_subject(scene: &mut Scene) -> Result<()> {
    gives_what_its_comments_say(scene, "functions/kubernetes_subject")
}

fn examples() -> PathBuf {
    target::project().join("examples")
}

/// Applies the example, imports what it made in each way that it shows, and destroys it.
fn run(scene: &mut Scene, folder: &str) -> Result<()> {
    let folder = examples().join(folder);
    apply(scene, &folder)?;
    import_by_command(scene, &folder)?;
    import_by_block(scene, &folder, "import-by-string-id.tf")?;
    if scene.workspace.host().feature(Feature::Identity) {
        import_by_block(scene, &folder, "import-by-identity.tf")?;
    }
    scene.workspace.destroy().map(drop)
}

/// Applies the example; a comment of its own tells the value of each output.
fn gives_what_its_comments_say(scene: &mut Scene, folder: &str) -> Result<()> {
    let folder = examples().join(folder);
    apply(scene, &folder)?;
    let text = fs::read_to_string(folder.join("function.tf"))?;
    let said: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("# ")).map(|line| Value::from(line).to_string()).collect();
    let outputs = scene.workspace.outputs()?;
    let outputs = outputs.as_object().context("outputs are an object")?;
    let given = outputs.values().map(|output| output["value"].to_string()).collect();
    ensure!(said == given, "the comments say {said:?}, the outputs are {given:?}");
    Ok(())
}

fn apply(scene: &mut Scene, folder: &Path) -> Result<()> {
    let mut requires_itself = false;
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let name = file.file_name().and_then(|name| name.to_str()).context("an example's name is text")?;
        // There is nothing to import yet.
        if file.extension().is_some_and(|extension| extension == "tf") && !name.starts_with("import-by-") {
            let text = fs::read_to_string(&file)?;
            requires_itself |= text.contains("required_providers");
            scene.workspace.write(name, &text)?;
        }
    }
    if requires_itself {
        scene.workspace.init()?;
        scene.workspace.apply()?;
        scene.workspace.expect_empty_plan()
    } else {
        scene.apply("").map(drop)
    }
}

/// Imports with the command of `import.sh`.
fn import_by_command(scene: &Scene, folder: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(folder.join("import.sh")) else { return Ok(()) };
    let command = text.lines().find(|line| line.starts_with("terraform import ")).context("no import command")?;
    let [_, _, address, id] = command.split_whitespace().collect::<Vec<_>>()[..] else {
        bail!("`{command}` is not `terraform import ADDRESS ID`");
    };
    import(scene, address, |workspace| workspace.import(address, id))
}

/// Imports with the block of the file. Ids that W&B gives are examples in it, and replaced by those of the object.
fn import_by_block(scene: &Scene, folder: &Path, file: &str) -> Result<()> {
    let Ok(text) = fs::read_to_string(folder.join(file)) else { return Ok(()) };
    let target = text.lines().find_map(|line| line.trim().strip_prefix("to = "));
    let address = target.with_context(|| format!("`{file}` has no target"))?;
    let object = scene.object(address)?;
    let text: String = text
        .lines()
        .map(|line| match line.split_once('=').map(|(name, _)| (name, &object[name.trim()])) {
            Some((name, Value::String(own))) if line.starts_with("    ") => format!("{name}= \"{own}\"\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    import(scene, address, |workspace| {
        workspace.write(file, &text)?;
        workspace.apply()?;
        // A host that has imported the object has no more use for the block.
        workspace.write(file, "")
    })
}

/// Forgets the object and imports it again; the plan after that has nothing to replace.
fn import(scene: &Scene, address: &str, import: impl FnOnce(&Workspace) -> Result<()>) -> Result<()> {
    let before = scene.object(address)?;
    scene.workspace.run(&["state", "rm", address])?.success()?;
    import(&scene.workspace)?;
    // What import cannot know is written down by an update in place.
    scene.workspace.apply()?;
    scene.workspace.expect_empty_plan()?;
    let after = scene.object(address)?;
    let attributes = before.as_object().context("attributes are an object")?;
    for (name, value) in attributes.iter().filter(|(name, _)| !NOT_IMPORTED.contains(&name.as_str())) {
        ensure!(after[name] == *value, "`{name}` is {} after the import, instead of {value}", after[name]);
    }
    Ok(())
}
