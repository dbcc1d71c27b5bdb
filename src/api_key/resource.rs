//! The resource `wandb_api_key`.
//!
//! The secret exists once, in the answer to its creation. It goes to the state as sensitive or encrypted; a read never
//! writes it, an update carries it over.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, Resource, ResourceContext, Result, Schema};
use wandb_client::{ApiKeyInfo, UserId};

use super::encryption::{self, Storage};
use super::guard;
use super::mint::{Order, locate};
use super::model::{self, ApiKeyIdentity, ApiKeyModel, LostKey, Notes, Revoke};
use super::name::Tag;
use super::owner::{self, Owner};
use super::plan;
use super::schedule::{self, Terms};
use super::{import, rotation, upgrade};
use crate::error::details;
use crate::import_id;
use crate::provider::Connection;

/// `wandb_api_key`.
pub(crate) struct ApiKeyResource;

impl Resource for ApiKeyResource {
    const TYPE_NAME: &'static str = "wandb_api_key";
    type Data = Connection;
    type Model = ApiKeyModel;
    type Identity = ApiKeyIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        model::schema()
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none()
            .required("service_account_id", Type::String, "The id of the service account that owns the key.")
            .required("name", Type::String, "The key's name.")
    }

    /// The owner and the name, which stay as the key rotates.
    fn identity(&self, state: &ApiKeyModel) -> Result<ApiKeyIdentity> {
        Ok(ApiKeyIdentity { service_account_id: state.service_account_id.clone(), name: state.name.clone() })
    }

    fn validate(&self, config: &ApiKeyModel, report: &mut Diagnostics) {
        schedule::validate(&config.rotation, report);
        encryption::validate(&config.encryption, report);
        let refused = guard::refuse_whole_key("`replace_existing_key_id`", config.replace_existing_key_id.as_str());
        report.extend(refused.err().into_iter().flatten());
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        owner::refuse_federated(&plan.config.service_account_id)?;
        match plan.prior {
            Some(prior) if same_key(prior, plan.config) => {
                let step = plan::decide(prior, plan.config, &plan.private);
                tracing::debug!(?step, "planned");
                plan::carry(&step, prior, plan.config, &mut plan.planned);
                for remark in plan::remarks(&step, prior, plan.config, &plan.private) {
                    plan.warn(remark);
                }
            }
            // It will be replaced, and that is planned as a create.
            Some(_) => {}
            None => plan::create(plan.config, &mut plan.planned),
        }
        Ok(())
    }

    async fn preflight(&self, cx: &mut Context<'_, Connection>, change: Change<'_, Self>) -> Result<()> {
        match change {
            Change::Create { plan } => guard::before_create(cx, plan, None).await,
            Change::Recreate { plan, private } => guard::before_create(cx, plan, Some(private)).await,
            Change::Update { prior, plan, .. } => guard::before_update(cx, prior, plan).await,
            Change::Destroy { prior, private } => guard::before_delete(cx.provider(), prior, private).await,
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: ApiKeyModel) -> Result<ApiKeyModel> {
        owner::refuse_federated(&plan.service_account_id)?;
        let connection = cx.provider();
        let (owner, name) = (UserId::new(plan.service_account_id.get()?), plan.name.get()?.clone());
        let version = *plan.secret_version.get()?;
        let storage = Storage::of(&plan.encryption)?;
        // Only a help for what comes later, which looks for itself where it is missing.
        let team = match owner::find(connection, &Notes::default(), &owner).await {
            Ok(Owner::In(team)) => Some(team),
            _ => None,
        };
        let mut notes = Notes { team: team.clone(), ..Notes::default() };
        owner::note(connection, &mut notes, &owner).await;
        let whole_name = Tag::first(version).of(&name);
        let order = Order { owner: &owner, team: team.as_deref(), whole_name: &whole_name, storage: &storage };
        let made = order.make(connection).await?;
        let rotates_at = Terms::of(&plan.rotation).and_then(|terms| terms.rotates_at(made.created_at));
        let state = ApiKeyModel {
            id: id(&owner, &name),
            key: made.stored.key,
            encrypted_key: made.stored.encrypted_key,
            key_id: made.key_id.into(),
            created_at: made.created_at.to_string().into(),
            rotates_at: rotates_at.map(|time| time.to_string()).into(),
            last_used_at: Attr::Null,
            ..plan
        };
        cx.private = Notes { object: Some(made.object.to_string()), ..notes };
        cx.reached(state.clone());
        if let Some(key_id) = guard::to_be_replaced(None, &state)
            && let Err(errors) = rotation::revoke_existing(cx, &state, key_id).await
        {
            cx.warn(existing_key_stays(key_id, &details(errors)));
        }
        Ok(state)
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: ApiKeyModel) -> Result<Option<ApiKeyModel>> {
        let connection = cx.provider();
        let (owner, name) = (UserId::new(state.service_account_id.get()?), state.name.get()?.clone());
        let team = match owner::find(connection, &cx.private, &owner).await? {
            Owner::In(team) => team,
            Owner::Hidden => return Err(owner::not_visible(&owner, &name).into()),
            Owner::Gone => {
                cx.warn(owner_gone(&owner, &state, cx.private.team.as_deref()));
                return Ok(None);
            }
        };
        let keys = owner::keys_in(connection, &team, &owner).await?;
        let current = locate(&keys, cx.private.object.as_deref(), &state.key_id);
        let previous = match &state.previous_key_id {
            Attr::Known(_) => locate(&keys, cx.private.previous_object.as_deref(), &state.previous_key_id),
            Attr::Null | Attr::Unknown(_) => None,
        };
        if current.is_none() && previous.is_none() {
            cx.warn(gone(&state));
            return Ok(None);
        }
        let successor = Tag::successor(&state);
        let noted = std::mem::take(&mut cx.private.lost);
        let was_lost = |key: &ApiKeyInfo| noted.iter().any(|lost| lost.object == key.id.as_str());
        let is_successor = |key: &ApiKeyInfo| successor.is_some() && key.description == successor;
        let lost = keys.iter().filter(|key| is_successor(key) || was_lost(key));
        let own = connection.client.own_key_id();
        let lost = lost.map(|key| LostKey {
            object: key.id.to_string(),
            key_id: key.key_id.clone(),
            is_own: own == Some(&key.key_id),
        });
        let lost: Vec<LostKey> = lost.collect();
        let state = as_seen(state, current, previous);
        cx.private.team = Some(team);
        owner::note(connection, &mut cx.private, &owner).await;
        cx.private.object = current.map(|key| key.id.to_string()).or_else(|| cx.private.object.take());
        cx.private.previous_object = previous.map(|key| key.id.to_string());
        cx.private.lost = lost;
        cx.private.current_gone = current.is_none();
        if let Some(now) = connection.client.server_time() {
            let is_own = own.is_some() && state.previous_key_id.as_str() == own;
            // Its uses decide nothing where the run itself makes them.
            let decides = state.rotation.known().is_some_and(|rotation| rotation.revoke == Revoke::WhenUnused.into());
            let last_use = previous.and_then(|key| key.last_used_at).filter(|_| decides && !is_own);
            schedule::observe(&mut cx.private, &state, now, last_use);
            cx.private.previous_is_own = is_own && cx.private.observed_at.is_some();
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        prior: ApiKeyModel,
        plan: ApiKeyModel,
    ) -> Result<ApiKeyModel> {
        rotation::update(cx, prior, plan).await
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: ApiKeyModel) -> Result<()> {
        guard::refuse_own_keys(cx.provider(), &state, &cx.private)?;
        for lost in cx.private.lost.clone() {
            rotation::revoke(cx, &state, Some(&lost.object), &lost.key_id.into()).await?;
        }
        if !state.previous_key_id.is_null() {
            let previous = cx.private.previous_object.clone();
            rotation::revoke(cx, &state, previous.as_deref(), &state.previous_key_id).await?;
        }
        let present = cx.private.object.clone();
        rotation::revoke(cx, &state, present.as_deref(), &state.key_id).await
    }

    async fn import(
        &self,
        cx: &mut ResourceContext<'_, Self>,
        target: ImportTarget<ApiKeyIdentity>,
    ) -> Result<ApiKeyModel> {
        let (state, notes) = import::find(cx.provider(), target).await?;
        cx.private = notes;
        Ok(state)
    }

    fn upgrades(&self) -> Vec<tfplugin::resource::Upgrade> {
        upgrade::upgrades()
    }
}

/// The attribute `id`.
pub(super) fn id(owner: &UserId, name: &str) -> Attr<String> {
    format!("{}/{}", import_id::encode(owner.as_str()), import_id::encode(name)).into()
}

/// Whether a configuration is still about this key, and not about one that replaces it.
fn same_key(prior: &ApiKeyModel, config: &ApiKeyModel) -> bool {
    prior.service_account_id == config.service_account_id && prior.name == config.name
}

/// The state with what the server tells of the keys, at least one of which is there.
fn as_seen(state: ApiKeyModel, current: Option<&ApiKeyInfo>, previous: Option<&ApiKeyInfo>) -> ApiKeyModel {
    let mut seen = state;
    if let Some(current) = current {
        seen.key_id = current.key_id.clone().into();
        if let Some(created_at) = current.created_at {
            seen.created_at = created_at.to_string().into();
        }
        seen.last_used_at = current.last_used_at.map(|time| day(time, current.created_at).to_string()).into();
    }
    if previous.is_none() {
        seen.previous_key_id = Attr::Null;
        seen.previous_key_expires_at = Attr::Null;
    }
    seen
}

/// The day of a use, which is not before the key was made. A time that moved with every use would make every refresh a
/// change.
fn day(last_use: Timestamp, created_at: Option<Timestamp>) -> Timestamp {
    let day = last_use
        .to_zoned(TimeZone::UTC)
        .round(jiff::ZonedRound::new().smallest(Unit::Day).mode(jiff::RoundMode::Floor));
    let day = day.map_or(last_use, |day| day.timestamp());
    created_at.map_or(day, |created_at| day.max(created_at))
}

fn key_ids(state: &ApiKeyModel) -> String {
    let ids = [&state.key_id, &state.previous_key_id].into_iter().filter_map(Attr::as_str);
    ids.map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and ")
}

fn gone(state: &ApiKeyModel) -> Diagnostic {
    Diagnostic::warning(
        "API key is gone",
        format!(
            "The API key \"{}\", {}, was revoked outside of this configuration, so another one is to be made. Its \
             `secret_version` begins at 1 again: a resource that follows the version has to be made anew with it, by \
             `-replace=ADDRESS` with the address of that resource.",
            state.name.as_str().unwrap_or_default(),
            key_ids(state)
        ),
    )
}

fn owner_gone(owner: &UserId, state: &ApiKeyModel, team: Option<&str>) -> Diagnostic {
    Diagnostic::warning(
        "Service account is gone",
        format!(
            "The service account `{owner}` is no longer in the team \"{}\", so its API key \"{}\", {}, counts as gone. If \
             the account was only taken out of the team, W&B may still accept the key: revoke it there.",
            team.unwrap_or_default(),
            state.name.as_str().unwrap_or_default(),
            key_ids(state)
        ),
    )
}

fn existing_key_stays(key_id: &str, cause: &str) -> Diagnostic {
    Diagnostic::warning(
        "Existing API key was not revoked",
        format!(
            "The new API key is made, but `{key_id}`, which it was to take the place of, is still valid. Revoke it in \
             W&B; or leave `replace_existing_key_id` out for one apply and set it again.\n\n{cause}"
        ),
    )
    .at("replace_existing_key_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(ApiKeyResource.schema().agrees_with::<ApiKeyModel>(), Ok(()));
        assert_eq!(ApiKeyResource.identity_schema().agrees_with::<ApiKeyIdentity>(), Ok(()));
    }

    #[test]
    fn the_last_use_is_told_by_its_day_and_not_before_the_creation() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        for (last_use, created_at, expected) in [
            ("2026-11-27T17:30:05Z", None, "2026-11-27T00:00:00Z"),
            ("2026-11-27T17:30:05Z", Some("2026-11-20T12:00:00Z"), "2026-11-27T00:00:00Z"),
            ("2026-11-27T17:30:05Z", Some("2026-11-27T12:00:00Z"), "2026-11-27T12:00:00Z"),
        ] {
            assert_eq!(day(time(last_use), created_at.map(time)), time(expected));
        }
    }
}
