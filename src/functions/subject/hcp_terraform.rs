//! HCP Terraform.

use tfplugin::function::{Definition, Function, Object};
use tfplugin::{FunctionError, Model, string_enum};

use super::part;

/// `provider::wandb::hcp_terraform_subject`.
pub(super) struct HcpTerraformSubject;

#[derive(Model)]
pub(super) struct Options {
    organization: String,
    project: String,
    workspace: String,
    run_phase: RunPhase,
}

string_enum! {
    /// The part of a run that a token is for.
    pub(super) enum RunPhase {
        /// Planning.
        Plan = "plan",
        /// Applying.
        Apply = "apply",
    }
}

impl Function for HcpTerraformSubject {
    const NAME: &'static str = "hcp_terraform_subject";
    type Arguments = (Object<Options>,);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("The subject of the tokens of an HCP Terraform run.")
            .description(
                "The exact subject of the workload identity tokens of an HCP Terraform run, for the `subject` of a \
                 federated service account. A plan and an apply have different subjects.",
            )
            .parameter(
                "options",
                "An object with `organization`, `project`, `workspace` and `run_phase` (`plan` or `apply`).",
            )
    }

    fn call(&self, (Object(options),): (Object<Options>,)) -> Result<String, FunctionError> {
        Ok(format!(
            "organization:{}:project:{}:workspace:{}:run_phase:{}",
            part("organization", &options.organization, &[':'])?,
            part("project", &options.project, &[':'])?,
            part("workspace", &options.workspace, &[':'])?,
            options.run_phase.as_str(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_exact() {
        let subject = |workspace: &str| {
            let options = Options {
                organization: "acme".into(),
                project: "Default Project".into(),
                workspace: workspace.into(),
                run_phase: RunPhase::Apply,
            };
            HcpTerraformSubject.call((Object(options),)).map_err(|error| error.text().to_owned())
        };
        assert_eq!(
            subject("ml").as_deref(),
            Ok("organization:acme:project:Default Project:workspace:ml:run_phase:apply")
        );
        assert!(subject("ml-*").is_err());
        assert!(subject("a:b").is_err());
    }
}
