//! The resource `wandb_api_key`.
//!
//! The secret exists once, in the answer to its creation. It goes to the state as sensitive; a read never writes it.

use serde::{Deserialize, Serialize};
use tfplugin::resource::{IdentitySchema, ImportTarget};
use tfplugin::schema::string;
use tfplugin::schema::validator::{length, not_blank, trimmed};
use tfplugin::value::Type;
use tfplugin::{Attr, Diagnostic, Model, Resource, ResourceContext, Result, Schema};
use wandb_client::{ApiKeyId, ApiKeyInfo, ErrorKind, UserId};

use super::owner;
use crate::error::{Explain as _, diagnostic};
use crate::import_id;
use crate::provider::Connection;
use crate::service_account;

/// The form of an import id.
const FORM: &str = "TEAM/SERVICE_ACCOUNT/NAME";

/// `wandb_api_key`.
pub(crate) struct ApiKeyResource;

#[derive(Clone, Model)]
pub(crate) struct ApiKeyModel {
    id: Attr<String>,
    service_account_id: Attr<String>,
    name: Attr<String>,
    key: Attr<String>,
    key_id: Attr<String>,
    created_at: Attr<String>,
}

#[derive(Clone, Model)]
pub(crate) struct ApiKeyIdentity {
    service_account_id: Attr<String>,
    name: Attr<String>,
}

/// Where the key is found again.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// A team that shows the owner.
    team: Option<String>,
    /// The key's id as an object of the API.
    object: Option<String>,
}

impl Resource for ApiKeyResource {
    const TYPE_NAME: &'static str = "wandb_api_key";
    type Data = Connection;
    type Model = ApiKeyModel;
    type Identity = ApiKeyIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        Schema::new(
            "An API key of a W&B service account. The server shows its secret once, when the key is made.\n\n\
             The secret is kept in the state, as a sensitive value: use a state backend that encrypts, and restrict \
             who can read it. A destroy revokes the key at once.",
        )
        .computed("id", string("The owner's id and the key's name, as `SERVICE_ACCOUNT_ID/NAME`."))
        .required(
            "service_account_id",
            string("The id of the service account that owns the key. Changing it replaces the key.")
                .replace()
                .validate(not_blank()),
        )
        .required(
            "name",
            string("What the key is called in W&B. Changing it replaces the key.")
                .replace()
                .validate(length(1..=128).and(trimmed())),
        )
        .computed(
            "key",
            string("The secret. Null after an import: W&B shows it only when the key is made.").sensitive(),
        )
        .computed("key_id", string("The first part of the key, by which W&B shows it; not secret."))
        .computed("created_at", string("When the key was made, in RFC 3339. Null where the server does not tell."))
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none()
            .required("service_account_id", Type::String, "The id of the service account that owns the key.")
            .required("name", Type::String, "The key's name.")
    }

    fn identity(&self, state: &ApiKeyModel) -> Result<ApiKeyIdentity> {
        Ok(ApiKeyIdentity { service_account_id: state.service_account_id.clone(), name: state.name.clone() })
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: ApiKeyModel) -> Result<ApiKeyModel> {
        let client = &cx.provider().client;
        let (owner, name) = (UserId::new(plan.service_account_id.get()?), plan.name.get()?.clone());
        let action = format!("create the API key \"{name}\" of the account `{owner}`");
        let key = match client.create_api_key(&owner, &name).await {
            Ok(key) => key,
            Err(error) if error.is_unclear() => return Err(unclear(&diagnostic(&error, &action), &name).into()),
            Err(error) => {
                if let ErrorKind::NoSecret { id } = error.kind() {
                    // A key that nobody can use must not stay.
                    client.delete_api_key(id).await.explain("delete the API key that came without its secret")?;
                }
                return Err(error).explain(&action);
            }
        };
        let state = ApiKeyModel {
            id: id(&owner, &name),
            key: key.secret.expose_secret().to_owned().into(),
            key_id: key.key_id.into(),
            created_at: key.created_at.map(|time| time.to_string()).into(),
            ..plan
        };
        cx.private.object = Some(key.id.to_string());
        cx.reached(state.clone());
        // Only a help for later reads, which look for themselves where it is missing.
        cx.private.team = owner::team(cx.provider(), None, &owner).await.unwrap_or_default();
        Ok(state)
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: ApiKeyModel) -> Result<Option<ApiKeyModel>> {
        let owner = UserId::new(state.service_account_id.get()?);
        let Some(team) = owner::team(cx.provider(), cx.private.team.as_deref(), &owner).await? else {
            return Err(owner_not_visible(&owner, state.name.as_str().unwrap_or_default()).into());
        };
        let keys = cx.provider().client.api_keys(&team, &owner).await;
        let keys = keys.explain(&format!("read the API keys of the account `{owner}`"))?.unwrap_or_default();
        cx.private.team = Some(team);
        let Some(found) = keys.into_iter().find(|key| is_ours(key, &state, &cx.private)) else { return Ok(None) };
        cx.private.object = Some(found.id.to_string());
        Ok(Some(ApiKeyModel {
            key_id: found.key_id.into(),
            created_at: found.created_at.map_or(state.created_at, |time| time.to_string().into()),
            ..state
        }))
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: ApiKeyModel) -> Result<()> {
        let name = state.name.get()?;
        let Some(object) = object(cx, &state).await? else { return Ok(()) };
        let deleted = cx.provider().client.delete_api_key(&object).await;
        deleted.explain(&format!("delete the API key \"{name}\""))
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<ApiKeyIdentity>,
    ) -> Result<ApiKeyModel> {
        let connection = cx.provider();
        let (team, account, name) = match target {
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
        let keys = connection.client.api_keys(&team, &account).await;
        let keys = keys.explain(&format!("read the API keys of the account `{account}`"))?.unwrap_or_default();
        let key = find(keys, &name, &account)?;
        cx.private = Notes { team: Some(team), object: Some(key.id.to_string()) };
        let name = key.description.unwrap_or(name);
        Ok(ApiKeyModel {
            id: id(&account, &name),
            service_account_id: account.to_string().into(),
            name: name.into(),
            key: Attr::Null,
            key_id: key.key_id.into(),
            created_at: key.created_at.map(|time| time.to_string()).into(),
        })
    }
}

