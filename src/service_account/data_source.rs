//! The data source `wandb_service_account`: one account, by its name or its id.

use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Attr, Context, DataSource, Diagnostic, Diagnostics, Model, Result, Schema};

use super::import;
use crate::provider::Connection;

/// `wandb_service_account`.
pub(crate) struct ServiceAccountDataSource;

#[derive(Model)]
pub(crate) struct ServiceAccountModel {
    team: Attr<String>,
    name: Attr<String>,
    id: Attr<String>,
    username: Attr<String>,
}

impl DataSource for ServiceAccountDataSource {
    const TYPE_NAME: &'static str = "wandb_service_account";
    type Data = Connection;
    type Model = ServiceAccountModel;

    fn schema(&self) -> Schema {
        Schema::new(
            "A W&B service account that a team has: one of the team or of the whole organization. W&B does not tell how \
             it logs in.",
        )
        .required("team", string("The name of a team that the account is in.").validate(not_blank()))
        .optional_computed(
            "name",
            string("The account's name. Exactly one of `name` and `id` is to be set.").validate(not_blank()),
        )
        .optional_computed("id", string("The account's id.").validate(not_blank()))
        .computed("username", string("The unique name that the account has in W&B."))
    }

    fn validate(&self, config: &ServiceAccountModel, report: &mut Diagnostics) {
        if config.name.is_null() && config.id.is_null() {
            let detail = "Set `name` or `id`, so that it is said which account of the team is meant.";
            report.push(Diagnostic::error("Missing name or id", detail).at("name"));
        } else if config.name.known().is_some() && config.id.known().is_some() {
            let detail = "Set `name` or `id`, not both: either says which account of the team is meant.";
            report.push(Diagnostic::error("Both name and id", detail).at("id"));
        }
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, config: ServiceAccountModel) -> Result<ServiceAccountModel> {
        let team = config.team.get()?;
        let (wanted, at) = match config.id.get_optional()? {
            Some(id) => (format!("id:{id}"), "id"),
            None => (config.name.get()?.clone(), "name"),
        };
        let point = |at, errors: Diagnostics| errors.into_iter().map(|error| error.at(at)).collect::<Diagnostics>();
        let named = import::named(cx.provider(), team, &wanted).await.map_err(|errors| point("team", errors))?;
        let found = import::choose(named, team, &wanted).map_err(|errors| point(at, errors))?;
        // What is configured stays as it is written.
        let or = |configured: Attr<String>, found: String| if configured.is_null() { found.into() } else { configured };
        Ok(ServiceAccountModel {
            name: or(config.name, found.name),
            id: or(config.id, found.id.to_string()),
            username: found.username.into(),
            team: config.team,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ServiceAccountDataSource.schema().agrees_with::<ServiceAccountModel>(), Ok(()));
    }
}
