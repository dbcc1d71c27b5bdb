//! What a plan would run into, said while it is made.

use tfplugin::resource::Change;
use tfplugin::{Context, Diagnostic, Diagnostics, Result};
use wandb_client::{Ability, ScimAccess, ServiceAccount, UserId};

use super::keys::{self, Account};
use super::resource::{AuthenticationMethod, Notes, ServiceAccountModel, ServiceAccountResource};
use super::{destroy, id};
use crate::error::{Explain as _, causes};
use crate::provider::Connection;
use crate::{caller, import_id};

/// Looks at what a change meets.
pub(super) async fn look(cx: &mut Context<'_, Connection>, change: Change<'_, ServiceAccountResource>) -> Result<()> {
    match change {
        Change::Create { plan } => {
            require_possible(cx.provider(), plan).await?;
            warn_of_namesakes(cx, plan).await
        }
        Change::Recreate { plan, private } => {
            require_possible(cx.provider(), plan).await?;
            look_at_replaced(cx.provider(), plan, private).await
        }
        Change::Update { prior, plan, .. } => look_at_record(cx, prior, plan).await,
        Change::Destroy { prior, private } => destroy::look(cx, prior, private).await,
    }
}

/// Refuses what the caller may not make, or the server cannot.
async fn require_possible(connection: &Connection, plan: &ServiceAccountModel) -> Result<()> {
    let client = &connection.client;
    let offers = async |ability| client.offers(ability).await.explain("ask what the server offers");
    if plan.is_of_organization() {
        let access = client.scim_access().await.explain("ask whether SCIM is open to the credential's account")?;
        match access {
            ScimAccess::Closed(error) if error.is_forbidden() => {
                let action = "make service accounts of the organization";
                return Err(caller::no_admin(connection, action, &error).at("scope").into());
            }
            ScimAccess::Closed(error) => return Err(scim_not_available(&error).into()),
            ScimAccess::Open => {}
        }
        if !offers(Ability::OrganizationServiceAccounts).await? {
            return Err(not_offered("service accounts of the organization", "0.81").at("scope").into());
        }
        return Ok(());
    }
    if let Some(team) = plan.team.as_str() {
        let action = format!("make service accounts in the team \"{team}\"");
        caller::require_team_admin(connection, team, &action).await.map_err(|errors| at("team", errors))?;
    }
    let is_federated = plan.authentication_method.known() == Some(&AuthenticationMethod::FederatedIdentity);
    if is_federated && !offers(Ability::FederatedServiceAccounts).await? {
        let detail = "This server has no way to make service accounts that log in by identity federation. Leave `subject` \
                      out and give the account an API key; or make it in W&B's own pages, and import it.";
        return Err(Diagnostic::error("Not offered by this server", detail).at("subject").into());
    }
    Ok(())
}

/// Looks at the account that another one is to take the place of.
async fn look_at_replaced(connection: &Connection, plan: &ServiceAccountModel, notes: &Notes) -> Result<()> {
    let Some(replaced) = &notes.account else { return Ok(()) };
    let id = UserId::new(&replaced.id);
    destroy::refuse_own(connection, &id, &replaced.name)?;
    if replaced.subject.is_some() && replaced.subject.as_deref() == plan.subject.as_str() {
        let access = connection.client.scim_access().await;
        let access = access.explain("ask whether SCIM is open to the credential's account")?;
        if let ScimAccess::Closed(refused) = access {
            return Err(subject_stays_taken(&replaced.name, &refused).into());
        }
    }
    if replaced.subject.is_some() || replaced.force_destroy {
        return Ok(());
    }
    let account = Account { team: &replaced.team, name: &replaced.name, id: &id };
    keys::refuse_replacement(connection, &account, notes.origin.as_ref()).await
}

/// Without SCIM an account only leaves its team, and keeps its subject.
fn subject_stays_taken(name: &str, refused: &wandb_client::Error) -> Diagnostic {
    Diagnostic::error(
        "Federated account cannot be replaced",
        format!(
            "Replacing the service account \"{name}\" would take the present one out of its team only: deleting it \
             altogether needs SCIM, which this credential may not use. It would keep its subject, and its successor could \
             not have the same one. Use the credential of an admin of the organization; or give the successor another \
             `subject`.\n\n{}",
            causes(refused)
        ),
    )
    .at("subject")
}

