//! `run_environment`: the environment of a job that logs runs, without its secret.

use std::collections::BTreeMap;

use tfplugin::function::{Definition, Function, Object};
use tfplugin::{FunctionError, Model};

use super::wrong;

/// `provider::wandb::run_environment`.
pub(super) struct RunEnvironment;

#[derive(Model)]
pub(super) struct Options {
    entity: Option<String>,
    project: Option<String>,
    username: Option<String>,
    user_email: Option<String>,
    identity_token_file: Option<String>,
    base_url: Option<String>,
}

impl Function for RunEnvironment {
    const NAME: &'static str = "run_environment";
    type Arguments = (Object<Options>,);
    type Output = BTreeMap<String, String>;

    fn definition(&self) -> Definition {
        Definition::new("The environment variables of a job that logs runs to W&B, without its secret.")
            .description(
                "The environment variables of a job that logs runs to W&B, as a map of strings. The job's API key is not \
                 among them: give it by the job's own secret store.",
            )
            .parameter(
                "options",
                "An object with any of `entity` (the team whose project is logged to), `project`, `username` or \
                 `user_email` (the person to whom a service account's runs are attributed: one of the two), \
                 `identity_token_file` (for federated accounts) and `base_url`.",
            )
    }

    fn call(&self, (Object(options),): (Object<Options>,)) -> Result<BTreeMap<String, String>, FunctionError> {
        if options.username.is_some() && options.user_email.is_some() {
            return Err(wrong("user_email", "and `username` name the same person twice: keep one of them"));
        }
        let variables = [
            ("entity", "WANDB_ENTITY", options.entity),
            ("project", "WANDB_PROJECT", options.project),
            ("username", "WANDB_USERNAME", options.username),
            ("user_email", "WANDB_USER_EMAIL", options.user_email),
            ("identity_token_file", "WANDB_IDENTITY_TOKEN_FILE", options.identity_token_file),
            ("base_url", "WANDB_BASE_URL", options.base_url),
        ];
        let mut environment = BTreeMap::new();
        for (attribute, variable, value) in variables {
            match value {
                Some(value) if value.trim().is_empty() => return Err(wrong(attribute, "must not be empty")),
                Some(value) => environment.insert(variable.to_owned(), value),
                None => None,
            };
        }
        Ok(environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options {
            entity: Some("vision".into()),
            project: None,
            username: None,
            user_email: Some("ada@acme.example".into()),
            identity_token_file: None,
            base_url: None,
        }
    }

    #[test]
    fn what_is_given_is_set_and_nothing_else() {
        let environment = RunEnvironment.call((Object(options()),)).unwrap();
        let expected = [("WANDB_ENTITY", "vision"), ("WANDB_USER_EMAIL", "ada@acme.example")];
        assert!(environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected));
    }

    #[test]
    fn two_names_of_a_person_and_empty_texts_are_refused() {
        let twice = Options { username: Some("ada".into()), ..options() };
        assert!(RunEnvironment.call((Object(twice),)).unwrap_err().text().contains("`user_email`"));
        let empty = Options { project: Some(" ".into()), ..options() };
        assert_eq!(RunEnvironment.call((Object(empty),)).unwrap_err().text(), "`project` must not be empty");
    }
}
