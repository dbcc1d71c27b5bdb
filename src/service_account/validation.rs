//! What a configuration can get wrong that no single attribute shows.

use tfplugin::{Attr, Diagnostic, Diagnostics};

use super::resource::{AuthenticationMethod, Scope, ServiceAccountModel};
use super::{plan, subject};

/// Judges a configuration. What is not known yet is judged once it is.
pub(super) fn validate(config: &ServiceAccountModel, report: &mut Diagnostics) {
    match config.scope {
        Attr::Null | Attr::Known(Scope::Team) => validate_of_team(config, report),
        Attr::Known(Scope::Organization) => validate_of_organization(config, report),
        Attr::Unknown(_) => {}
    }
    if let Some(subject) = config.subject.as_str() {
        validate_subject(subject, report);
    }
}

fn validate_of_team(config: &ServiceAccountModel, report: &mut Diagnostics) {
    if config.team.is_null() {
        let detail = "An account of a team needs `team`. An account of the whole organization has `scope = \
                      \"organization\"` and `default_team`.";
        report.push(Diagnostic::error("Missing team", detail).at("team"));
    }
    if !config.default_team.is_null() {
        let detail = "Only an account of the organization has a `default_team`: leave it out, or set `scope = \
                      \"organization\"` in place of `team`.";
        report.push(Diagnostic::error("Default team without organization scope", detail).at("default_team"));
    }
    match (&config.authentication_method, &config.subject) {
        (Attr::Known(AuthenticationMethod::ApiKey), subject) if plan::is_there(subject) => {
            let detail = "An account with a `subject` logs in by identity federation and owns no API keys. Leave out \
                          `authentication_method`, which follows from `subject`, or leave out `subject`.";
            report.push(Diagnostic::error("Subject contradicts the method", detail).at("authentication_method"));
        }
        (Attr::Known(AuthenticationMethod::FederatedIdentity), Attr::Null) => {
            let detail = "An account that logs in by identity federation needs a `subject`: the `sub` of its tokens, \
                          such as `repo:acme/training:ref:refs/heads/main`. After an import, write down the one that \
                          the account was made with.";
            report.push(Diagnostic::error("Missing subject", detail).at("subject"));
        }
        _ => {}
    }
}

fn validate_of_organization(config: &ServiceAccountModel, report: &mut Diagnostics) {
    if config.default_team.is_null() {
        let detail =
            "An account of the organization needs `default_team`: the team that it works in where none is named.";
        report.push(Diagnostic::error("Missing default team", detail).at("default_team"));
    }
    if !config.team.is_null() {
        let detail = "An account of the organization works in all teams and belongs to none: leave out `team`, or set \
                      `scope = \"team\"` in place of `default_team`.";
        report.push(Diagnostic::error("Team with organization scope", detail).at("team"));
    }
    if !config.subject.is_null()
        || config.authentication_method.known() == Some(&AuthenticationMethod::FederatedIdentity)
    {
        let at = if config.subject.is_null() { "authentication_method" } else { "subject" };
        let detail = "W&B has federated accounts in teams only. Make one in a team, or an account of the organization \
                      that logs in with API keys.";
        report.push(Diagnostic::error("Federated account of the organization", detail).at(at));
    }
}

fn validate_subject(subject: &str, report: &mut Diagnostics) {
    if let Some(refusal) = subject::refusal(subject) {
        let detail = format!(
            "The subject {subject:?} {refusal}. W&B compares it with the `sub` of a token, character by character."
        );
        report.push(Diagnostic::error("Invalid subject", detail).at("subject"));
        return;
    }
    for doubt in subject::doubts(subject) {
        let detail = format!(
            "The subject {subject:?} {doubt}. W&B compares it with the `sub` of a token, character by character, so an \
             account with it may let nobody in. The provider's functions, such as \
             `provider::wandb::github_actions_subject`, build exact subjects."
        );
        report.push(Diagnostic::warning("Subject may match no token", detail).at("subject"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(config: &ServiceAccountModel) -> Vec<String> {
        let mut report = Diagnostics::new();
        validate(config, &mut report);
        report.iter().map(|d| format!("{}: {}", d.path.as_ref().unwrap(), d.summary)).collect()
    }

    #[test]
    fn each_scope_and_method_has_its_attributes() {
        let nothing = || ServiceAccountModel {
            id: Attr::Null,
            name: "ci".into(),
            scope: Attr::Null,
            team: Attr::Null,
            default_team: Attr::Null,
            subject: Attr::Null,
            authentication_method: Attr::Null,
            force_destroy: Attr::Null,
        };
        let team = || ServiceAccountModel { team: "research".into(), ..nothing() };
        let organization =
            || ServiceAccountModel { scope: Scope::Organization.into(), default_team: "research".into(), ..nothing() };
        let (api_key, federated) =
            (Attr::from(AuthenticationMethod::ApiKey), Attr::from(AuthenticationMethod::FederatedIdentity));
        let subject = || Attr::from("repo:acme/ml:pull_request");
        let cases = [
            (team(), vec![]),
            (organization(), vec![]),
            (ServiceAccountModel { authentication_method: api_key.clone(), ..organization() }, vec![]),
            (ServiceAccountModel { subject: subject(), authentication_method: federated.clone(), ..team() }, vec![]),
            (ServiceAccountModel { scope: Attr::unknown(), ..nothing() }, vec![]),
            (ServiceAccountModel { team: Attr::unknown(), ..nothing() }, vec![]),
            (nothing(), vec!["team: Missing team"]),
            (
                ServiceAccountModel { default_team: "research".into(), ..team() },
                vec!["default_team: Default team without organization scope"],
            ),
            (
                ServiceAccountModel { subject: subject(), authentication_method: api_key.clone(), ..team() },
                vec!["authentication_method: Subject contradicts the method"],
            ),
            (
                ServiceAccountModel { authentication_method: federated.clone(), ..team() },
                vec!["subject: Missing subject"],
            ),
            (
                ServiceAccountModel { subject: Attr::unknown(), authentication_method: federated.clone(), ..team() },
                vec![],
            ),
            (
                ServiceAccountModel { default_team: Attr::Null, team: "research".into(), ..organization() },
                vec!["default_team: Missing default team", "team: Team with organization scope"],
            ),
            (
                ServiceAccountModel { subject: subject(), ..organization() },
                vec!["subject: Federated account of the organization"],
            ),
            (
                ServiceAccountModel { authentication_method: federated, ..organization() },
                vec!["authentication_method: Federated account of the organization"],
            ),
            (ServiceAccountModel { subject: "a\n".into(), ..team() }, vec!["subject: Invalid subject"]),
            (
                ServiceAccountModel { subject: "REPO:acme/ml:pull_request".into(), ..team() },
                vec!["subject: Subject may match no token"],
            ),
        ];
        for (config, expected) in cases {
            assert_eq!(told(&config), expected);
        }
    }
}
