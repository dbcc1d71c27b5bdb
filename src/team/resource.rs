//! The resource `wandb_team`.
//!
//! W&B has no way to delete or rename a team. So a destroy either refuses (`deletion_policy = "prevent"`, while planning
//! where a plan is made of it) or forgets the team (`"abandon"`), and nothing here ever asks for replacement.

use serde::{Deserialize, Serialize};
use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan, PlanKind};
use tfplugin::schema::validator::{length, one_of, trimmed};
use tfplugin::schema::{object, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostics, Model, Resource, ResourceContext, Result, Schema, string_enum};
use wandb_client::{MemberChange, NewTeam, Person, ScimAccess, StorageBucket, UserId};

use super::storage_bucket::{self, StorageBucketModel};
use super::{holdings, messages};
use crate::caller::ORGANIZATION_ADMIN;
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::visibility::{self, Origin};
use crate::{caller, import_id};

/// `wandb_team`.
pub(crate) struct TeamResource;

#[derive(Clone, Model)]
pub(crate) struct TeamModel {
    id: Attr<String>,
    name: Attr<String>,
    initial_admin: Attr<String>,
    storage_bucket: Attr<StorageBucketModel>,
    deletion_policy: Attr<DeletionPolicy>,
}

#[derive(Clone, Model)]
pub(crate) struct TeamIdentity {
    name: Attr<String>,
}

/// What is noted of how the team came here.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// Whether it was made here, so that its bucket is known and not only written down.
    made: bool,
    /// Where it was seen.
    #[serde(default)]
    origin: Option<Origin>,
}

string_enum! {
    /// What a destroy does.
    pub(crate) enum DeletionPolicy {
        /// It is refused.
        Prevent = "prevent",
        /// The team is forgotten and lives on.
        Abandon = "abandon",
    }
}

