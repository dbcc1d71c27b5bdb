//! GitLab CI.

use tfplugin::function::{Definition, Function, Object};
use tfplugin::{FunctionError, Model};

use super::{git_name, only, part, wrong};

/// `provider::wandb::gitlab_ci_subject`.
pub(super) struct GitlabCiSubject;

#[derive(Default, Model)]
pub(super) struct Options {
    project_path: String,
    branch: Option<String>,
    tag: Option<String>,
}

impl Function for GitlabCiSubject {
    const NAME: &'static str = "gitlab_ci_subject";
    type Arguments = (Object<Options>,);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("The subject of the tokens of a GitLab CI job.")
            .description(
                "The exact subject of the identity tokens of a GitLab CI job, for the `subject` of a federated service \
                 account.",
            )
            .parameter(
                "options",
                "An object with `project_path` (the groups and the project, such as `acme/ml/training`) and one of \
                 `branch` and `tag`.",
            )
    }

    fn call(&self, (Object(options),): (Object<Options>,)) -> Result<String, FunctionError> {
        let project = part("project_path", &options.project_path, &[':', ' '])?;
        if !project.contains('/') || project.split('/').any(str::is_empty) {
            return Err(wrong("project_path", "must name the groups and the project, such as `acme/ml`"));
        }
        let (kind, name) = only(&[("branch", options.branch.as_deref()), ("tag", options.tag.as_deref())])?;
        Ok(format!("project_path:{project}:ref_type:{kind}:ref:{}", git_name(kind, name)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_exact() {
        let subject = |project: &str, branch: Option<&str>, tag: Option<&str>| {
            let options =
                Options { project_path: project.into(), branch: branch.map(Into::into), tag: tag.map(Into::into) };
            GitlabCiSubject.call((Object(options),)).map_err(|error| error.text().to_owned())
        };
        assert_eq!(
            subject("acme/ml", Some("main"), None).as_deref(),
            Ok("project_path:acme/ml:ref_type:branch:ref:main")
        );
        assert_eq!(subject("acme/ml", None, Some("v1")).as_deref(), Ok("project_path:acme/ml:ref_type:tag:ref:v1"));
        assert!(subject("acme", Some("main"), None).is_err());
        assert!(subject("acme/ml", Some("main"), Some("v1")).is_err());
        assert!(subject("acme/ml", Some("refs/heads/main"), None).is_err());
        assert!(subject("acme/*", Some("main"), None).is_err());
    }
}
