//! The resource `wandb_service_account`.

use serde::{Deserialize, Serialize};
use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan};
use tfplugin::schema::validator::{length, not_blank, one_of, trimmed};
use tfplugin::schema::{boolean, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostics, Model, Resource, ResourceContext, Result, Schema, string_enum};

use super::{create, destroy, id, import, plan, preflight, read, validation};
use crate::provider::Connection;
use crate::visibility::{self, Origin};

/// `wandb_service_account`.
pub(crate) struct ServiceAccountResource;

#[derive(Clone, Model)]
pub(crate) struct ServiceAccountModel {
    pub(super) id: Attr<String>,
    pub(super) name: Attr<String>,
    pub(super) scope: Attr<Scope>,
    pub(super) team: Attr<String>,
    pub(super) default_team: Attr<String>,
    pub(super) subject: Attr<String>,
    pub(super) authentication_method: Attr<AuthenticationMethod>,
    pub(super) force_destroy: Attr<bool>,
}

#[derive(Clone, Model)]
pub(crate) struct ServiceAccountIdentity {
    team: Attr<String>,
    id: Attr<String>,
}

/// What is noted of an account.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// Where the team that shows it was seen.
    #[serde(default)]
    pub(super) origin: Option<Origin>,
    /// The account itself: the plan of a replacement does not show the one that ends.
    #[serde(default)]
    pub(super) account: Option<Noted>,
}

/// What is noted of the account itself.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// Its id in the API.
    pub(super) id: String,
    pub(super) name: String,
    /// The team that shows it.
    pub(super) team: String,
    /// The subject that it was made with, where there is one.
    pub(super) subject: Option<String>,
    /// Whether a destroy revokes keys of others.
    pub(super) force_destroy: bool,
}

string_enum! {
    /// Where an account may work.
    pub(crate) enum Scope {
        /// In one team.
        Team = "team",
        /// In all teams of the organization.
        Organization = "organization",
    }
}

string_enum! {
    /// How an account logs in.
    pub(crate) enum AuthenticationMethod {
        /// With API keys of its own.
        ApiKey = "api_key",
        /// With tokens of the organization's identity provider.
        FederatedIdentity = "federated_identity",
    }
}

