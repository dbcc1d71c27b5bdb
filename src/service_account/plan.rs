//! What a change of the configuration means for an account.
//!
//! W&B can change nothing of an account, so a change makes it anew. But of an account that was imported W&B does not
//! tell everything either: neither its subject nor its method nor its scope. What is not known is null, or in the case of
//! the scope what most accounts have, until the configuration says it: then it is recorded, and the account stays.

use tfplugin::Attr;
use tfplugin::resource::Plan;

use super::id;
use super::resource::{AuthenticationMethod, Scope, ServiceAccountModel, ServiceAccountResource};

/// Completes the plan that follows from the schema.
pub(super) fn complete(plan: &mut Plan<'_, ServiceAccountResource>) {
    plan.planned.authentication_method = method(plan.config, &plan.planned, plan.prior);
    let Some(prior) = plan.prior else {
        plan.planned.id = match plan.planned.authentication_method {
            Attr::Known(AuthenticationMethod::FederatedIdentity) => id::planned_federated(),
            _ => id::planned(),
        };
        return;
    };
    let replaced = replaced(prior, &plan.planned);
    if replaced.is_empty() {
        plan.planned.id = recorded_id(prior, &plan.planned);
    }
    for attribute in replaced {
        plan.require_replacement(attribute);
    }
}

/// How the account logs in: as configured, else as follows from the subject.
fn method(
    config: &ServiceAccountModel,
    planned: &ServiceAccountModel,
    prior: Option<&ServiceAccountModel>,
) -> Attr<AuthenticationMethod> {
    if !config.authentication_method.is_null() {
        return config.authentication_method.clone();
    }
    match (&config.subject, prior) {
        (subject, _) if is_there(subject) => AuthenticationMethod::FederatedIdentity.into(),
        (Attr::Known(_) | Attr::Unknown(_), _) => Attr::unknown(),
        // The configuration says nothing, so what was known, or not, stays.
        (Attr::Null, Some(prior)) if prior.subject.is_null() && !planned.is_of_organization() => {
            prior.authentication_method.clone()
        }
        (Attr::Null, _) => AuthenticationMethod::ApiKey.into(),
    }
}

/// Whether a value is certainly not null, though perhaps not known yet.
pub(super) fn is_there(value: &Attr<String>) -> bool {
    match value {
        Attr::Known(_) => true,
        Attr::Unknown(refinement) => refinement.as_ref().is_some_and(|refinement| refinement.null == Some(false)),
        Attr::Null => false,
    }
}

/// The attributes whose change the account does not survive, but for its name.
fn replaced(prior: &ServiceAccountModel, planned: &ServiceAccountModel) -> Vec<&'static str> {
    let known = known_method(prior);
    let mut replaced = Vec::new();
    let is_recorded_for_organization = known.is_none()
        && prior.scope.known() == Some(&Scope::Team)
        && planned.is_of_organization()
        && prior.team == planned.default_team;
    if !is_recorded_for_organization {
        let places = [
            ("scope", prior.scope != planned.scope),
            ("team", prior.team != planned.team),
            ("default_team", prior.default_team != planned.default_team),
        ];
        replaced.extend(places.into_iter().filter_map(|(name, changes)| changes.then_some(name)));
    }
    let is_recorded = prior.subject.is_null() && known != Some(AuthenticationMethod::ApiKey);
    if prior.subject != planned.subject && !is_recorded {
        replaced.push("subject");
    } else if known.is_some_and(|known| planned.authentication_method.known().is_some_and(|planned| *planned != known))
    {
        replaced.push("authentication_method");
    }
    replaced
}

/// How the account logs in, if that is known.
fn known_method(account: &ServiceAccountModel) -> Option<AuthenticationMethod> {
    if id::is_federated(&account.id) {
        return Some(AuthenticationMethod::FederatedIdentity);
    }
    account.authentication_method.known().copied()
}

