//! Which team shows the account that owns a key.
//!
//! A key names its owner by id, and the API shows an account's keys through a team of it.

use tfplugin::{Attr, Diagnostic, Result};
use wandb_client::{AccountExistence, ApiKeyInfo, UserId};

use super::model::Notes;
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::service_account::id;
use crate::visibility;

/// What is known of an owner.
pub(super) enum Owner {
    /// It is in this team, which the caller can see.
    In(String),
    /// It is no longer in the team that was noted, which the caller can see, nor in another one that the caller can find.
    Gone,
    /// It is in no team that the caller can see, and that says nothing.
    Hidden,
}

/// Looks for an account: by what is known of teams, and before "gone" or "hidden" is said, in the teams as they are now.
///
/// An account that no team shows is gone only for a caller who sees all teams of the organization that it was seen in.
/// One of a single team is gone from it for whoever sees that team.
pub(super) async fn find(connection: &Connection, notes: &Notes, owner: &UserId) -> Result<Owner> {
    let last_team = notes.team.as_deref();
    if let Some(team) = shown_in(connection, last_team, owner).await? {
        return Ok(Owner::In(team));
    }
    let mut has_left = false;
    if let Some(team) = last_team {
        match has(connection, team, owner).await? {
            Some(true) => return Ok(Owner::In(team.to_owned())),
            // Not another team of the same name.
            Some(false) => has_left = visibility::team(connection, team, notes.origin.as_ref()).await?.is_some(),
            None => {}
        }
    }
    let found = connection.client.find_service_account(owner).await;
    Ok(match found.explain(&format!("look for the service account `{owner}` in all teams"))? {
        AccountExistence::Exists(account) => Owner::In(account.team),
        AccountExistence::Absent if sees_where_it_was(connection, notes).await? => Owner::Gone,
        AccountExistence::CannotTell(_) if has_left && !lives_on(connection, notes, owner).await? => Owner::Gone,
        AccountExistence::Absent | AccountExistence::CannotTell(_) => Owner::Hidden,
    })
}

/// The team that shows an account, by what is known of teams: the one that was noted, then one of the caller's, then any
/// that it can find, as an admin of the organization need not be in them. This asks once for each team, however many
/// accounts are looked for, so "none" is only for looks ahead.
pub(super) async fn shown_in(
    connection: &Connection,
    last_team: Option<&str>,
    owner: &UserId,
) -> Result<Option<String>> {
    if let Some(team) = last_team
        && is_shown(connection, team, owner).await?
    {
        return Ok(Some(team.to_owned()));
    }
    let teams = connection.client.caller_teams().await.explain("read the teams of the credential's account")?;
    for team in teams.iter().filter(|team| last_team != Some(team)) {
        if is_shown(connection, team, owner).await? {
            return Ok(Some(team.clone()));
        }
    }
    let found = connection.client.snapshot().find_service_account(owner).await;
    let found = found.explain(&format!("look for the service account `{owner}` in all teams"))?;
    Ok(found.map(|account| account.team))
}

/// Whether what is known of a team shows the account.
pub(super) async fn is_shown(connection: &Connection, team: &str, owner: &UserId) -> Result<bool> {
    let account = connection.client.snapshot().service_account(team, owner).await;
    Ok(account.explain(&looking(team, owner))?.is_some())
}

/// Notes what helps to tell later whether the owner is gone, where that can be read now.
pub(super) async fn note(connection: &Connection, notes: &mut Notes, owner: &UserId) {
    let Some(team) = notes.team.clone() else { return };
    visibility::note_origin(connection, &team, &mut notes.origin).await;
    if let Ok(Some(account)) = connection.client.service_account(&team, owner).await {
        notes.owner_name = Some(account.name);
    }
}

/// Whether the caller sees all teams of the organization that the account was in.
async fn sees_where_it_was(connection: &Connection, notes: &Notes) -> Result<bool> {
    let Some(team) = &notes.team else { return Ok(false) };
    visibility::looks_into(connection, team, notes.origin.as_ref()).await
}

/// Whether an account that left its team is seen by its name elsewhere, as one of the whole organization is. One whose
/// name is not known may be.
async fn lives_on(connection: &Connection, notes: &Notes, owner: &UserId) -> Result<bool> {
    let Some(name) = &notes.owner_name else { return Ok(true) };
    connection.client.sees_account(owner, name).await.explain(&format!("look for the service account \"{name}\""))
}

/// Whether the account is in the team; `None` where the caller cannot see it.
async fn has(connection: &Connection, team: &str, owner: &UserId) -> Result<Option<bool>> {
    match connection.client.service_account(team, owner).await {
        Ok(account) => Ok(Some(account.is_some())),
        Err(error) if error.is_not_visible() => Ok(None),
        Err(error) => Err(error).explain(&looking(team, owner)),
    }
}

fn looking(team: &str, owner: &UserId) -> String {
    format!("look for the service account `{owner}` in the team \"{team}\"")
}

/// The keys of an account of this team.
pub(super) async fn keys_in(connection: &Connection, team: &str, owner: &UserId) -> Result<Vec<ApiKeyInfo>> {
    let keys = connection.client.api_keys(team, owner).await;
    Ok(keys.explain(&format!("read the API keys of the account `{owner}`"))?.unwrap_or_default())
}

/// The keys of the account; an error where it is in no team that the caller can see.
pub(super) async fn keys(connection: &Connection, owner: &UserId) -> Result<Vec<ApiKeyInfo>> {
    match find(connection, &Notes::default(), owner).await? {
        Owner::In(team) => keys_in(connection, &team, owner).await,
        Owner::Gone | Owner::Hidden => Err(not_found(owner).at("service_account_id").into()),
    }
}

/// Refuses an owner that can own no keys, as far as that is known: also while the account is only planned.
pub(super) fn refuse_federated(owner: &Attr<String>) -> Result<()> {
    if !id::is_federated(owner) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Federated account cannot own API keys",
        "The service account logs in with tokens of the organization's identity provider, and W&B makes no API keys for \
         such accounts. Its jobs need none: they set `WANDB_IDENTITY_TOKEN_FILE`. For a key, use an account without \
         `subject`.",
    )
    .at("service_account_id")
    .into())
}

/// An account that the configuration names and that is not there.
pub(super) fn not_found(owner: &UserId) -> Diagnostic {
    Diagnostic::error(
        "Service account not found",
        format!(
            "The service account `{owner}` is in none of the teams that this credential can see. Check the id, or use \
             the credential of a member of the account's team."
        ),
    )
}

/// An account of a key in the state that cannot be seen.
pub(super) fn not_visible(owner: &UserId, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Service account not visible",
        format!(
            "The service account `{owner}` is in none of the teams that this credential can see, so nothing can be \
             said about its API key \"{name}\"; it stays in the state. Use the credential of a member of the \
             account's team. If the account is really gone, remove the key with `terraform state rm`."
        ),
    )
}
