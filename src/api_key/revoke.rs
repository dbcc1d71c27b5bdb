//! The action `wandb_revoke_api_key`: ends a key at once, also one that no configuration manages.

use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Action, ActionContext, Attr, Context, Diagnostic, Diagnostics, Model, Result, Schema};
use wandb_client::{ApiKeyInfo, UserId};

use super::guard::{self, Rights};
use super::owner;
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::service_account::id;

/// `wandb_revoke_api_key`.
pub(crate) struct RevokeApiKey;

#[derive(Model)]
pub(crate) struct RevokeApiKeyModel {
    service_account_id: Attr<String>,
    key_id: Attr<String>,
}

impl Action for RevokeApiKey {
    const TYPE_NAME: &'static str = "wandb_revoke_api_key";
    type Data = Connection;
    type Model = RevokeApiKeyModel;

    fn schema(&self) -> Schema {
        Schema::new(
            "Revokes an API key of a service account at once: one that leaked, or that nobody needs.\n\n\
             The key may be one that no configuration manages. If a `wandb_api_key` manages it, the next plan finds \
             that it is gone and makes another one. A key that is gone already is no error; the key that the run \
             itself uses is refused.",
        )
        .required(
            "service_account_id",
            string("The id of the service account that owns the key.").validate(not_blank()),
        )
        .required(
            "key_id",
            string(
                "The first part of the key, by which W&B shows it; of a whole key it is what the function `api_key_id` \
                 answers.",
            )
            .validate(not_blank()),
        )
    }

    fn validate(&self, config: &RevokeApiKeyModel, report: &mut Diagnostics) {
        report.extend(guard::refuse_whole_key("`key_id`", config.key_id.as_str()).err().into_iter().flatten());
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, config: &RevokeApiKeyModel) -> Result<()> {
        guard::refuse_own(cx.provider(), [&config.key_id]).map_err(at_key_id)?;
        let (Some(owner), Some(key_id)) = (config.service_account_id.as_str(), config.key_id.as_str()) else {
            return Ok(());
        };
        let owner = id::of_api(owner);
        let action = format!("revoke the API key `{key_id}`");
        if let Rights::None(errors) = guard::rights(cx.provider(), &owner, &action).await? {
            return Err(errors);
        }
        if find(cx.provider(), &owner, key_id).await?.is_none() {
            cx.warn(not_found(&owner, key_id));
        }
        Ok(())
    }

    async fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: RevokeApiKeyModel) -> Result<()> {
        guard::refuse_whole_key("`key_id`", config.key_id.as_str())?;
        guard::refuse_own(cx.provider(), [&config.key_id]).map_err(at_key_id)?;
        let (owner, key_id) = (id::of_api(config.service_account_id.get()?), config.key_id.get()?);
        let Some(key) = find(cx.provider(), &owner, key_id).await? else {
            cx.warn(not_found(&owner, key_id));
            return Ok(());
        };
        let name = key.description.unwrap_or_default();
        let revoked = cx.provider().client.delete_api_key(&key.id).await;
        revoked.explain(&format!("revoke the API key `{key_id}` (\"{name}\") of the account `{owner}`"))?;
        cx.progress(format!("revoked the API key {key_id} (\"{name}\")"));
        Ok(())
    }
}

async fn find(connection: &Connection, owner: &UserId, key_id: &str) -> Result<Option<ApiKeyInfo>> {
    Ok(owner::keys(connection, owner).await?.into_iter().find(|key| key.key_id == key_id))
}

fn at_key_id(refused: Diagnostics) -> Diagnostics {
    refused.into_iter().map(|diagnostic| diagnostic.at("key_id")).collect()
}

fn not_found(owner: &UserId, key_id: &str) -> Diagnostic {
    Diagnostic::warning(
        "API key not found",
        format!(
            "The service account `{owner}` has no API key `{key_id}`. It may have been revoked already. Check the id if \
             not: the ids of all keys are in the data source `wandb_api_keys`."
        ),
    )
    .at("key_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(RevokeApiKey.schema().agrees_with::<RevokeApiKeyModel>(), Ok(()));
    }
}