impl Resource for TeamResource {
    const TYPE_NAME: &'static str = "wandb_team";
    type Data = Connection;
    type Model = TeamModel;
    type Identity = TeamIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        Schema::new(
            "A W&B team. W&B offers no way to delete or rename a team: see `deletion_policy` for what a destroy \
             does.\n\nA team that exists already is not taken over by a create: import it.",
        )
        .computed("id", string("The team's id."))
        .required(
            "name",
            string("The team's name. It cannot be changed later; a plan that does is refused.")
                .validate(length(1..=128).and(trimmed())),
        )
        .optional(
            "initial_admin",
            string(
                "The username of the team's first admin. Defaults to the account that the provider uses. It is of \
                 use only when the team is made: changing it later changes nothing in W&B.",
            ),
        )
        .optional(
            "storage_bucket",
            object(
                storage_bucket::schema(),
                "The team's own storage bucket, in place of W&B's. It is checked and set when the team is made, by SCIM, \
                 and cannot be changed later. W&B shows it to nobody, so after an import it is null; writing it down \
                 then changes nothing in W&B.",
            ),
        )
        .optional(
            "deletion_policy",
            string(
                "What a destroy does: `\"prevent\"` refuses it, `\"abandon\"` takes the team out of the state and \
                 leaves it in W&B as it is. A destroy goes by the value that was applied last. Defaults to `\"prevent\"`.",
            )
            .default(DeletionPolicy::Prevent.as_str())
            .validate(one_of(DeletionPolicy::WORDS)),
        )
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none().required("name", Type::String, "The team's name.")
    }

    fn identity(&self, state: &TeamModel) -> Result<TeamIdentity> {
        Ok(TeamIdentity { name: state.name.clone() })
    }

    fn validate(&self, config: &TeamModel, report: &mut Diagnostics) {
        if let Some(bucket) = config.storage_bucket.known() {
            bucket.validate(report);
        }
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        let name = plan.config.name.as_str();
        if plan.kind == PlanKind::Recreate {
            return Err(messages::replacement_refused(name.unwrap_or("of this resource")).into());
        }
        let Some(prior) = plan.prior else { return Ok(()) };
        match (prior.name.as_str(), name) {
            (Some(prior), Some(name)) if prior != name => return Err(messages::rename_refused(prior, name).into()),
            _ => {}
        }
        let bucket = &plan.planned.storage_bucket;
        if plan.private.made && storage_bucket::is_changed(bucket, &prior.storage_bucket) {
            return Err(messages::bucket_change_refused(prior.name.as_str().unwrap_or_default()).into());
        }
        Ok(())
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        match change {
            Change::Create { plan } => ahead_of_create(cx, plan).await,
            Change::Destroy { prior, private } => {
                refuse_to_delete(cx.provider(), prior, private).await?;
                cx.warn(messages::will_be_left(prior.name.get()?));
                Ok(())
            }
            Change::Update { prior, plan, .. } => {
                if !plan.initial_admin.is_null() && plan.initial_admin != prior.initial_admin {
                    cx.warn(messages::initial_admin_is_only_recorded(prior.name.get()?));
                }
                Ok(())
            }
            Change::Recreate { .. } => Ok(()),
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: TeamModel) -> Result<TeamModel> {
        let client = &cx.provider().client;
        let name = plan.name.get()?.clone();
        // So that a team that is there after an answer was lost is known to be the one.
        refuse_existing(cx.provider(), &name).await?;
        let initial_admin = plan.initial_admin.get_optional()?.cloned();
        let Some(bucket) = plan.storage_bucket.get_optional()?.cloned() else {
            let made = client.create_team(&name, initial_admin.as_deref()).await;
            let team = made_or_found(cx, &name, made).await?;
            cx.private.made = true;
            let state = TeamModel { id: team.id.into(), ..plan };
            cx.reached(state.clone());
            cx.private.origin = visibility::origin(cx.provider(), &name).await;
            return Ok(state);
        };
        let admin = admin_of_bucket_team(cx.provider(), initial_admin.as_deref()).await?;
        let bucket: StorageBucket = bucket.to_client()?;
        let made = client.create_team_with_bucket(&name, &bucket).await;
        let team = made_or_found(cx, &name, made).await?;
        cx.private.made = true;
        let state = TeamModel { id: team.id.into(), ..plan };
        cx.reached(state.clone());
        // No later plan would show that it is missing, so it is said here and the rest left to the user.
        if let Err(error) = first_admin(cx.provider(), &name, &admin).await {
            cx.warn(messages::without_admin(&name, &error));
        }
        cx.private.origin = visibility::origin(cx.provider(), &name).await;
        Ok(state)
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: TeamModel) -> Result<Option<TeamModel>> {
        let name = state.name.get()?;
        let found = visibility::team(cx.provider(), name, cx.private.origin.as_ref()).await?;
        if found.is_some() {
            visibility::note_origin(cx.provider(), name, &mut cx.private.origin).await;
        }
        Ok(found.map(|team| TeamModel { id: team.id.clone().into(), ..state }))
    }

    async fn update(&self, _: &mut ResourceContext<'_, Self>, _: TeamModel, plan: TeamModel) -> Result<TeamModel> {
        // Nothing that can change is known to W&B.
        Ok(plan)
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: TeamModel) -> Result<()> {
        // Asked here too: no plan is made of some destroys, as of a tainted team.
        refuse_to_delete(cx.provider(), &state, &cx.private).await?;
        let name = state.name.get()?;
        if state.deletion_policy.known() == Some(&DeletionPolicy::Abandon) {
            cx.warn(messages::left(name));
        }
        Ok(())
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<TeamIdentity>,
    ) -> Result<TeamModel> {
        let name = match target {
            ImportTarget::Id(id) => {
                let [name] = import_id::parts(&id, "TEAM")?;
                name
            }
            ImportTarget::Identity(identity) => identity.name.get()?.clone(),
        };
        let found = cx.provider().client.team(&name).await.explain(&format!("read the team \"{name}\""))?;
        let team = found.ok_or_else(|| visibility::team_not_found(cx.provider(), &name))?;
        cx.private.origin = visibility::origin(cx.provider(), &name).await;
        Ok(TeamModel {
            id: team.id.clone().into(),
            name: team.name.clone().into(),
            initial_admin: Attr::Null,
            storage_bucket: Attr::Null,
            deletion_policy: Attr::Null,
        })
    }
}

/// Refuses a name that a team has that the caller sees.
async fn refuse_existing(connection: &Connection, name: &str) -> Result<()> {
    let found = connection.client.team(name).await.explain(&format!("look for the team \"{name}\""))?;
    found.map_or(Ok(()), |team| Err(messages::exists(name, &team.name).into()))
}

