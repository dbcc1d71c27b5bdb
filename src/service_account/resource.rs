//! The resource `wandb_service_account`: a built-in account of one team.

use tfplugin::resource::{Change, IdentitySchema, ImportTarget};
use tfplugin::schema::string;
use tfplugin::schema::validator::{length, not_blank, trimmed};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostic, Model, Resource, ResourceContext, Result, Schema};
use wandb_client::{Authentication, ServiceAccount, UserId};

use super::import;
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::{import_id, visibility};

/// `wandb_service_account`.
pub(crate) struct ServiceAccountResource;

#[derive(Clone, Model)]
pub(crate) struct ServiceAccountModel {
    id: Attr<String>,
    name: Attr<String>,
    team: Attr<String>,
}

#[derive(Clone, Model)]
pub(crate) struct ServiceAccountIdentity {
    team: Attr<String>,
    id: Attr<String>,
}

impl Resource for ServiceAccountResource {
    const TYPE_NAME: &'static str = "wandb_service_account";
    type Data = Connection;
    type Model = ServiceAccountModel;
    type Identity = ServiceAccountIdentity;
    type Private = ();

    fn schema(&self) -> Schema {
        Schema::new(
            "A W&B service account of a team: an account for programs, which owns API keys and takes no seat.\n\n\
             W&B has no update of an account, so a change of `name` or `team` replaces it, and with it the API keys \
             that refer to it. A destroy deletes the account by SCIM, which takes an admin of an Enterprise \
             organization; with any other credential the account is taken out of its team, and a warning says so.",
        )
        .computed("id", string("The account's id."))
        .required(
            "name",
            string("The account's name, unique in its team. Changing it replaces the account.")
                .replace()
                .validate(length(1..=128).and(trimmed())),
        )
        .required(
            "team",
            string("The name of the team that the account belongs to. Changing it replaces the account.")
                .replace()
                .validate(not_blank()),
        )
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none().required("team", Type::String, "The account's team.").required(
            "id",
            Type::String,
            "The account's id.",
        )
    }

    fn identity(&self, state: &ServiceAccountModel) -> Result<ServiceAccountIdentity> {
        Ok(ServiceAccountIdentity { team: state.team.clone(), id: state.id.clone() })
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        // In a replacement the old account still has the name.
        let Change::Create { plan } = change else { return Ok(()) };
        let (Some(team), Some(name)) = (plan.team.as_str(), plan.name.as_str()) else { return Ok(()) };
        match cx.provider().client.service_accounts(team).await {
            Ok(accounts) => refuse_second(&accounts, name),
            // The team may be made by the same run.
            Err(error) if error.is_not_visible() => Ok(()),
            Err(error) => Err(error).explain(&format!("look at the service accounts of the team \"{team}\"")),
        }
    }

    async fn create(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        plan: ServiceAccountModel,
    ) -> Result<ServiceAccountModel> {
        let connection = cx.provider();
        let (team, name) = (plan.team.get()?, plan.name.get()?);
        if connection.client.team(team).await.explain(&format!("look at the team \"{team}\""))?.is_none() {
            return Err(visibility::team_not_found(connection, team).at("team").into());
        }
        let account = connection
            .client
            .create_service_account(team, name, Authentication::BuiltIn)
            .await
            .explain(&format!("create the service account \"{name}\" in the team \"{team}\""))?;
        Ok(ServiceAccountModel { id: account.id.to_string().into(), ..plan })
    }

    async fn read(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        state: ServiceAccountModel,
    ) -> Result<Option<ServiceAccountModel>> {
        let (team, id) = (state.team.get()?, UserId::new(state.id.get()?));
        match cx.provider().client.service_account(team, &id).await {
            Ok(account) => Ok(account.map(ServiceAccountModel::from)),
            Err(error) if error.is_not_visible() => Err(visibility::team_not_visible(cx.provider(), team).into()),
            Err(error) => Err(error).explain(&format!("read the service account `{id}` of the team \"{team}\"")),
        }
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: ServiceAccountModel) -> Result<()> {
        let client = &cx.provider().client;
        let (team, name, id) = (state.team.get()?, state.name.get()?, UserId::new(state.id.get()?));
        match client.delete_service_account(&id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_forbidden() || error.is_unsupported() => {}
            Err(error) => return Err(error).explain(&format!("delete the service account \"{name}\"")),
        }
        client
            .remove_from_team(team, &id.into())
            .await
            .explain(&format!("take the service account \"{name}\" out of the team \"{team}\""))?;
        cx.warn(Diagnostic::warning(
            "Service account removed from its team only",
            format!(
                "The service account \"{name}\" was taken out of the team \"{team}\". Deleting it altogether needs \
                 SCIM, which this credential may not use: an admin of the organization can do it."
            ),
        ));
        Ok(())
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<ServiceAccountIdentity>,
    ) -> Result<ServiceAccountModel> {
        let [team, name] = match target {
            ImportTarget::Id(id) => import_id::parts(&id, "TEAM/NAME")?,
            ImportTarget::Identity(identity) => [identity.team.get()?.clone(), format!("id:{}", identity.id.get()?)],
        };
        Ok(import::find(cx.provider(), &team, &name).await?.into())
    }
}

impl From<ServiceAccount> for ServiceAccountModel {
    fn from(account: ServiceAccount) -> Self {
        Self { id: account.id.to_string().into(), name: account.name.into(), team: account.team.into() }
    }
}

/// W&B would make a second account of the same name, which nobody could tell from the first.
fn refuse_second(accounts: &[ServiceAccount], name: &str) -> Result<()> {
    let Some(existing) = accounts.iter().find(|account| account.name == name) else { return Ok(()) };
    let id = format!("{}/{}", import_id::encode(&existing.team), import_id::encode(name));
    Err(Diagnostic::error(
        "Service account exists already",
        format!(
            "The team \"{}\" has a service account named \"{name}\" already. To manage it here, import it:\n\n  import \
             {{\n    to = wandb_service_account.NAME\n    id = \"{id}\"\n  }}\n\nwith the resource's own name in \
             place of NAME; or choose another name. If it is this very resource, only marked as tainted, clear that with \
             `terraform untaint`.",
            existing.team
        ),
    )
    .at("name")
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ServiceAccountResource.schema().agrees_with::<ServiceAccountModel>(), Ok(()));
        assert_eq!(ServiceAccountResource.identity_schema().agrees_with::<ServiceAccountIdentity>(), Ok(()));
    }
}