impl Resource for ServiceAccountResource {
    const TYPE_NAME: &'static str = "wandb_service_account";
    type Data = Connection;
    type Model = ServiceAccountModel;
    type Identity = ServiceAccountIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        Schema::new(
            "A W&B service account: an account for programs, which takes no seat. It belongs to a team or to the whole \
             organization. A built-in one owns API keys; a federated one, with a `subject`, logs in with the tokens of \
             the organization's identity provider and owns none.\n\n\
             W&B has no update of an account, so a change replaces it, and with it the API keys that refer to it. A \
             destroy deletes the account by SCIM, which takes an admin of an Enterprise organization; with any other \
             credential an account of a team is taken out of its team, and a warning says so.\n\n\
             W&B does not tell an account's subject, method or scope, so they are not known after an import. Writing \
             them down then is recorded in place. Nothing can check the record: what is written has to be what the \
             account was made with.",
        )
        .computed(
            "id",
            string(
                "The account's id. That of a federated account begins with `federated:`, which is known while it is \
                 planned already.",
            ),
        )
        .required(
            "name",
            string(
                "The account's name. Of an account of the organization it is the unique username. Changing it replaces \
                 the account.",
            )
            .replace()
            .validate(length(1..=128).and(trimmed())),
        )
        .optional(
            "scope",
            string(
                "Where the account may work: `\"team\"`, in one team, or `\"organization\"`, in all teams, which takes \
                 an admin of an Enterprise organization to make. Defaults to `\"team\"`. Changing it replaces the account.",
            )
            .default(Scope::Team.as_str())
            .validate(one_of(Scope::WORDS)),
        )
        .optional(
            "team",
            string(
                "The name of the team that the account belongs to. Needed where `scope` is `\"team\"`. Changing it \
                 replaces the account.",
            )
            .validate(not_blank()),
        )
        .optional(
            "default_team",
            string(
                "The name of the team that an account of the organization works in where none is named. Needed where \
                 `scope` is `\"organization\"`. Changing it replaces the account.",
            )
            .validate(not_blank()),
        )
        .optional(
            "subject",
            string(
                "The subject (`sub`) of the tokens that a federated account logs in with, compared exactly. The \
                 provider's functions build those of common issuers. Only for accounts of a team. Null after an import.",
            ),
        )
        .optional_computed(
            "authentication_method",
            string(
                "How the account logs in: `\"federated_identity\"` with a `subject`, else `\"api_key\"`. It follows from \
                 `subject`, and one that contradicts it is an error. Null after an import.",
            )
            .validate(one_of(AuthenticationMethod::WORDS)),
        )
        .optional(
            "force_destroy",
            boolean(
                "Whether a destroy revokes the API keys of the account that are not managed by this configuration. \
                 Without it they make a destroy fail. It goes by the value that was applied last. Defaults to `false`.",
            )
            .default(false),
        )
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none()
            .required("team", Type::String, "The account's team; of an account of the organization, its default team.")
            .required("id", Type::String, "The account's id in W&B.")
    }

    fn identity(&self, state: &ServiceAccountModel) -> Result<ServiceAccountIdentity> {
        let id = id::of_api(state.id.get()?).to_string().into();
        Ok(ServiceAccountIdentity { team: state.home().clone(), id })
    }

    fn validate(&self, config: &ServiceAccountModel, report: &mut Diagnostics) {
        validation::validate(config, report);
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        plan::complete(plan);
        Ok(())
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        preflight::look(cx, change).await
    }

    async fn create(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        plan: ServiceAccountModel,
    ) -> Result<ServiceAccountModel> {
        let subject = plan.subject.get_optional()?.cloned();
        cx.private.origin = visibility::origin(cx.provider(), plan.home().get()?).await;
        let account = create::create(cx, &plan).await?;
        let (id, method) = match subject {
            Some(_) => (id::federated(&account.id), AuthenticationMethod::FederatedIdentity),
            None => (account.id.to_string().into(), AuthenticationMethod::ApiKey),
        };
        let state = ServiceAccountModel { id, authentication_method: method.into(), ..plan };
        cx.private.note(&state);
        Ok(state)
    }

    async fn read(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        state: ServiceAccountModel,
    ) -> Result<Option<ServiceAccountModel>> {
        read::read(cx, state).await
    }

    async fn update(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        _: ServiceAccountModel,
        plan: ServiceAccountModel,
    ) -> Result<ServiceAccountModel> {
        cx.private.note(&plan);
        // Only what W&B does not know, or does not tell, is written down here.
        Ok(plan)
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: ServiceAccountModel) -> Result<()> {
        destroy::destroy(cx, &state).await
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<ServiceAccountIdentity>,
    ) -> Result<ServiceAccountModel> {
        let target = match target {
            ImportTarget::Id(id) => import::Target::parse(&id)?,
            ImportTarget::Identity(ServiceAccountIdentity { team, id }) => {
                import::Target::by_id(team.get()?, id.get()?)
            }
        };
        let state = target.import(cx.provider()).await?;
        cx.private.note(&state);
        cx.private.origin = visibility::origin(cx.provider(), state.home().get()?).await;
        Ok(state)
    }
}

impl Notes {
    /// Notes the account itself.
    pub(super) fn note(&mut self, state: &ServiceAccountModel) {
        let (Some(id), Some(name), Some(team)) = (state.id.as_str(), state.name.as_str(), state.home().as_str()) else {
            return;
        };
        self.account = Some(Noted {
            id: id::of_api(id).to_string(),
            name: name.to_owned(),
            team: team.to_owned(),
            subject: state.subject.as_str().map(str::to_owned),
            force_destroy: state.force_destroy.known() == Some(&true),
        });
    }
}

impl ServiceAccountModel {
    /// The team that shows the account: its own, or the default one of an account of the organization.
    pub(super) fn home(&self) -> &Attr<String> {
        if self.is_of_organization() { &self.default_team } else { &self.team }
    }

    pub(super) fn is_of_organization(&self) -> bool {
        self.scope.known() == Some(&Scope::Organization)
    }
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
