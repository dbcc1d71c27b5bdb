//! The data source `wandb_viewer`.

use tfplugin::schema::{boolean, list, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, DataSource, Model, Result, Schema};

use crate::caller::{self, InOrganization};
use crate::error::Explain as _;
use crate::provider::Connection;

/// `wandb_viewer`.
pub(crate) struct ViewerDataSource;

#[derive(Model)]
pub(crate) struct ViewerModel {
    id: Attr<String>,
    username: Attr<String>,
    email: Attr<String>,
    name: Attr<String>,
    entity: Attr<String>,
    teams: Attr<Vec<String>>,
    organization_admin: Attr<bool>,
    instance_admin: Attr<bool>,
}

impl DataSource for ViewerDataSource {
    const TYPE_NAME: &'static str = "wandb_viewer";
    type Data = Connection;
    type Model = ViewerModel;

    fn schema(&self) -> Schema {
        Schema::new("The account that the provider acts for: whose credential it uses, and what that account may do.")
            .computed("id", string("The account's id."))
            .computed("username", string("The account's username."))
            .computed("email", string("The account's email address. Null for service accounts."))
            .computed("name", string("The account's display name."))
            .computed("entity", string("The entity that W&B uses where none is named."))
            .computed("teams", list(Type::String, "The names of the teams that the account is in, sorted."))
            .computed(
                "organization_admin",
                boolean(
                    "Whether the account administers its organization. Null where the server does not tell, as of a person \
                     whom SCIM is closed to.",
                ),
            )
            .computed("instance_admin", boolean("Whether the account administers the whole W&B instance."))
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, _: ViewerModel) -> Result<ViewerModel> {
        let connection = cx.provider();
        let viewer = connection.client.viewer().await.explain("read the credential's account")?;
        let mut teams = viewer.teams;
        teams.sort_unstable();
        let organization_admin = match caller::in_organization(connection).await? {
            InOrganization::Admin => true.into(),
            InOrganization::NoAdmin(_) => false.into(),
            InOrganization::Doubtful(_) | InOrganization::CannotTell => Attr::Null,
        };
        Ok(ViewerModel {
            id: viewer.id.to_string().into(),
            username: viewer.username.into(),
            email: viewer.email.into(),
            name: viewer.name.into(),
            entity: viewer.entity.into(),
            teams: teams.into(),
            organization_admin,
            instance_admin: viewer.admin.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ViewerDataSource.schema().agrees_with::<ViewerModel>(), Ok(()));
    }
}
