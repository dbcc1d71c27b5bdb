//! Finding an account of the state again: by its id, whatever it is called now. "Not seen" is not "gone".

use tfplugin::{Diagnostic, ResourceContext, Result};
use wandb_client::{AccountExistence, ServiceAccount, UserId};

use super::id;
use super::resource::{ServiceAccountModel, ServiceAccountResource};
use crate::error::{Explain as _, causes};
use crate::visibility;

type Cx<'a> = ResourceContext<'a, ServiceAccountResource>;

/// The account as it is now, or none where it is certainly no account of its team any more.
pub(super) async fn read(cx: &mut Cx<'_>, state: ServiceAccountModel) -> Result<Option<ServiceAccountModel>> {
    let connection = cx.provider();
    let (team, id) = (state.home().get()?, id::of_api(state.id.get()?));
    let origin = cx.private.origin.as_ref();
    let found = match connection.client.service_account(team, &id).await {
        Ok(found) => found,
        // Gone with its team; a team that is only hidden is an error.
        Err(error) if error.is_not_visible() && visibility::team(connection, team, origin).await?.is_none() => None,
        Err(error) => return Err(error).explain(&format!("read the service account `{id}` of the team \"{team}\"")),
    };
    match found {
        Some(account) => {
            visibility::note_origin(connection, team, &mut cx.private.origin).await;
            let state = named_as(state, account);
            cx.private.note(&state);
            Ok(Some(state))
        }
        None if state.is_of_organization() => find_elsewhere(cx, state, &id).await,
        None => {
            // Not of another team of the same name.
            visibility::team(connection, team, cx.private.origin.as_ref()).await?;
            warn_where_it_lives(cx, &state, &id).await?;
            Ok(None)
        }
    }
}

/// The same with the name that the account has now. Its display name and its username are as good: people give the one to
/// an account of a team, and the other to one of the organization.
fn named_as(state: ServiceAccountModel, account: ServiceAccount) -> ServiceAccountModel {
    let stays = state.name.as_str().is_some_and(|name| account.has_name(name));
    if stays { state } else { ServiceAccountModel { name: account.name.into(), ..state } }
}

/// An account of the organization lives on when it is taken out of its default team.
async fn find_elsewhere(
    cx: &mut Cx<'_>,
    state: ServiceAccountModel,
    id: &UserId,
) -> Result<Option<ServiceAccountModel>> {
    let client = &cx.provider().client;
    let (team, name) = (state.home().get()?.clone(), state.name.get()?.clone());
    let action = format!("look for the service account `{id}` in all teams");
    let found = match client.find_service_account(id).await.explain(&action)? {
        AccountExistence::Exists(account) => named_as(state, account),
        AccountExistence::Absent | AccountExistence::CannotTell(_)
            if client.sees_account(id, &name).await.explain(&action)? =>
        {
            state
        }
        AccountExistence::Absent
            if visibility::looks_into(cx.provider(), &team, cx.private.origin.as_ref()).await? =>
        {
            return Ok(None);
        }
        AccountExistence::Absent => return Err(not_visible(&name, id, &team, "").into()),
        AccountExistence::CannotTell(error) => {
            return Err(not_visible(&name, id, &team, &format!("\n\n{}", causes(&error))).into());
        }
    };
    cx.warn(Diagnostic::warning(
        "Service account not in its default team",
        format!(
            "The service account \"{name}\" of the organization was taken out of its default team \"{team}\" and lives on \
             without it. W&B has no way to put it back: to have it there again, have it made anew with `-replace`."
        ),
    ));
    Ok(Some(found))
}

/// An account of the organization that may be in a team that the caller does not see.
fn not_visible(name: &str, id: &UserId, team: &str, cause: &str) -> Diagnostic {
    Diagnostic::error(
        "Service account not visible",
        format!(
            "The service account \"{name}\" (`{id}`) is not in its default team \"{team}\", and this credential does not \
             see all teams that it may be in; it stays in the state. Use the credential of an admin of the \
             organization.{cause}"
        ),
    )
}

/// An account that was taken out of its team is lost to it, and yet may be there.
async fn warn_where_it_lives(cx: &mut Cx<'_>, state: &ServiceAccountModel, id: &UserId) -> Result<()> {
    let (team, name) = (state.home().get()?, state.name.get()?);
    // Only a help: that it left its team is certain.
    if cx.provider().client.sees_account(id, name).await.unwrap_or(false) {
        cx.warn(Diagnostic::warning(
            "Service account removed from its team",
            format!(
                "The service account \"{name}\" (`{id}`) was taken out of the team \"{team}\" and lives on without it, \
                 with its API keys or its subject. W&B has no way to put it back, so another one takes its place here. An \
                 admin of the organization can delete what is left of the first one, by SCIM; until then its subject, if it \
                 has one, is taken."
            ),
        ));
    }
    Ok(())
}
