//! The end of a service account: its keys first, then the account, or what of it this caller may end.

use tfplugin::{Context, Diagnostic, ResourceContext, Result};
use wandb_client::{Error, ScimAccess, UserId};

use super::id;
use super::keys::{self, Account, Keys};
use super::resource::{Notes, ServiceAccountModel, ServiceAccountResource};
use crate::caller;
use crate::error::{Explain as _, causes};
use crate::provider::Connection;
use crate::visibility::{self, Origin};

/// What can be said while a destroy is planned.
pub(super) async fn look(cx: &mut Context<'_, Connection>, prior: &ServiceAccountModel, notes: &Notes) -> Result<()> {
    let connection = cx.provider();
    let (team, name, id) = (prior.home().get()?, prior.name.get()?, id::of_api(prior.id.get()?));
    refuse_own(connection, &id, name)?;
    if !id::is_federated(&prior.id) && prior.force_destroy.known() != Some(&true) {
        keys::look(cx, &Account { team, name, id: &id }, notes.origin.as_ref()).await?;
    }
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

/// Why an account is not deleted altogether.
enum Left {
    /// SCIM, which alone can, is closed to the caller.
    Refused(Error),
    /// SCIM knows no such account, and the team still shows it.
    Unknown,
}

/// Ends the account. It goes by what was applied last.
pub(super) async fn destroy(
    cx: &mut ResourceContext<'_, ServiceAccountResource>,
    state: &ServiceAccountModel,
) -> Result<()> {
    let (team, name, id) = (state.home().get()?, state.name.get()?, id::of_api(state.id.get()?));
    refuse_own(cx.provider(), &id, name)?;
    let client = &cx.provider().client;
    // A federated account owns none.
    let origin = cx.private.origin.as_ref();
    let hidden_keys = if id::is_federated(&state.id) { None } else { end_keys(cx.provider(), state, origin).await? };
    let left = match client.delete_service_account(&id).await {
        Ok(true) => return Ok(()),
        Ok(false) if !is_shown(cx.provider(), team, &id, origin).await? => return Ok(()),
        Ok(false) => Left::Unknown,
        Err(error) if error.is_forbidden() || error.is_unsupported() => Left::Refused(error),
        Err(error) => return Err(error).explain(&format!("delete the service account \"{name}\"")),
    };
    if state.is_of_organization() {
        return Err(match left {
            Left::Refused(refused) => only_by_scim(name, &refused),
            Left::Unknown => unknown_to_scim(name, team),
        }
        .into());
    }
    client
        .remove_from_team(team, &id.into())
        .await
        .explain(&format!("take the service account \"{name}\" out of the team \"{team}\""))?;
    cx.warn(removed_only(name, team, &left, hidden_keys.is_some()));
    Ok(())
}

/// Whether the team still shows the account; an error where it is only hidden.
async fn is_shown(connection: &Connection, team: &str, id: &UserId, origin: Option<&Origin>) -> Result<bool> {
    match connection.client.service_account(team, id).await {
        Err(error) if error.is_not_visible() => match visibility::team(connection, team, origin).await? {
            None => Ok(false),
            Some(team) => {
                let members = visibility::members(connection, &team)?;
                Ok(members.iter().any(|member| member.user_id().as_ref() == Some(id)))
            }
        },
        account => Ok(account.explain(&format!("look for the service account `{id}`"))?.is_some()),
    }
}

fn removed_only(name: &str, team: &str, left: &Left, has_hidden_keys: bool) -> Diagnostic {
    let keys = if has_hidden_keys {
        "with the keys that it has, which could not be seen, and without"
    } else {
        "without keys and"
    };
    let why = match left {
        Left::Refused(refused) => format!(
            "Deleting it altogether needs SCIM, which this credential may not use: an admin of the organization can do \
             it.\n\n{}",
            causes(refused)
        ),
        Left::Unknown => {
            "SCIM, which deletes accounts altogether, does not know it. Ask an admin of the organization whether it \
                          is of use to anyone."
                .to_owned()
        }
    };
    Diagnostic::warning(
        "Service account removed from its team only",
        format!("The service account \"{name}\" was taken out of the team \"{team}\" and lives on {keys} teams. {why}"),
    )
}

/// An account of the organization that nothing can end.
fn unknown_to_scim(name: &str, team: &str) -> Diagnostic {
    Diagnostic::error(
        "Service account was not deleted",
        format!(
            "SCIM, which alone deletes service accounts of the organization, does not know \"{name}\", and the team \
             \"{team}\" still shows it. If the credential belongs to another organization, use one of the account's own. If \
             it is an account of the team, import it as `TEAM/NAME` in place of `organization/TEAM/NAME`."
        ),
    )
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
pub(super) fn refuse_own(connection: &Connection, id: &UserId, name: &str) -> Result<()> {
    if *id != connection.caller.id {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Own service account",
        format!(
            "The credential of this run belongs to the service account \"{name}\", so destroying the account would end the \
             run half-way. Use the credential of another account."
        ),
    )
    .into())
}

/// Revokes the account's keys, or refuses where that is not wanted. Returns what hides keys that were wanted to be revoked,
/// too.
async fn end_keys(
    connection: &Connection,
    account: &ServiceAccountModel,
    origin: Option<&Origin>,
) -> Result<Option<Error>> {
    let (name, id) = (account.name.get()?, id::of_api(account.id.get()?));
    let is_forced = account.force_destroy.known() == Some(&true);
    let meant = Account { team: account.home().get()?, name, id: &id };
    let keys = match keys::of(connection, &meant, origin).await? {
        Keys::NoAccount => return Ok(None),
        Keys::Hidden(error) if is_forced => return Ok(Some(error)),
        Keys::Hidden(error) => return Err(keys::hidden(name, &error).into()),
        Keys::Seen(keys) if !keys.is_empty() && !is_forced => return Err(keys::refused(name, &keys).into()),
        Keys::Seen(keys) => keys,
    };
    for key in keys {
        let revoked = connection.client.delete_api_key(&key.id).await;
        revoked.explain(&format!("revoke the API key {} of the service account \"{name}\"", keys::describe(&key)))?;
    }
    Ok(None)
}
