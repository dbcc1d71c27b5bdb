//! The resource `wandb_team`.
//!
//! W&B has no way to delete or rename a team. So a destroy either refuses (`deletion_policy = "prevent"`, while planning
//! where a plan is made of it) or forgets the team (`"abandon"`), and nothing here ever asks for replacement.

use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan, PlanKind};
use tfplugin::schema::string;
use tfplugin::schema::validator::{length, one_of, trimmed};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostic, Model, Resource, ResourceContext, Result, Schema, string_enum};
use wandb_client::Team;

use crate::error::Explain as _;
use crate::provider::Connection;
use crate::{caller, import_id, visibility};

/// `wandb_team`.
pub(crate) struct TeamResource;

#[derive(Clone, Model)]
pub(crate) struct TeamModel {
    id: Attr<String>,
    name: Attr<String>,
    initial_admin: Attr<String>,
    deletion_policy: Attr<DeletionPolicy>,
}

#[derive(Clone, Model)]
pub(crate) struct TeamIdentity {
    name: Attr<String>,
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
    type Private = ();

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

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        let prior = plan.prior.and_then(|prior| prior.name.as_str());
        match (plan.kind, prior, plan.config.name.as_str()) {
            (PlanKind::Recreate, _, name) => Err(replacement_refused(name.unwrap_or("of this resource")).into()),
            (PlanKind::Update, Some(prior), Some(name)) if prior != name => Err(Diagnostic::error(
                "Teams cannot be renamed",
                format!(
                    "W&B offers no way to rename the team \"{prior}\" to \"{name}\". Keep the name; or declare \
                     \"{name}\" as another resource, which makes a new, empty team."
                ),
            )
            .at("name")
            .into()),
            _ => Ok(()),
        }
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        let client = &cx.provider().client;
        match change {
            Change::Create { plan } => {
                let Some(name) = plan.name.as_str() else { return Ok(()) };
                if client.team(name).await.explain(&format!("look for the team \"{name}\""))?.is_some() {
                    return Err(exists(name).into());
                }
                caller::require_organization_admin(cx.provider(), &format!("create the team \"{name}\"")).await
            }
            Change::Destroy { prior } if prior.deletion_policy.known() != Some(&DeletionPolicy::Abandon) => {
                let name = prior.name.get()?;
                // What it holds is told where it can be seen; the refusal does not depend on it.
                let team = client.team(name).await.ok().flatten();
                Err(deletion_refused(name, team.as_deref()).into())
            }
            Change::Destroy { .. } | Change::Update { .. } | Change::Recreate { .. } => Ok(()),
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: TeamModel) -> Result<TeamModel> {
        let name = plan.name.get()?;
        let initial_admin = plan.initial_admin.get_optional()?.map(String::as_str);
        let team = match cx.provider().client.create_team(name, initial_admin).await {
            Err(error) if error.is_conflict() => return Err(exists(name).into()),
            result => result.explain(&format!("create the team \"{name}\""))?,
        };
        Ok(TeamModel { id: team.id.into(), ..plan })
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: TeamModel) -> Result<Option<TeamModel>> {
        let found = visibility::team(cx.provider(), state.name.get()?).await?;
        Ok(found.map(|team| TeamModel { id: team.id.clone().into(), ..state }))
    }

    async fn update(&self, _: &mut ResourceContext<'_, Self>, _: TeamModel, plan: TeamModel) -> Result<TeamModel> {
        // Nothing that can change is known to W&B.
        Ok(plan)
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: TeamModel) -> Result<()> {
        let name = state.name.get()?;
        if state.deletion_policy.known() != Some(&DeletionPolicy::Abandon) {
            // Reached where no plan asks, as for a tainted team.
            return Err(deletion_refused(name, None).into());
        }
        cx.warn(Diagnostic::warning(
            "Team left in W&B",
            format!("The team \"{name}\" is no longer managed here. It lives on in W&B, with all that it holds."),
        ));
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
        Ok(TeamModel {
            id: team.id.clone().into(),
            name: team.name.clone().into(),
            initial_admin: Attr::Null,
            deletion_policy: Attr::Null,
        })
    }
}

fn exists(name: &str) -> Diagnostic {
    let id = import_id::encode(name);
    Diagnostic::error(
        "Team exists already",
        format!(
            "A team named \"{name}\" exists already. To manage it here, import it:\n\n  import {{\n    to = \
             wandb_team.NAME\n    id = \"{id}\"\n  }}\n\nwith the resource's own name in place of NAME. If it is \
             managed here already and only marked as tainted, clear that with `terraform untaint`."
        ),
    )
    .at("name")
}

fn deletion_refused(name: &str, team: Option<&Team>) -> Diagnostic {
    let held = team.and_then(|team| team.members.as_ref()).map(|members| holdings(members)).unwrap_or_default();
    Diagnostic::error(
        "Team cannot be deleted",
        format!(
            "W&B offers no way to delete the team \"{name}\"{held}, and its `deletion_policy` is \"prevent\". To stop \
             managing it and leave it in W&B, either apply `deletion_policy = \"abandon\"` first and destroy it then, \
             or replace its resource block by:\n\n  removed {{\n    from = wandb_team.NAME\n    lifecycle {{\n      \
             destroy = false\n    }}\n  }}"
        ),
    )
}

/// Such as `, which still holds 3 people and 1 service account`.
fn holdings(members: &[wandb_client::Member]) -> String {
    let count = |is_service| {
        members
            .iter()
            .filter(|member| (member.account_type == wandb_client::AccountType::Service) == is_service)
            .count()
    };
    let say = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let parts: Vec<String> =
        [say(count(false), "person", "people"), say(count(true), "service account", "service accounts")]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { String::new() } else { format!(", which still holds {}", parts.join(" and ")) }
}

fn replacement_refused(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Teams cannot be replaced",
        format!(
            "W&B offers no way to delete the team \"{name}\", so it cannot be made anew. Leave out `-replace` and \
             `replace_triggered_by`; a team that is marked as tainted is cleared by `terraform untaint`."
        ),
    )
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
