//! The API keys that end with an account.

use tfplugin::{Context, Diagnostic, Result};
use wandb_client::{AccountExistence, ApiKeyInfo, UserId};

use crate::api_key;
use crate::error::{Explain as _, causes};
use crate::provider::Connection;
use crate::visibility::{self, Origin};

/// The account whose keys are meant.
#[derive(Clone, Copy)]
pub(super) struct Account<'a> {
    /// The team that shows it, or did.
    pub(super) team: &'a str,
    pub(super) name: &'a str,
    pub(super) id: &'a UserId,
}

/// What is seen of an account's keys.
pub(super) enum Keys {
    /// All of them.
    Seen(Vec<ApiKeyInfo>),
    /// Not all, as this says.
    Hidden(wandb_client::Error),
    /// The account is gone.
    NoAccount,
}

/// The keys of an account, wherever it is: an account of the organization lives on outside of its default team.
/// `noted` says where the team was seen.
pub(super) async fn of(connection: &Connection, account: &Account<'_>, noted: Option<&Origin>) -> Result<Keys> {
    let Account { team, name, id } = *account;
    let client = &connection.client;
    let action = format!("look for API keys of the service account \"{name}\"");
    let in_team = match client.api_keys(team, id).await {
        Ok(Some(keys)) => return Ok(Keys::Seen(keys)),
        Err(error) if !error.is_not_visible() => return Err(error).explain(&action),
        Ok(None) => None,
        Err(hidden) => Some(hidden),
    };
    let elsewhere = match (client.find_service_account(id).await.explain(&action)?, in_team) {
        (AccountExistence::Exists(account), _) => account.team,
        (AccountExistence::Absent, _) if visibility::looks_into(connection, team, noted).await? => {
            return Ok(Keys::NoAccount);
        }
        (_, Some(hidden)) => return Ok(Keys::Hidden(hidden)),
        (AccountExistence::Absent, None) => return Err(visibility::team_not_visible(connection, team, noted).into()),
        (AccountExistence::CannotTell(hidden), None) => {
            let lives = client.sees_account(id, name).await.explain(&action)?;
            return Ok(if lives { Keys::Hidden(hidden) } else { Keys::NoAccount });
        }
    };
    match client.api_keys(&elsewhere, id).await {
        Ok(keys) => Ok(keys.map_or(Keys::NoAccount, Keys::Seen)),
        Err(error) if error.is_not_visible() => Ok(Keys::Hidden(error)),
        Err(error) => Err(error).explain(&action),
    }
}

/// Says while an end is planned which keys may be in its way. Those that this configuration manages are destroyed before the
/// account; they are told from others by the tag that each key made here has in its name.
pub(super) async fn look(
    cx: &mut Context<'_, Connection>,
    account: &Account<'_>,
    noted: Option<&Origin>,
) -> Result<()> {
    let others = others(cx.provider(), account, noted).await?;
    if !others.is_empty() {
        let detail = format!(
            "{}Unless this plan destroys them too, the apply will refuse to end the account, and by then it has revoked \
             the keys that this configuration manages. {WAYS_OUT}",
            in_the_way(account.name, &others)
        );
        cx.warn(Diagnostic::warning("Service account owns other API keys", detail));
    }
    Ok(())
}

/// The same for an account that is to be replaced. Hosts show no warnings of that plan, so it is refused.
pub(super) async fn refuse_replacement(
    connection: &Connection,
    account: &Account<'_>,
    noted: Option<&Origin>,
) -> Result<()> {
    let others = others(connection, account, noted).await?;
    if others.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "{}Replacing the account would revoke the keys that this configuration manages, and then stop before these. \
         {WAYS_OUT} The value that was applied last decides, so apply it by itself, before the change that replaces the \
         account. That is the way also where one of them is imported already and was not rotated since.",
        in_the_way(account.name, &others)
    );
    Err(Diagnostic::error("Service account owns other API keys", detail).into())
}

async fn others(connection: &Connection, account: &Account<'_>, noted: Option<&Origin>) -> Result<Vec<ApiKeyInfo>> {
    let Keys::Seen(keys) = of(connection, account, noted).await? else { return Ok(Vec::new()) };
    Ok(keys.into_iter().filter(|key| !api_key::is_made_here(key)).collect())
}

fn in_the_way(name: &str, keys: &[ApiKeyInfo]) -> String {
    format!("The service account \"{name}\" owns API keys that Terraform has not made:\n\n{}\n\n", listed(keys))
}

/// Keys that are left when the account is to end.
pub(super) fn refused(name: &str, keys: &[ApiKeyInfo]) -> Diagnostic {
    Diagnostic::error(
        "Service account owns other API keys",
        format!(
            "The service account \"{name}\" owns API keys that this configuration does not destroy with it, and they \
             would stop working:\n\n{}\n\n{WAYS_OUT} The account itself and these keys were left as they are.",
            listed(keys)
        ),
    )
}

/// Keys that nobody can see when the account is to end.
pub(super) fn hidden(name: &str, error: &wandb_client::Error) -> Diagnostic {
    Diagnostic::error(
        "API keys not visible",
        format!(
            "The API keys of the service account \"{name}\" cannot be seen, so there may be some that others use, and they \
             would stop working. Use the credential of an admin of the team or its organization; or apply `force_destroy = \
             true`, and a later destroy ends the account whatever keys it has.\n\n{}",
            causes(error)
        ),
    )
}

const WAYS_OUT: &str = "Revoke them in W&B first; or import them as `wandb_api_key`; or apply `force_destroy = true`, and a \
                        later destroy revokes them.";

fn listed(keys: &[ApiKeyInfo]) -> String {
    let lines: Vec<String> = keys.iter().map(|key| format!("  - {}", describe(key))).collect();
    lines.join("\n")
}

/// Such as `"laptop" (key id 0123abcd, made 2026-01-01T00:00:00Z, never used)`.
pub(super) fn describe(key: &ApiKeyInfo) -> String {
    let name = key.description.as_deref().unwrap_or_default();
    let made = key.created_at.map(|at| format!(", made {at}")).unwrap_or_default();
    let used = key.last_used_at.map(|at| format!(", last used {at}")).unwrap_or_default();
    format!("\"{name}\" (key id {}{made}{used})", key.key_id)
}
