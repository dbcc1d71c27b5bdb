//! The data source `wandb_service_accounts`: all accounts of a team.

use tfplugin::schema::validator::not_blank;
use tfplugin::schema::{list_of, string};
use tfplugin::{Attr, Context, DataSource, Diagnostics, Model, Result, Schema};
use wandb_client::ServiceAccount;

use super::import;
use crate::provider::Connection;

/// `wandb_service_accounts`.
pub(crate) struct ServiceAccountsDataSource;

#[derive(Model)]
pub(crate) struct ServiceAccountsModel {
    team: Attr<String>,
    service_accounts: Attr<Vec<ListedModel>>,
}

#[derive(Model)]
struct ListedModel {
    id: Attr<String>,
    name: Attr<String>,
    username: Attr<String>,
}

impl DataSource for ServiceAccountsDataSource {
    const TYPE_NAME: &'static str = "wandb_service_accounts";
    type Data = Connection;
    type Model = ServiceAccountsModel;

    fn schema(&self) -> Schema {
        let account = Schema::new("")
            .computed("id", string("The account's id."))
            .computed("name", string("The account's name. Several accounts of a team may have the same."))
            .computed("username", string("The unique name that the account has in W&B."));
        Schema::new("The W&B service accounts that a team has, those of the whole organization among them.")
            .required("team", string("The team's name.").validate(not_blank()))
            .computed("service_accounts", list_of(account, "The accounts, by name and then by id."))
    }

    async fn read(
        &self,
        cx: &mut Context<'_, Connection>,
        config: ServiceAccountsModel,
    ) -> Result<ServiceAccountsModel> {
        let mut accounts = import::all(cx.provider(), config.team.get()?).await.map_err(at_team)?;
        accounts.sort_by(|left, right| (&left.name, left.id.as_str()).cmp(&(&right.name, right.id.as_str())));
        let service_accounts = accounts.into_iter().map(ListedModel::from).collect::<Vec<_>>().into();
        Ok(ServiceAccountsModel { service_accounts, ..config })
    }
}

fn at_team(errors: Diagnostics) -> Diagnostics {
    errors.into_iter().map(|error| error.at("team")).collect()
}

impl From<ServiceAccount> for ListedModel {
    fn from(account: ServiceAccount) -> Self {
        Self { id: account.id.to_string().into(), name: account.name.into(), username: account.username.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ServiceAccountsDataSource.schema().agrees_with::<ServiceAccountsModel>(), Ok(()));
    }
}