/// An import by the owner's id: with the team that shows it.
async fn by_owner(connection: &Connection, owner: UserId, name: String) -> Result<(String, UserId, String)> {
    let team = owner::team(connection, None, &owner).await?;
    let not_found = || {
        Diagnostic::error(
            "Service account not found",
            format!(
                "No service account with the id `{owner}` is in the teams that this credential can see. An import id is \
                 `{FORM}`, or `SERVICE_ACCOUNT_ID/NAME`."
            ),
        )
    };
    Ok((team.ok_or_else(not_found)?, owner, name))
}

fn id(owner: &UserId, name: &str) -> Attr<String> {
    format!("{}/{}", import_id::encode(owner.as_str()), import_id::encode(name)).into()
}

/// Whether a key of the server is the one in the state: by its id as an object where that is noted, else by its key id.
fn is_ours(key: &ApiKeyInfo, state: &ApiKeyModel, notes: &Notes) -> bool {
    match &notes.object {
        Some(object) => key.id.as_str() == object,
        None => state.key_id.as_str() == Some(&key.key_id),
    }
}

/// The key's id as an object. `None` where the key is gone.
async fn object(cx: &ResourceContext<'_, ApiKeyResource>, state: &ApiKeyModel) -> Result<Option<ApiKeyId>> {
    if let Some(object) = &cx.private.object {
        return Ok(Some(ApiKeyId::new(object)));
    }
    let owner = UserId::new(state.service_account_id.get()?);
    let Some(team) = owner::team(cx.provider(), cx.private.team.as_deref(), &owner).await? else {
        return Err(owner_not_visible(&owner, state.name.get()?).into());
    };
    let keys = cx.provider().client.api_keys(&team, &owner).await;
    let keys = keys.explain(&format!("read the API keys of the account `{owner}`"))?.unwrap_or_default();
    Ok(keys.into_iter().find(|key| is_ours(key, state, &cx.private)).map(|key| key.id))
}

/// The key that an import names: by its name, or by its key id written as `id:...`.
fn find(keys: Vec<ApiKeyInfo>, name: &str, account: &UserId) -> Result<ApiKeyInfo> {
    let matches = |key: &ApiKeyInfo| match name.strip_prefix("id:") {
        Some(key_id) => key.key_id == key_id,
        None => key.description.as_deref() == Some(name),
    };
    let mut found: Vec<ApiKeyInfo> = keys.into_iter().filter(matches).collect();
    match found.len() {
        0 => Err(Diagnostic::error(
            "API key not found",
            format!("The service account `{account}` has no API key \"{name}\"."),
        )
        .into()),
        1 => Ok(found.remove(0)),
        _ => {
            let ids: Vec<String> = found.iter().map(|key| format!("  id:{}", key.key_id)).collect();
            Err(Diagnostic::error(
                "Several API keys of this name",
                format!(
                    "The service account `{account}` has several API keys named \"{name}\". Name the one that is \
                     meant by its key id, in place of the name:\n\n{}",
                    ids.join("\n")
                ),
            )
            .into())
        }
    }
}

fn owner_not_visible(owner: &UserId, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Service account not visible",
        format!(
            "The service account `{owner}` is in none of the teams that this credential can see, so nothing can be \
             said about its API key \"{name}\"; it stays in the state. Use the credential of a member of the \
             account's team. If the account is really gone, remove the key with `terraform state rm`."
        ),
    )
}

fn unclear(cause: &Diagnostic, name: &str) -> Diagnostic {
    Diagnostic::error(
        "API key perhaps created",
        format!(
            "The answer to the creation of the API key \"{name}\" was lost, so a key of this name may exist whose \
             secret nobody knows. Delete it in W&B, and run again.\n\n{}",
            cause.detail
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ApiKeyResource.schema().agrees_with::<ApiKeyModel>(), Ok(()));
        assert_eq!(ApiKeyResource.identity_schema().agrees_with::<ApiKeyIdentity>(), Ok(()));
    }
}