/// A team that was made. If the answer was lost it is looked for: it was not there before.
async fn made_or_found(
    cx: &mut ResourceContext<'_, TeamResource>,
    name: &str,
    made: std::result::Result<NewTeam, wandb_client::Error>,
) -> Result<NewTeam> {
    let connection = cx.provider();
    match made {
        Err(error) if error.is_conflict() => {
            refuse_existing(connection, name).await?;
            Err(messages::name_is_taken(name, &error).into())
        }
        Err(error) if error.is_unclear() => {
            let Ok(Some(team)) = connection.client.team(name).await else {
                return Err(error).needing(&format!("create the team \"{name}\""), ORGANIZATION_ADMIN);
            };
            cx.warn(messages::found_again(name, &error));
            Ok(NewTeam::of(&team))
        }
        made => made.needing(&format!("create the team \"{name}\""), ORGANIZATION_ADMIN),
    }
}

async fn ahead_of_create(cx: &mut Context<'_, Connection>, plan: &TeamModel) -> Result<()> {
    let connection = cx.provider();
    let access = connection.client.scim_access().await;
    let access = access.explain("ask whether SCIM is open to the credential's account")?;
    if let Some(name) = plan.name.as_str() {
        refuse_existing(connection, name).await?;
        let action = format!("create the team \"{name}\"");
        match &access {
            // SCIM alone makes such teams.
            ScimAccess::Closed(refusal) if !plan.storage_bucket.is_null() && refusal.is_forbidden() => {
                return Err(caller::no_admin(connection, &action, refusal).into());
            }
            _ => caller::require_organization_admin(cx, &action).await?,
        }
        connection.planned_teams.add(name);
    }
    match access {
        ScimAccess::Closed(refusal) if !plan.storage_bucket.is_null() => {
            return Err(messages::bucket_needs_scim(&refusal).into());
        }
        // People who are hidden are not known to be absent.
        ScimAccess::Closed(_) => return Ok(()),
        ScimAccess::Open => {}
    }
    if plan.storage_bucket.is_null() {
        if let Some(admin) = plan.initial_admin.as_str() {
            person(connection, admin).await?;
        }
    } else if !plan.initial_admin.is_unknown() {
        admin_of_bucket_team(connection, plan.initial_admin.as_str()).await?;
    }
    Ok(())
}

/// The first admin of a team that SCIM makes: who is named, else the caller. Accounts that are no people cannot be it.
async fn admin_of_bucket_team(connection: &Connection, initial_admin: Option<&str>) -> Result<UserId> {
    if let Some(name) = initial_admin {
        return person(connection, name).await;
    }
    let caller = &connection.caller;
    match caller.username.as_deref() {
        // SCIM shows people, and no service accounts.
        Some(username) if caller.email.is_some() => person(connection, username).await,
        _ => Err(messages::bucket_needs_admin().into()),
    }
}

async fn person(connection: &Connection, username: &str) -> Result<UserId> {
    let found = connection.client.find_user(Person::Username(username)).await;
    let found = found.explain(&format!("look for \"{username}\" in the organization"))?;
    found.map(|user| user.id).ok_or_else(|| messages::admin_not_found(username).into())
}

/// Refuses the end of a team that is there and not to be abandoned.
async fn refuse_to_delete(connection: &Connection, state: &TeamModel, notes: &Notes) -> Result<()> {
    if state.deletion_policy.known() == Some(&DeletionPolicy::Abandon) {
        return Ok(());
    }
    let name = state.name.get()?;
    // What it holds is told where it can be seen; the refusal does not depend on it.
    let held = match visibility::team(connection, name, notes.origin.as_ref()).await {
        Ok(None) => return Ok(()),
        Ok(Some(team)) => holdings::told(&connection.client, &team).await,
        Err(_) => String::new(),
    };
    Err(messages::deletion_refused(name, &held).into())
}

/// Gives a team in which nobody is its first admin.
async fn first_admin(
    connection: &Connection,
    team: &str,
    admin: &UserId,
) -> std::result::Result<(), wandb_client::Error> {
    connection.client.change_members(team, MemberChange::Add(admin.clone())).await?;
    connection.client.set_team_role(admin, team, "admin").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(TeamResource.schema().agrees_with::<TeamModel>(), Ok(()));
        assert_eq!(TeamResource.identity_schema().agrees_with::<TeamIdentity>(), Ok(()));
    }
}
