//! Making an account, once, and saying what a refusal means.

use std::collections::HashSet;

use tfplugin::{Diagnostic, Diagnostics, ResourceContext, Result};
use wandb_client::{Authentication, Error, ServiceAccount};

use super::import;
use super::resource::{ServiceAccountModel, ServiceAccountResource};
use crate::caller::{self, InTeam};
use crate::error::{causes, diagnostic};
use crate::provider::Connection;
use crate::visibility;

/// Makes the account. When the answer is lost, or does not say whether it was made, the account that has appeared in the
/// team is the one.
pub(super) async fn create(
    cx: &mut ResourceContext<'_, ServiceAccountResource>,
    plan: &ServiceAccountModel,
) -> Result<ServiceAccount> {
    let connection = cx.provider();
    let (team, name) = (plan.home().get()?, plan.name.get()?);
    let before: HashSet<_> = accounts(connection, plan, team).await?.into_iter().map(|account| account.id).collect();
    let client = &connection.client;
    let created = if plan.is_of_organization() {
        client.create_organization_service_account(team, name).await
    } else {
        let subject = plan.subject.get_optional()?;
        let authentication = subject.map_or(Authentication::BuiltIn, |subject| Authentication::Federated { subject });
        client.create_service_account(team, name, authentication).await
    };
    let error = match created {
        Ok(account) => return Ok(account),
        Err(error) => error,
    };
    if !error.is_unclear() {
        return Err(refused(connection, plan, &error).await?);
    }
    let mut appeared = accounts(connection, plan, team).await?;
    appeared.retain(|account| account.has_name(name) && !before.contains(&account.id));
    if appeared.len() == 1 {
        let account = appeared.remove(0);
        cx.warn(Diagnostic::warning(
            "Answer to a creation lost",
            format!(
                "The server did not confirm the creation of the service account \"{name}\", but the team \"{team}\" has a \
                 new one of this name, with the id `{}`: it is taken for the one.\n\n{}",
                account.id,
                causes(&error)
            ),
        ));
        return Ok(account);
    }
    if appeared.is_empty() && !error.is_retryable() {
        // A refusal in words alone, which is borne out.
        return Err(refused(connection, plan, &error).await?);
    }
    Err(unclear(name, team, &appeared, &error).into())
}

/// The accounts that the team has now.
async fn accounts(connection: &Connection, plan: &ServiceAccountModel, team: &str) -> Result<Vec<ServiceAccount>> {
    let at = if plan.is_of_organization() { "default_team" } else { "team" };
    let accounts = import::all(connection, team).await;
    accounts.map_err(|errors| errors.into_iter().map(|error| error.at(at)).collect())
}

/// What the server's refusal means.
async fn refused(connection: &Connection, plan: &ServiceAccountModel, error: &Error) -> Result<Diagnostics> {
    let (team, name) = (plan.home().get()?, plan.name.get()?);
    let where_to =
        if plan.is_of_organization() { "in the organization".into() } else { format!("in the team \"{team}\"") };
    let action = format!("create the service account \"{name}\" {where_to}");
    let told = if error.is_forbidden() && is_disabled(connection, plan, team).await? {
        Diagnostic::error(
            "Service account creation is disabled",
            format!(
                "The account {} administers the team \"{team}\", and still may not {action}: a setting forbids it. On \
                 W&B Server that is `GORILLA_DISABLE_TEAM_SERVICE_ACCOUNT_CREATION`, which its operators can lift. Or let \
                 an admin of the organization make an account of the whole organization, with `scope = \
                 \"organization\"`.\n\n{}",
                visibility::caller(connection),
                causes(error)
            ),
        )
    } else if error.is_conflict() && !plan.subject.is_null() {
        Diagnostic::error(
            "Subject is taken",
            format!(
                "Could not {action}: another federated account has this subject, in this team or in another one, or is \
                 one that was taken out of its team and lives on. W&B does not tell which. Import it, or ask an admin of \
                 the organization to delete it. If this plan replaces that very account, it has to be destroyed first: \
                 leave out `create_before_destroy`, here and in what depends on it.\n\n{}",
                causes(error)
            ),
        )
        .at("subject")
    } else if error.is_conflict() {
        Diagnostic::error(
            "Name is taken",
            format!(
                "Could not {action}: usernames are unique in W&B, and a person, a team or another account has this one. \
                 Choose another name; or, if it is this very account, import it as \
                 `organization/DEFAULT_TEAM/NAME`.\n\n{}",
                causes(error)
            ),
        )
        .at("name")
    } else {
        diagnostic(error, &action)
    };
    Ok(told.into())
}

/// Whether it is no role that the caller lacks: then what forbids it is a setting.
async fn is_disabled(connection: &Connection, plan: &ServiceAccountModel, team: &str) -> Result<bool> {
    Ok(!plan.is_of_organization() && matches!(caller::in_team(connection, team).await?, InTeam::Admin))
}

fn unclear(name: &str, team: &str, appeared: &[ServiceAccount], error: &Error) -> Diagnostic {
    let found = if appeared.is_empty() {
        "The team shows no new account of this name, so it was not made: run it again.".to_owned()
    } else {
        let ids: Vec<String> = appeared.iter().map(|account| format!("`id:{}`", account.id)).collect();
        format!(
            "The team shows several new ones of this name: {}. Import the one that is meant by its id, and delete the \
             others.",
            ids.join(", ")
        )
    };
    Diagnostic::error(
        "Service account perhaps created",
        format!(
            "The server did not confirm the creation of the service account \"{name}\" in the team \"{team}\". {found}\n\n{}",
            causes(error)
        ),
    )
}