/// The id of an account that stays: it becomes that of a federated one when the configuration says so for the first time.
fn recorded_id(prior: &ServiceAccountModel, planned: &ServiceAccountModel) -> Attr<String> {
    match (&prior.id, &planned.authentication_method) {
        (Attr::Known(known), Attr::Known(AuthenticationMethod::FederatedIdentity)) => id::federated(&id::of_api(known)),
        (_, Attr::Unknown(_)) if !id::is_federated(&prior.id) => id::planned(),
        _ => prior.id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::value::Refinement;

    use super::*;

    const OURS: &str = "an account of our own";
    const IMPORTED: &str = "an imported account";

    fn built_in() -> ServiceAccountModel {
        ServiceAccountModel {
            id: "1".into(),
            name: "ci".into(),
            scope: Scope::Team.into(),
            team: "research".into(),
            default_team: Attr::Null,
            subject: Attr::Null,
            authentication_method: AuthenticationMethod::ApiKey.into(),
            force_destroy: false.into(),
        }
    }

    fn imported() -> ServiceAccountModel {
        ServiceAccountModel { authentication_method: Attr::Null, ..built_in() }
    }

    fn federated(subject: &str) -> ServiceAccountModel {
        ServiceAccountModel {
            id: "federated:1".into(),
            subject: subject.into(),
            authentication_method: AuthenticationMethod::FederatedIdentity.into(),
            ..built_in()
        }
    }

    fn of_organization(team: &str) -> ServiceAccountModel {
        ServiceAccountModel {
            scope: Scope::Organization.into(),
            team: Attr::Null,
            default_team: team.into(),
            ..built_in()
        }
    }

    /// A configuration says nothing of the method, unless it does.
    fn config(planned: &ServiceAccountModel) -> ServiceAccountModel {
        ServiceAccountModel { authentication_method: Attr::Null, ..planned.clone() }
    }

    #[test]
    fn the_method_follows_from_the_subject() {
        use AuthenticationMethod::{ApiKey, FederatedIdentity};
        let unknown = |refinement| Attr::Unknown(refinement);
        let there = Some(Box::new(Refinement::prefix("repo:")));
        let (ours, foreign) = (built_in(), imported());
        for (subject, prior, expected) in [
            (Attr::Null, None, ApiKey.into()),
            (Attr::Null, Some(&ours), ApiKey.into()),
            (Attr::Null, Some(&foreign), Attr::Null),
            (Attr::Null, Some(&federated("a")), ApiKey.into()),
            ("a".into(), None, FederatedIdentity.into()),
            ("a".into(), Some(&foreign), FederatedIdentity.into()),
            (unknown(there), None, FederatedIdentity.into()),
            (unknown(None), None, Attr::unknown()),
        ] {
            let config = ServiceAccountModel { subject, ..config(&built_in()) };
            assert!(method(&config, &config, prior) == expected, "{:?} {:?}", config.subject, prior.is_some());
        }
        let said = ServiceAccountModel { authentication_method: FederatedIdentity.into(), ..built_in() };
        assert!(method(&said, &said, None) == FederatedIdentity.into());
        let organization = config(&of_organization("research"));
        assert!(method(&organization, &organization, Some(&foreign)) == ApiKey.into());
    }

    #[test]
    fn what_was_not_known_is_recorded_and_what_was_known_is_replaced() {
        let by_id = ServiceAccountModel { id: "federated:1".into(), ..imported() };
        let elsewhere = ServiceAccountModel { team: "science".into(), ..built_in() };
        for (what, prior, planned, expected) in [
            (OURS, built_in(), built_in(), vec![]),
            (OURS, built_in(), elsewhere.clone(), vec!["team"]),
            (OURS, built_in(), federated("a"), vec!["subject"]),
            (OURS, federated("a"), federated("b"), vec!["subject"]),
            (OURS, federated("a"), built_in(), vec!["subject"]),
            (OURS, built_in(), of_organization("research"), vec!["scope", "team", "default_team"]),
            (OURS, of_organization("research"), of_organization("science"), vec!["default_team"]),
            (IMPORTED, imported(), imported(), vec![]),
            (IMPORTED, imported(), built_in(), vec![]),
            (IMPORTED, imported(), federated("a"), vec![]),
            (IMPORTED, imported(), elsewhere, vec!["team"]),
            (IMPORTED, imported(), of_organization("research"), vec![]),
            (IMPORTED, imported(), of_organization("science"), vec!["scope", "team", "default_team"]),
            (IMPORTED, by_id.clone(), federated("a"), vec![]),
            (IMPORTED, by_id, built_in(), vec!["authentication_method"]),
        ] {
            assert_eq!(replaced(&prior, &planned), expected, "{what}");
        }
    }

    #[test]
    fn an_account_that_is_recorded_as_federated_has_the_id_of_one() {
        let unknown = ServiceAccountModel { authentication_method: Attr::unknown(), ..imported() };
        for (prior, planned, expected) in [
            (imported(), federated("a"), "federated:1".into()),
            (federated("a"), federated("a"), "federated:1".into()),
            (imported(), built_in(), "1".into()),
            (imported(), unknown, id::planned()),
        ] {
            assert!(recorded_id(&prior, &planned) == expected, "{expected:?}");
        }
    }
}
