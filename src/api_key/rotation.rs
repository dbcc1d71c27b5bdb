//! Carries out a planned rotation, or the end of a previous key.
//!
//! At every moment the state names all keys that live, or the next run finds them: the new key by its name, which
//! follows from the present one. The present key lives all along.

use tfplugin::{Attr, Diagnostic, Diagnostics, ResourceContext, Result};
use wandb_client::{ApiKeyId, UserId};

use super::ApiKeyResource;
use super::encryption::Storage;
use super::guard;
use super::mint::{Order, locate};
use super::model::{ApiKeyModel, LostKey, Notes};
use super::name::Tag;
use super::owner::{self, Owner};
use super::schedule::Terms;
use crate::error::{Explain as _, details};
use crate::provider::Connection;

type Cx<'a> = ResourceContext<'a, ApiKeyResource>;

/// Brings a key to its plan.
pub(super) async fn update(cx: &mut Cx<'_>, prior: ApiKeyModel, plan: ApiKeyModel) -> Result<ApiKeyModel> {
    guard::refuse_own(cx.provider(), guard::ended(&prior, &plan))?;
    let state = if plan.secret_version.get()? == prior.secret_version.get()? {
        if guard::ended(&prior, &plan).is_some() {
            revoke_previous(cx, &prior).await?;
            cx.private.previous_object = None;
        }
        plan.clone()
    } else {
        rotate(cx, &prior, plan.clone()).await?
    };
    cx.private = Notes {
        observed_at: None,
        previous_last_used_at: None,
        previous_is_own: false,
        current_gone: false,
        ..cx.private.clone()
    };
    // What is not done yet is not in the state, so that the next plan shows it.
    cx.reached(ApiKeyModel { replace_existing_key_id: prior.replace_existing_key_id.clone(), ..state.clone() });
    if let Some(key_id) = guard::to_be_replaced(Some(&prior), &plan) {
        revoke_existing(cx, &state, key_id).await?;
    }
    Ok(state)
}

async fn rotate(cx: &mut Cx<'_>, prior: &ApiKeyModel, plan: ApiKeyModel) -> Result<ApiKeyModel> {
    owner::refuse_federated(&plan.service_account_id)?;
    let connection = cx.provider();
    let (owner, name) = (UserId::new(plan.service_account_id.get()?), plan.name.get()?);
    let storage = Storage::of(&plan.encryption)?;
    let Owner::In(team) = owner::find(connection, &cx.private, &owner).await? else {
        return Err(owner::not_visible(&owner, name).into());
    };
    let whole_name = Tag::after(prior.key_id.get()?, *plan.secret_version.get()?).of(name);
    let order = Order { owner: &owner, team: Some(&team), whole_name: &whole_name, storage: &storage };
    let made = order.make(connection).await?;
    // A run that was killed after it made this key and before its state was saved has left it under this very name. It may
    // have reached a secret store all the same, so it lives until there is another.
    let lost = std::mem::take(&mut cx.private.lost);
    let kept = match order.revoke_lost(connection, Some(&made.object)).await {
        Ok(_) => revoke_noted(cx, lost).await,
        Err(errors) => {
            cx.warn(still_there(&whole_name, errors));
            lost
        }
    };
    if guard::ended(prior, &plan).is_some()
        && let Err(mut failure) = revoke_previous(cx, prior).await
    {
        cx.private.lost = kept;
        // Three keys do not fit the state, so the newest gives way; should that fail too, the next run finds it.
        if connection.client.delete_api_key(&made.object).await.is_err() {
            failure.push(left_over(&whole_name));
        }
        return Err(failure);
    }
    let present =
        if plan.previous_key_id == prior.key_id { cx.private.object.take() } else { cx.private.previous_object.take() };
    cx.private = Notes {
        team: Some(team),
        origin: cx.private.origin.take(),
        owner_name: cx.private.owner_name.take(),
        object: Some(made.object.to_string()),
        previous_object: present,
        lost: kept,
        ..Notes::default()
    };
    let terms = Terms::of(&plan.rotation);
    let time = |time: Option<jiff::Timestamp>| Attr::from(time.map(|time| time.to_string()));
    Ok(ApiKeyModel {
        key: made.stored.key,
        encrypted_key: made.stored.encrypted_key,
        key_id: made.key_id.into(),
        created_at: made.created_at.to_string().into(),
        rotates_at: time(terms.and_then(|terms| terms.rotates_at(made.created_at))),
        previous_key_expires_at: time(terms.map(|terms| terms.kept_until(made.created_at))),
        last_used_at: Attr::Null,
        ..plan
    })
}

