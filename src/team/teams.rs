//! The data source `wandb_teams`.

use tfplugin::schema::{boolean, list};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, DataSource, Model, Result, Schema};

use crate::error::Explain as _;
use crate::provider::Connection;

/// `wandb_teams`.
pub(crate) struct TeamsDataSource;

#[derive(Model)]
pub(crate) struct TeamsModel {
    names: Attr<Vec<String>>,
    is_whole: Attr<bool>,
}

impl DataSource for TeamsDataSource {
    const TYPE_NAME: &'static str = "wandb_teams";
    type Data = Connection;
    type Model = TeamsModel;

    fn schema(&self) -> Schema {
        Schema::new(
            "The W&B teams that the provider's account can see: all of the organization for its admins, where the server \
             offers SCIM, else those that the account is in.",
        )
        .computed("names", list(Type::String, "The names of the teams, sorted."))
        .computed("is_whole", boolean("Whether these are all teams of the organization."))
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, _: TeamsModel) -> Result<TeamsModel> {
        let teams = cx.provider().client.teams().await.explain("read the teams that the account sees")?;
        Ok(TeamsModel { names: teams.names.clone().into(), is_whole: teams.is_whole.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(TeamsDataSource.schema().agrees_with::<TeamsModel>(), Ok(()));
    }
}
