//! The data source `wandb_api_keys`: the keys of an account, without their secrets.

use tfplugin::schema::validator::not_blank;
use tfplugin::schema::{list_of, string};
use tfplugin::{Attr, Context, DataSource, Model, Result, Schema};
use wandb_client::ApiKeyInfo;

use super::owner;
use crate::provider::Connection;
use crate::service_account::id;

/// `wandb_api_keys`.
pub(crate) struct ApiKeysDataSource;

#[derive(Model)]
pub(crate) struct ApiKeysModel {
    service_account_id: Attr<String>,
    api_keys: Attr<Vec<ApiKeyModel>>,
}

#[derive(Model)]
struct ApiKeyModel {
    key_id: Attr<String>,
    name: Attr<String>,
    created_at: Attr<String>,
    last_used_at: Attr<String>,
}

impl DataSource for ApiKeysDataSource {
    const TYPE_NAME: &'static str = "wandb_api_keys";
    type Data = Connection;
    type Model = ApiKeysModel;

    fn schema(&self) -> Schema {
        let key = Schema::new("")
            .computed("key_id", string("The first part of the key, by which W&B shows it; not secret."))
            .computed("name", string("What the key is called in W&B. Null where it has no name."))
            .computed("created_at", string("When it was made, in RFC 3339. Null where the server does not tell."))
            .computed(
                "last_used_at",
                string("When it was last used, in RFC 3339. Null if never, or where the server does not tell."),
            );
        Schema::new("All API keys of a service account, without their secrets.")
            .required("service_account_id", string("The id of the service account.").validate(not_blank()))
            .computed("api_keys", list_of(key, "The keys, the oldest first."))
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, config: ApiKeysModel) -> Result<ApiKeysModel> {
        // A federated account owns no keys, which is for the server to say.
        let owner = id::of_api(config.service_account_id.get()?);
        let mut keys = owner::keys(cx.provider(), &owner).await?;
        keys.sort_by(|left, right| (left.created_at, &left.key_id).cmp(&(right.created_at, &right.key_id)));
        let keys: Vec<ApiKeyModel> = keys.into_iter().map(ApiKeyModel::from).collect();
        Ok(ApiKeysModel { api_keys: keys.into(), ..config })
    }
}

impl From<ApiKeyInfo> for ApiKeyModel {
    fn from(key: ApiKeyInfo) -> Self {
        Self {
            key_id: key.key_id.into(),
            name: key.description.into(),
            created_at: key.created_at.map(|time| time.to_string()).into(),
            last_used_at: key.last_used_at.map(|time| time.to_string()).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ApiKeysDataSource.schema().agrees_with::<ApiKeysModel>(), Ok(()));
    }
}
