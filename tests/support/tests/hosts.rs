//! Real hosts run a configuration that needs no provider: the support works before anything is tested with it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::json;
use test_support::host::{Feature, Host, Release};
use test_support::mirror::Mirror;
use test_support::workspace::Workspace;

const CONFIGURATION: &str = r#"
variable "colour" {
  type    = string
  default = "red"
}

resource "terraform_data" "this" {
  input = var.colour
}

output "colour" {
  value     = terraform_data.this.output
  sensitive = true
}
"#;

#[test]
fn the_preferred_host_runs() -> Result<()> {
    let host = Host::preferred()?;
    runs_through(&host)
}

#[test]
fn the_oldest_release_is_installed_and_runs() -> Result<()> {
    let host = Host::released(Release::OLDEST)?;
    assert_eq!(host.to_string(), "Terraform v1.6.6");
    assert!(!host.feature(Feature::ProviderFunctions));
    runs_through(&host)
}

#[test]
fn the_newest_release_is_installed_and_runs() -> Result<()> {
    let host = Host::released(Release::NEWEST)?;
    assert_eq!(host.to_string(), "Terraform v1.15.5");
    assert!(host.feature(Feature::Actions));
    runs_through(&host)
}

fn workspace(host: &Host) -> Result<Workspace> {
    let mirror = Arc::new(Mirror::of(Path::new("/bin/sh"))?);
    let workspace = Workspace::new(host, &mirror)?;
    workspace.write("main.tf", CONFIGURATION)?;
    Ok(workspace)
}

fn runs_through(host: &Host) -> Result<()> {
    let mut workspace = workspace(host)?;
    workspace.init()?;
    assert!(!workspace.plan_is_empty()?);
    let plan = workspace.plan_document()?;
    assert_eq!(plan["resource_changes"][0]["change"]["actions"], json!(["create"]));

    let printed = workspace.apply()?;
    assert!(printed.contains("1 added"), "{printed}");
    workspace.expect_empty_plan()?;
    assert_eq!(workspace.outputs()?["colour"]["value"], json!("red"));
    assert_eq!(workspace.resource("terraform_data.this")?.map(|values| values["input"].clone()), Some(json!("red")));
    assert_eq!(workspace.resource("terraform_data.other")?, None);

    workspace.set("TF_VAR_colour", "blue");
    let error = workspace.expect_empty_plan().err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains(r#""red" -> "blue""#), "{error}");
    workspace.unset("TF_VAR_colour");
    workspace.expect_empty_plan()?;

    workspace.destroy()?;
    assert_eq!(workspace.resource("terraform_data.this")?, None);
    Ok(())
}

#[test]
fn errors_are_read_from_the_hosts_own_output() -> Result<()> {
    let workspace = workspace(&Host::preferred()?)?;
    workspace.write("wrong.tf", "resource \"terraform_data\" \"wrong\" {\n  colour = 1\n}\n")?;
    workspace.init()?;
    let errors = workspace.errors_of(&["plan"])?;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].summary, "Unsupported argument");
    assert!(errors[0].to_string().contains("in resource \"terraform_data\" \"wrong\": colour = 1"), "{}", errors[0]);
    assert!(workspace.errors_of(&["validate", "-help"]).is_err());
    Ok(())
}

#[test]
fn a_provider_that_the_mirror_lacks_is_not_looked_for_elsewhere() -> Result<()> {
    let workspace = workspace(&Host::preferred()?)?;
    workspace.write(
        "more.tf",
        "terraform {\n  required_providers {\n    null = { source = \"hashicorp/null\" }\n  }\n}\n",
    )?;
    let error = workspace.init().unwrap_err().to_string();
    let unwrapped = error.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains("hashicorp/null was not found in any of the search locations"), "{error}");
    Ok(())
}

#[test]
fn the_callers_environment_does_not_reach_the_host() -> Result<()> {
    let workspace = workspace(&Host::preferred()?)?;
    // A folder that exists everywhere and is not the home of this configuration.
    workspace.write("home.tf", "output \"home\" {\n  value = pathexpand(\"~\")\n}\n")?;
    workspace.init()?;
    workspace.apply()?;
    assert_eq!(workspace.outputs()?["home"]["value"], json!(workspace.home().display().to_string()));
    Ok(())
}

#[test]
fn a_kept_workspace_stays() -> Result<()> {
    let folder = workspace(&Host::preferred()?)?.keep();
    assert!(folder.join("configuration/main.tf").is_file());
    std::fs::remove_dir_all(folder)?;

    let gone = workspace(&Host::preferred()?)?.folder();
    assert!(!gone.exists());
    Ok(())
}
