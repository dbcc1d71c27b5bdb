//! The end of a service account: its keys first, then the account, or what of it this caller may end.

use tfplugin::{Context, Diagnostic, ResourceContext, Result};
use wandb_client::{ApiKeyInfo, Error, ScimAccess, UserId};

use super::id;
use super::resource::{ServiceAccountModel, ServiceAccountResource};
use crate::caller;
use crate::error::{Explain as _, causes};
use crate::provider::Connection;

/// What can be said while a destroy is planned. Its keys are not judged yet: those that this configuration manages are
/// destroyed before the account, and the others cannot be told from them.
pub(super) async fn look(cx: &mut Context<'_, Connection>, prior: &ServiceAccountModel) -> Result<()> {
    let connection = cx.provider();
    refuse_own(connection, prior)?;
    let (team, name) = (prior.home().get()?, prior.name.get()?);
    let access = connection.client.scim_access().await;
    let ScimAccess::Closed(refused) = access.explain("ask whether SCIM is open to the credential's account")? else {
        return Ok(());
    };
    if prior.is_of_organization() {
        return Err(only_by_scim(name, &refused).into());
    }
    caller::require_team_admin(connection, team, &format!("delete the service account \"{name}\"")).await?;
    cx.warn(Diagnostic::warning(
        "Service account will only leave its team",
        format!(
            "A destroy takes the service account \"{name}\" out of the team \"{team}\". Deleting it altogether needs SCIM, \
             which this credential may not use: an admin of the organization can do it.\n\n{}",
            causes(&refused)
        ),
    ));
    Ok(())
}

/// Ends the account. It goes by what was applied last.
pub(super) async fn destroy(
    cx: &mut ResourceContext<'_, ServiceAccountResource>,
    state: &ServiceAccountModel,
) -> Result<()> {
    refuse_own(cx.provider(), state)?;
    let client = &cx.provider().client;
    let (team, name, id) = (state.home().get()?, state.name.get()?, id::of_api(state.id.get()?));
    // A federated account owns none.
    if !id::is_federated(&state.id) {
        end_keys(cx.provider(), state, &id).await?;
    }
    let refused = match client.delete_service_account(&id).await {
        Ok(()) => return Ok(()),
        Err(error) if error.is_forbidden() || error.is_unsupported() => error,
        Err(error) => return Err(error).explain(&format!("delete the service account \"{name}\"")),
    };
    if state.is_of_organization() {
        return Err(only_by_scim(name, &refused).into());
    }
    client
        .remove_from_team(team, &id.into())
        .await
        .explain(&format!("take the service account \"{name}\" out of the team \"{team}\""))?;
    cx.warn(Diagnostic::warning(
        "Service account removed from its team only",
        format!(
            "The service account \"{name}\" was taken out of the team \"{team}\" and lives on without keys and teams. \
             Deleting it altogether needs SCIM, which this credential may not use: an admin of the organization can do \
             it.\n\n{}",
            causes(&refused)
        ),
    ));
    Ok(())
}

fn only_by_scim(name: &str, refused: &Error) -> Diagnostic {
    Diagnostic::error(
        "SCIM is not available",
        format!(
            "The service account \"{name}\" is one of the whole organization, and those are deleted by SCIM alone, which \
             this credential may not use. Use the credential of an admin of the organization or of another account of the \
             organization.\n\n{}",
            causes(refused)
        ),
    )
}

/// The run would saw off the branch that it sits on.
fn refuse_own(connection: &Connection, account: &ServiceAccountModel) -> Result<()> {
    if account.id.as_str().map(id::of_api).as_ref() != Some(&connection.caller.id) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Own service account",
        format!(
            "The credential of this run belongs to the service account \"{}\", so destroying the account would end the \
             run half-way. Use the credential of another account.",
            account.name.as_str().unwrap_or_default()
        ),
    )
    .into())
}

/// Revokes the account's keys, or refuses where that is not wanted.
async fn end_keys(connection: &Connection, account: &ServiceAccountModel, id: &UserId) -> Result<()> {
    let client = &connection.client;
    let name = account.name.get()?;
    // None where the account is not in its team any more.
    let keys = client.api_keys(account.home().get()?, id).await;
    let keys = keys.explain(&format!("look for API keys of the service account \"{name}\""))?.unwrap_or_default();
    if !keys.is_empty() && account.force_destroy.known() != Some(&true) {
        return Err(owns_keys(name, &keys).into());
    }
    for key in keys {
        let revoked = client.delete_api_key(&key.id).await;
        revoked.explain(&format!("revoke the API key {} of the service account \"{name}\"", describe(&key)))?;
    }
    Ok(())
}

fn owns_keys(name: &str, keys: &[ApiKeyInfo]) -> Diagnostic {
    let list: Vec<String> = keys.iter().map(|key| format!("  - {}", describe(key))).collect();
    Diagnostic::error(
        "Service account owns other API keys",
        format!(
            "The service account \"{name}\" owns API keys that this configuration does not destroy with it, and they \
             would stop working:\n\n{}\n\nRevoke them in W&B first; or import them as `wandb_api_key`; or apply \
             `force_destroy = true`, and a later destroy revokes them. The account was left as it is.",
            list.join("\n")
        ),
    )
}

/// Such as `"laptop" (key id 0123abcd, made 2026-01-01T00:00:00Z, never used)`.
fn describe(key: &ApiKeyInfo) -> String {
    let name = key.description.as_deref().unwrap_or_default();
    let made = key.created_at.map(|at| format!(", made {at}")).unwrap_or_default();
    let used = key.last_used_at.map(|at| format!(", last used {at}")).unwrap_or_default();
    format!("\"{name}\" (key id {}{made}{used})", key.key_id)
}
