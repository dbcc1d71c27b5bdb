//! Finding the key that an import names.

use tfplugin::resource::ImportTarget;
use tfplugin::{Diagnostic, Result};
use wandb_client::{ApiKeyInfo, UserId};

use super::guard;
use super::model::{ApiKeyIdentity, ApiKeyModel, Notes};
use super::name;
use super::owner::{self, Owner};
use super::resource::id;
use crate::import_id;
use crate::provider::Connection;
use crate::service_account;

/// The form of an import id.
const FORM: &str = "TEAM/SERVICE_ACCOUNT/NAME";

/// The key and where it is found again.
pub(super) async fn find(
    connection: &Connection,
    target: ImportTarget<ApiKeyIdentity>,
) -> Result<(ApiKeyModel, Notes)> {
    let (team, account, wanted) = match target {
        ImportTarget::Id(id) => {
            // Besides the readable form, what the attribute `id` shows.
            if let Ok([owner, name]) = import_id::parts(&id, FORM) {
                by_owner(connection, UserId::new(owner), name).await?
            } else {
                let [team, account, name] = import_id::parts(&id, FORM)?;
                let account = service_account::import::find(connection, &team, &account).await?;
                (team, account.id, name)
            }
        }
        ImportTarget::Identity(identity) => {
            let owner = UserId::new(identity.service_account_id.get()?);
            by_owner(connection, owner, identity.name.get()?.clone()).await?
        }
    };
    let keys = owner::keys_in(connection, &team, &account).await?;
    let key = choose(keys, &wanted, &account)?;
    let whole_name = key.description.unwrap_or(wanted);
    let (name, tag) = name::split(&whole_name);
    let version = tag.map_or(1, |tag| tag.version);
    let (team, object) = (Some(team), Some(key.id.to_string()));
    let mut notes = Notes { team, object, ..Notes::default() };
    owner::note(connection, &mut notes, &account).await;
    let model = ApiKeyModel {
        id: id(&account, name),
        service_account_id: account.to_string().into(),
        name: name.into(),
        key_id: key.key_id.into(),
        secret_version: version.into(),
        created_at: key.created_at.map(|time| time.to_string()).into(),
        ..ApiKeyModel::default()
    };
    Ok((model, notes))
}

/// An import by the owner's id: with the team that shows it.
async fn by_owner(connection: &Connection, owner: UserId, name: String) -> Result<(String, UserId, String)> {
    let Owner::In(team) = owner::find(connection, &Notes::default(), &owner).await? else {
        return Err(Diagnostic::error(
            "Service account not found",
            format!(
                "No service account with the id `{owner}` is in the teams that this credential can see. An import id is \
                 `{FORM}`, or `SERVICE_ACCOUNT_ID/NAME`."
            ),
        )
        .into());
    };
    Ok((team, owner, name))
}

/// The key that is meant: by its name with or without its tag, or by its key id written as `id:...`.
fn choose(keys: Vec<ApiKeyInfo>, wanted: &str, account: &UserId) -> Result<ApiKeyInfo> {
    guard::refuse_whole_key("What follows `id:`", wanted.strip_prefix("id:"))?;
    let matches = |key: &ApiKeyInfo| match wanted.strip_prefix("id:") {
        Some(key_id) => key.key_id == key_id,
        None => key.description.as_deref().is_some_and(|whole| whole == wanted || name::split(whole).0 == wanted),
    };
    let mut found: Vec<ApiKeyInfo> = keys.into_iter().filter(matches).collect();
    match found.len() {
        0 => Err(Diagnostic::error(
            "API key not found",
            format!("The service account `{account}` has no API key \"{wanted}\"."),
        )
        .into()),
        1 => Ok(found.remove(0)),
        _ => {
            let lines = found.iter().map(|key| {
                let made = key.created_at.map(|time| format!(", made on {time}")).unwrap_or_default();
                format!("  id:{}  ({}{made})", key.key_id, key.description.as_deref().unwrap_or_default())
            });
            Err(Diagnostic::error(
                "Several API keys of this name",
                format!(
                    "The service account `{account}` has several API keys named \"{wanted}\". Name the one that is \
                     meant by its key id, in place of the name. Of two keys of one resource that is the one with the \
                     higher number in its tag; the next change tells of the other one.\n\n{}",
                    lines.collect::<Vec<_>>().join("\n")
                ),
            )
            .into())
        }
    }
}