/// Revokes what earlier runs left behind, as far as it can. Returns what lives on: also what this run itself uses.
async fn revoke_noted(cx: &mut Cx<'_>, lost: Vec<LostKey>) -> Vec<LostKey> {
    let client = &cx.provider().client;
    let mut kept = Vec::new();
    for key in lost {
        let is_own = client.own_key_id() == Some(&key.key_id);
        if is_own || client.delete_api_key(&ApiKeyId::new(&key.object)).await.is_err() {
            kept.push(LostKey { is_own, ..key });
        }
    }
    kept
}

/// Revokes the previous key. One that is gone already is no error.
async fn revoke_previous(cx: &Cx<'_>, prior: &ApiKeyModel) -> Result<()> {
    let noted = cx.private.previous_object.as_deref();
    revoke(cx, prior, noted, &prior.previous_key_id).await
}

/// Revokes a key of this resource: by its id as an object where that is noted, else it is looked for.
pub(super) async fn revoke(cx: &Cx<'_>, state: &ApiKeyModel, noted: Option<&str>, key_id: &Attr<String>) -> Result<()> {
    let object = match (noted, key_id.as_str()) {
        (Some(object), _) => ApiKeyId::new(object),
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            let owner = UserId::new(state.service_account_id.get()?);
            let team = match owner::find(cx.provider(), &cx.private, &owner).await? {
                Owner::In(team) => team,
                Owner::Gone => return Ok(()),
                Owner::Hidden => return Err(owner::not_visible(&owner, state.name.get()?).into()),
            };
            let keys = owner::keys_in(cx.provider(), &team, &owner).await?;
            let Some(key) = locate(&keys, None, key_id) else { return Ok(()) };
            key.id.clone()
        }
    };
    let revoked = cx.provider().client.delete_api_key(&object).await;
    let shown = key_id.as_str().unwrap_or(object.as_str());
    if revoked.explain(&format!("revoke the API key `{shown}` of \"{}\"", state.name.get()?))? {
        return Ok(());
    }
    // The server knows no such key: it is gone, or it is one of an organization that this caller sees nothing of.
    let owner = UserId::new(state.service_account_id.get()?);
    match owner::find(cx.provider(), &cx.private, &owner).await? {
        Owner::In(_) | Owner::Gone => Ok(()),
        Owner::Hidden => Err(owner::not_visible(&owner, state.name.get()?).into()),
    }
}

/// Revokes the key of others that this one takes the place of. One that is not there is told, not an error: it may have
/// been revoked when this resource was made before.
pub(super) async fn revoke_existing(cx: &mut Cx<'_>, state: &ApiKeyModel, key_id: &str) -> Result<()> {
    let connection: &Connection = cx.provider();
    guard::refuse_own(connection, [&key_id.into()])?;
    let owner = UserId::new(state.service_account_id.get()?);
    let keys = match owner::find(connection, &cx.private, &owner).await? {
        Owner::In(team) => owner::keys_in(connection, &team, &owner).await?,
        Owner::Gone | Owner::Hidden => return Err(owner::not_visible(&owner, state.name.get()?).into()),
    };
    if let Some(key) = locate(&keys, None, &key_id.into()) {
        let action = format!("revoke the API key `{key_id}`, as `replace_existing_key_id` says");
        return connection.client.delete_api_key(&key.id).await.explain(&action).map(drop);
    }
    cx.warn(
        Diagnostic::warning(
            "No API key to replace",
            format!(
                "`replace_existing_key_id` is \"{key_id}\", and the service account has no such key; nothing was \
                 revoked. If it was revoked before, leave the attribute out; else check the id."
            ),
        )
        .at("replace_existing_key_id"),
    );
    Ok(())
}

fn still_there(whole_name: &str, errors: Diagnostics) -> Diagnostic {
    Diagnostic::warning(
        "API key left behind",
        format!(
            "An earlier run that was interrupted may have made an API key \"{whole_name}\", too, and that could not be looked \
             for. If there are two of that name, the newer one is in the state: revoke the other one in W&B.\n\n{}",
            details(errors)
        ),
    )
}

fn left_over(whole_name: &str) -> Diagnostic {
    Diagnostic::warning(
        "API key left behind",
        format!(
            "The new API key \"{whole_name}\" is of no use now and could not be revoked. The next rotation does it."
        ),
    )
}
