//! GitHub Actions.
//!
//! Repositories that were made, renamed or moved since 15 July 2026, or opted in, have the immutable form with ids; not
//! those of GitHub Enterprise Server.

use tfplugin::function::{Definition, Function, Object};
use tfplugin::{FunctionError, Model};

use super::{git_name, only, part, wrong};

/// `provider::wandb::github_actions_subject`.
pub(super) struct GithubActionsSubject;

#[derive(Clone, Default, Model)]
pub(super) struct Options {
    owner: Option<String>,
    repository: Option<String>,
    owner_id: Option<String>,
    repository_id: Option<String>,
    branch: Option<String>,
    tag: Option<String>,
    environment: Option<String>,
    pull_request: Option<bool>,
}

impl Function for GithubActionsSubject {
    const NAME: &'static str = "github_actions_subject";
    type Arguments = (Object<Options>,);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("The subject of the tokens of a GitHub Actions job.")
            .description(
                "The exact subject of the identity tokens of a GitHub Actions job, for the `subject` of a federated \
                 service account. Repositories that were created, renamed or moved since 15 July 2026, or opted in, have \
                 the immutable form: give `owner_id` and `repository_id` for it.",
            )
            .parameter(
                "options",
                "An object with `owner` and `repository`; with both or neither of `owner_id` and `repository_id`; and \
                 with one of `branch`, `tag`, `environment` and `pull_request = true`.",
            )
    }

    fn call(&self, (Object(options),): (Object<Options>,)) -> Result<String, FunctionError> {
        let name = |attribute: &'static str, value: &Option<String>| match value {
            Some(value) => part(attribute, value, &['/', ':', '@', ' ']).map(ToOwned::to_owned),
            None => Err(wrong(attribute, "is required")),
        };
        let (owner, repository) = (name("owner", &options.owner)?, name("repository", &options.repository)?);
        let repository = match (&options.owner_id, &options.repository_id) {
            (None, None) => format!("{owner}/{repository}"),
            (Some(owner_id), Some(repository_id)) => {
                format!(
                    "{owner}@{}/{repository}@{}",
                    number("owner_id", owner_id)?,
                    number("repository_id", repository_id)?
                )
            }
            (None, Some(_)) => return Err(wrong("owner_id", "is missing: the immutable form needs both ids")),
            (Some(_), None) => return Err(wrong("repository_id", "is missing: the immutable form needs both ids")),
        };
        let pull_request = options.pull_request.unwrap_or(false).then_some("");
        let context = match only(&[
            ("branch", options.branch.as_deref()),
            ("tag", options.tag.as_deref()),
            ("environment", options.environment.as_deref()),
            ("pull_request", pull_request),
        ])? {
            ("branch", branch) => format!("ref:refs/heads/{}", git_name("branch", branch)?),
            ("tag", tag) => format!("ref:refs/tags/{}", git_name("tag", tag)?),
            ("environment", environment) => format!("environment:{}", part("environment", environment, &[':'])?),
            _ => "pull_request".to_owned(),
        };
        Ok(format!("repo:{repository}:{context}"))
    }
}

fn number<'a>(attribute: &str, id: &'a str) -> Result<&'a str, FunctionError> {
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(id) } else { Err(wrong(attribute, "must be the number that GitHub gives, not a name")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options { owner: Some("acme".into()), repository: Some("ml".into()), ..Options::default() }
    }

    fn subject(options: Options) -> Result<String, String> {
        GithubActionsSubject.call((Object(options),)).map_err(|error| error.text().to_owned())
    }

    #[test]
    fn each_context_has_its_form() {
        let text = |text: &str| Some(text.to_owned());
        let ids = Options { owner_id: text("1"), repository_id: text("23"), ..options() };
        let cases = [
            (Options { branch: text("main"), ..options() }, "repo:acme/ml:ref:refs/heads/main"),
            (Options { tag: text("v1"), ..options() }, "repo:acme/ml:ref:refs/tags/v1"),
            (Options { environment: text("prod"), ..options() }, "repo:acme/ml:environment:prod"),
            (Options { pull_request: Some(true), ..options() }, "repo:acme/ml:pull_request"),
            (Options { branch: text("a/b"), ..ids }, "repo:acme@1/ml@23:ref:refs/heads/a/b"),
        ];
        for (options, expected) in cases {
            assert_eq!(subject(options).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        let text = |text: &str| Some(text.to_owned());
        let main = Options { branch: text("main"), ..options() };
        let cases = [
            (options(), "set exactly one of `branch`, `tag`, `environment`, `pull_request`"),
            (
                Options { tag: text("v1"), ..main.clone() },
                "set exactly one of `branch`, `tag`, `environment`, `pull_request`",
            ),
            (
                Options { branch: text("release/*"), ..options() },
                "`branch` must not be a pattern: W&B compares subjects exactly",
            ),
            (
                Options { branch: text("refs/heads/main"), ..options() },
                "`branch` must be the name alone, without `refs/heads/` or `refs/tags/`",
            ),
            (
                Options { tag: text("v1\nv2"), ..options() },
                "`tag` must not contain line breaks or other control characters",
            ),
            (Options { owner: None, ..main.clone() }, "`owner` is required"),
            (Options { owner: text("acme/ml"), ..main.clone() }, "`owner` must not contain `/`"),
            (
                Options { owner_id: text("1"), ..main.clone() },
                "`repository_id` is missing: the immutable form needs both ids",
            ),
            (
                Options { owner_id: text("acme"), repository_id: text("2"), ..main },
                "`owner_id` must be the number that GitHub gives, not a name",
            ),
        ];
        for (options, expected) in cases {
            assert_eq!(subject(options).unwrap_err(), expected);
        }
    }
}