fn at(attribute: &str, errors: Diagnostics) -> Diagnostics {
    errors.into_iter().map(|error| error.at(attribute)).collect()
}

fn not_offered(what: &str, since: &str) -> Diagnostic {
    let detail = format!("This server does not offer {what}: W&B Server does so from version {since} on.");
    Diagnostic::error("Not offered by this server", detail)
}

fn scim_not_available(error: &wandb_client::Error) -> Diagnostic {
    Diagnostic::error(
        "SCIM is not available",
        format!(
            "Service accounts of the organization are made by SCIM alone, which this server does not offer: W&B has it for \
             Enterprise organizations. Make an account of a team, with `team` in place of `scope` and \
             `default_team`.\n\n{}",
            causes(error)
        ),
    )
    .at("scope")
}

/// W&B makes a second account of the same name, which people can hardly tell from the first. That is not refused: the
/// first may be the very account that this one takes the place of, as when it is tainted or outlives its successor's
/// creation, and nothing shows that here.
async fn warn_of_namesakes(cx: &mut Context<'_, Connection>, plan: &ServiceAccountModel) -> Result<()> {
    let (Some(team), Some(name)) = (plan.home().as_str(), plan.name.as_str()) else { return Ok(()) };
    // The team may be made by the same run.
    let accounts = cx.provider().client.snapshot().service_accounts(team).await;
    let accounts = accounts.explain(&format!("look at the service accounts of the team \"{team}\""))?;
    let namesakes: Vec<&ServiceAccount> = accounts.iter().filter(|account| account.has_name(name)).collect();
    if !namesakes.is_empty() {
        cx.warn(exists(team, name, plan.is_of_organization(), &namesakes));
    }
    Ok(())
}

fn exists(team: &str, name: &str, is_of_organization: bool, namesakes: &[&ServiceAccount]) -> Diagnostic {
    let scope = if is_of_organization { "organization/" } else { "" };
    let ids: Vec<String> = namesakes.iter().map(|account| format!("`{}`", account.id)).collect();
    let id = match namesakes {
        [_] => import_id::encode(name),
        _ => "id:ID".to_owned(),
    };
    Diagnostic::warning(
        "Service account exists already",
        format!(
            "The team \"{team}\" has a service account named \"{name}\" already, with the id {}. This plan makes another \
             one. If that is not meant, import what is there:\n\n  import {{\n    to = wandb_service_account.NAME\n    \
             id = \"{scope}{}/{id}\"\n  }}\n\nwith the resource's own name in place of NAME; or choose another name. Where \
             this plan replaces that very account, all is well.",
            ids.join(", "),
            import_id::encode(team),
        ),
    )
    .at("name")
}

/// What W&B does not tell is believed, as far as nothing speaks against it.
async fn look_at_record(
    cx: &mut Context<'_, Connection>,
    prior: &ServiceAccountModel,
    plan: &ServiceAccountModel,
) -> Result<()> {
    let records_subject = prior.subject.is_null() && plan.subject.known().is_some();
    let records_scope = prior.scope != plan.scope;
    if !records_subject && !records_scope {
        return Ok(());
    }
    let name = plan.name.as_str().unwrap_or_default();
    if records_subject
        && let (Some(team), Some(id)) = (prior.home().as_str(), prior.id.as_str())
        // Where they cannot be seen, nothing is known against it.
        && let Ok(keys) = cx.provider().client.snapshot().api_keys(team, &id::of_api(id)).await
        && !keys.is_empty()
    {
        return Err(Diagnostic::error(
            "Not a federated account",
            format!(
                "The service account \"{name}\" owns {} API key(s), and a federated account owns none: this one has no \
                 subject. Leave `subject` out; or make another account that has it.",
                keys.len()
            ),
        )
        .at("subject")
        .into());
    }
    let recorded = if records_subject { "subject" } else { "scope" };
    cx.warn(
        Diagnostic::warning(
            format!("The {recorded} is only recorded"),
            format!(
                "The {recorded} of the service account \"{name}\" is written down in the state, and nothing changes in W&B, \
                 which does not tell it. If the account was made with another one, have it made anew with `-replace`."
            ),
        )
        .at(recorded),
    );
    Ok(())
}
