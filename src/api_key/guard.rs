//! What is looked at before a change: what it must not do, and what it should know.

use jiff::Timestamp;
use tfplugin::value::Path;
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, Result};
use wandb_client::{Ability, AccountExistence, ApiKey, ApiKeyInfo, UserId};

use super::model::{ApiKeyModel, Notes, Revoke};
use super::name::{self, Tag};
use super::owner::{self, Owner};
use crate::caller::{self, InOrganization};
use crate::error::Explain as _;
use crate::provider::Connection;

/// Refuses to revoke the key that this run itself uses: it could do nothing after that.
pub(super) fn refuse_own<'a>(
    connection: &Connection,
    revoked: impl IntoIterator<Item = &'a Attr<String>>,
) -> Result<()> {
    let Some(own) = connection.client.own_key_id() else { return Ok(()) };
    if revoked.into_iter().any(|key_id| key_id.as_str() == Some(own)) { Err(own_key(own).into()) } else { Ok(()) }
}

/// The same for all keys of a state, and for the one that an interrupted run left behind.
pub(super) fn refuse_own_keys(connection: &Connection, state: &ApiKeyModel, notes: &Notes) -> Result<()> {
    let lost: Vec<Attr<String>> = notes.lost.iter().map(|lost| lost.key_id.clone().into()).collect();
    refuse_own(connection, [&state.key_id, &state.previous_key_id].into_iter().chain(&lost))
}

/// Refuses a whole key in place of its id. It is not repeated, and no place is named, as hosts show what stands there.
/// `place` begins the sentence "... is a whole API key".
pub(super) fn refuse_whole_key(place: &str, key_id: Option<&str>) -> Result<()> {
    if key_id.is_none_or(|text| ApiKey::parse(text).is_err()) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Whole API key given as a key id",
        format!(
            "{place} is a whole API key, which is secret, and is not repeated here. Give its key id: the first 20 \
             characters, as the function `api_key_id` cuts them off. If others could read it where it stood, revoke it."
        ),
    )
    .into())
}

/// The same for keys that are only known as objects of the API.
pub(super) fn refuse_own_objects(connection: &Connection, notes: &Notes) -> Result<()> {
    let Some(own) = connection.client.own_key_id() else { return Ok(()) };
    let own_object = connection.caller.api_keys.iter().find(|key| key.key_id == own).map(|key| key.id.as_str());
    let revoked = [&notes.object, &notes.previous_object].into_iter().flatten();
    let mut revoked = revoked.chain(notes.lost.iter().map(|lost| &lost.object));
    let is_own = revoked.any(|object| Some(object.as_str()) == own_object);
    if is_own { Err(own_key(own).into()) } else { Ok(()) }
}

fn own_key(key_id: &str) -> Diagnostic {
    Diagnostic::error(
        "API key in use by this run",
        format!(
            "The API key `{key_id}` would be revoked, and it is the one that this run itself uses. Use another \
             credential and run again; after a rotation that is the new key. Rotating the key that a run uses works: it \
             stays valid for `overlap`."
        ),
    )
}

/// The keys that an update ends, as far as that is known.
pub(super) fn ended<'a>(prior: &'a ApiKeyModel, plan: &'a ApiKeyModel) -> Option<&'a Attr<String>> {
    let previous = &prior.previous_key_id;
    let ends = !plan.previous_key_id.is_unknown() && plan.previous_key_id != *previous;
    Some(previous).filter(|previous| ends && !previous.is_null())
}

/// Whether a plan says for the first time which key of others is to be revoked.
pub(super) fn to_be_replaced<'a>(prior: Option<&ApiKeyModel>, plan: &'a ApiKeyModel) -> Option<&'a str> {
    let wanted = &plan.replace_existing_key_id;
    wanted.as_str().filter(|_| prior.is_none_or(|prior| prior.replace_existing_key_id != *wanted))
}

/// What the caller is to the keys of an account.
pub(super) enum Rights {
    /// It is the account itself, or administers a team of it.
    Admin,
    /// It is in teams of the account and administers none of them, as this says.
    None(Diagnostics),
    /// None of its teams shows the account.
    Unseen,
}

/// `action` ends the sentence "... may not ...".
pub(super) async fn rights(connection: &Connection, owner: &UserId, action: &str) -> Result<Rights> {
    if *owner == connection.caller.id {
        return Ok(Rights::Admin);
    }
    let mut rights = Rights::Unseen;
    // An account of the whole organization is in each of its teams, and one that the caller administers is enough.
    let teams = connection.client.caller_teams().await.explain("read the teams of the credential's account")?;
    for team in teams.iter() {
        if !owner::is_shown(connection, team, owner).await? {
            continue;
        }
        match caller::require_team_admin(connection, team, action).await {
            Ok(()) => return Ok(Rights::Admin),
            Err(errors) => {
                rights = Rights::None(errors.into_iter().map(|error| error.at("service_account_id")).collect());
            }
        }
    }
    Ok(rights)
}

/// Refuses to make a key where the caller may not.
async fn require_admin(cx: &mut Context<'_, Connection>, plan: &ApiKeyModel) -> Result<()> {
    let connection = cx.provider();
    let Some(owner) = plan.service_account_id.as_str().map(UserId::new) else { return Ok(()) };
    let action = format!("make the API key \"{}\"", plan.name.as_str().unwrap_or_default());
    let mut found = rights(connection, &owner, &action).await?;
    if matches!(found, Rights::Unseen)
        && matches!(caller::in_organization(connection).await?, InOrganization::NoAdmin(_))
        && matches!(owner::find(connection, &Notes::default(), &owner).await?, Owner::In(_))
    {
        // It came since its teams were read.
        found = rights(connection, &owner, &action).await?;
    }
    match found {
        Rights::Admin => Ok(()),
        Rights::None(errors) => Err(errors),
        // An admin of the organization need not be in the account's team.
        Rights::Unseen => match caller::in_organization(connection).await? {
            InOrganization::NoAdmin(_) => Err(owner::not_found(&owner).at("service_account_id").into()),
            InOrganization::Doubtful(error) => {
                cx.warn(caller::doubtful(connection, &action, &error).at("service_account_id"));
                Ok(())
            }
            InOrganization::Admin => {
                let found = cx.provider().client.find_service_account(&owner).await;
                match found.explain(&format!("look for the service account `{owner}`"))? {
                    AccountExistence::Absent => Err(owner::not_found(&owner).at("service_account_id").into()),
                    AccountExistence::Exists(_) | AccountExistence::CannotTell(_) => Ok(()),
                }
            }
            InOrganization::CannotTell => Ok(()),
        },
    }
}

/// Looks at a key that is to be revoked. It may be gone, and its account too: only what is seen is refused.
pub(super) async fn before_delete(connection: &Connection, prior: &ApiKeyModel, notes: &Notes) -> Result<()> {
    refuse_own_keys(connection, prior, notes)?;
    let Some(owner) = prior.service_account_id.as_str().map(UserId::new) else { return Ok(()) };
    let action = format!("revoke the API key \"{}\"", prior.name.as_str().unwrap_or_default());
    match rights(connection, &owner, &action).await? {
        Rights::None(errors) => Err(errors),
        Rights::Admin | Rights::Unseen => Ok(()),
    }
}

/// Looks at a key that is to be made: alone, or in place of one that is replaced.
pub(super) async fn before_create(
    cx: &mut Context<'_, Connection>,
    plan: &ApiKeyModel,
    replaced: Option<&Notes>,
) -> Result<()> {
    let connection = cx.provider();
    require_keys_for_accounts(connection, plan).await?;
    require_admin(cx, plan).await?;
    require_last_use(connection, plan).await?;
    refuse_own(connection, [&plan.replace_existing_key_id])?;
    if let Some(notes) = replaced {
        refuse_own_objects(connection, notes)?;
    }
    let objects = replaced.map(|notes| [&notes.object, &notes.previous_object]);
    let is_known = |key: &ApiKeyInfo| objects.into_iter().flatten().flatten().any(|object| object == key.id.as_str());
    warn_of_strangers(cx, plan, is_known).await
}

/// Looks at a key that is to be changed.
pub(super) async fn before_update(
    cx: &mut Context<'_, Connection>,
    prior: &ApiKeyModel,
    plan: &ApiKeyModel,
) -> Result<()> {
    let connection = cx.provider();
    if plan.key_id.is_unknown() {
        require_keys_for_accounts(connection, plan).await?;
    }
    if plan.key_id.is_unknown() || ended(prior, plan).is_some() || to_be_replaced(Some(prior), plan).is_some() {
        require_admin(cx, plan).await?;
    }
    require_last_use(connection, plan).await?;
    refuse_own(connection, ended(prior, plan))?;
    if let Some(key_id) = to_be_replaced(Some(prior), plan) {
        refuse_own(connection, [&plan.replace_existing_key_id])?;
        if [&prior.key_id, &prior.previous_key_id].into_iter().any(|own| own.as_str() == Some(key_id)) {
            let detail = format!(
                "`replace_existing_key_id` is \"{key_id}\", which is a key of this very resource. Give the id of \
                 another key; a key is made anew by changing `rotation.triggers` or by `-replace`."
            );
            return Err(Diagnostic::error("API key cannot replace itself", detail)
                .at("replace_existing_key_id")
                .into());
        }
    }
    let known = [&prior.key_id, &prior.previous_key_id];
    // A successor that was left behind is told by the plan itself.
    let successor = Tag::successor(prior);
    let is_known = |key: &ApiKeyInfo| {
        known.into_iter().any(|key_id| key_id.as_str() == Some(&key.key_id))
            || (successor.is_some() && key.description == successor)
    };
    warn_of_strangers(cx, plan, is_known).await
}

/// Older servers make keys for the caller alone.
async fn require_keys_for_accounts(connection: &Connection, plan: &ApiKeyModel) -> Result<()> {
    let is_own = plan.service_account_id.as_str() == Some(connection.caller.id.as_str());
    let offers = connection.client.offers(Ability::ApiKeysForAccounts).await.explain("ask what the server offers")?;
    if is_own || offers {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Not offered by this server",
        "This server makes API keys for nobody but the caller itself, so not for a service account. Let the account make \
         its key in W&B's own pages and import it; a newer version of W&B Server may offer it.",
    )
    .at("service_account_id")
    .into())
}

/// `when_unused` needs a server that tells when keys were used.
async fn require_last_use(connection: &Connection, plan: &ApiKeyModel) -> Result<()> {
    let wanted = plan.rotation.known().and_then(|rotation| rotation.revoke.known());
    if wanted != Some(&Revoke::WhenUnused) {
        return Ok(());
    }
    if connection.client.tells_key_use().await.explain("ask what the server tells of API keys")? {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Server does not tell when keys were used",
        "`revoke = \"when_unused\"` waits until the previous key is not used any more, and this server has no field that \
         tells when a key was last used. Use `revoke = \"after_overlap\"` with an `overlap` that is long enough for \
         everyone who uses the key; a newer version of W&B Server may offer it.",
    )
    .at(Path::from("rotation").attribute("revoke"))
    .into())
}

/// Names the account's keys of the same name that are not this resource's.
async fn warn_of_strangers(
    cx: &mut Context<'_, Connection>,
    plan: &ApiKeyModel,
    is_known: impl Fn(&ApiKeyInfo) -> bool,
) -> Result<()> {
    let connection = cx.provider();
    let (Some(owner), Some(name)) = (plan.service_account_id.as_str(), plan.name.as_str()) else { return Ok(()) };
    let owner = UserId::new(owner);
    // An account that cannot be seen is told of when the key is made.
    let Some(team) = owner::shown_in(connection, None, &owner).await? else { return Ok(()) };
    let keys = connection.client.snapshot().api_keys(&team, &owner).await;
    let keys = keys.explain(&format!("look for API keys named \"{name}\""))?;
    let replaced = plan.replace_existing_key_id.as_str();
    let is_stranger = |key: &&ApiKeyInfo| {
        key.description.as_deref().is_some_and(|whole| name::split(whole).0 == name)
            && !is_known(key)
            && replaced != Some(&key.key_id)
    };
    let strangers: Vec<&ApiKeyInfo> = keys.iter().filter(is_stranger).collect();
    if !strangers.is_empty() {
        let now = connection.client.server_time();
        let lines: Vec<String> = strangers
            .iter()
            .map(|key| line(&key.key_id, key.description.as_deref().unwrap_or_default(), key.created_at, now))
            .collect();
        cx.warn(same_name(name, &lines));
    }
    Ok(())
}

fn line(key_id: &str, whole_name: &str, created_at: Option<Timestamp>, now: Option<Timestamp>) -> String {
    let made = created_at.map(|at| format!(", made on {at}{}", age(at, now))).unwrap_or_default();
    format!("  {key_id}  ({whole_name}{made})")
}

fn same_name(name: &str, lines: &[String]) -> Diagnostic {
    Diagnostic::warning(
        "Other API keys of this name",
        format!(
            "The service account has API keys named \"{name}\" that this resource does not know:\n\n{}\n\nA run that was \
             interrupted may have left them, and then nobody has their secrets; or another configuration uses them. Where \
             this plan replaces that very key, as after a taint, all is well. To revoke one that nobody needs, set \
             `replace_existing_key_id` to its id.",
            lines.join("\n")
        ),
    )
}

/// Such as `, 3 h ago`.
fn age(at: Timestamp, now: Option<Timestamp>) -> String {
    let Some(now) = now else { return String::new() };
    match now.duration_since(at).as_mins().max(0) {
        minutes if minutes < 120 => format!(", {minutes} min ago"),
        minutes if minutes < 48 * 60 => format!(", {} h ago", minutes / 60),
        minutes => format!(", {} days ago", minutes / (24 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_one_unit() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-27T12:00:30Z", ", 0 min ago"),
            ("2026-11-27T10:30:00Z", ", 90 min ago"),
            ("2026-11-26T13:00:00Z", ", 23 h ago"),
            ("2026-11-20T12:00:00Z", ", 7 days ago"),
        ] {
            assert_eq!(age(at.parse().unwrap(), Some(now)), expected);
        }
        assert_eq!(age(now, None), "");
    }

    #[test]
    fn keys_of_the_same_name_are_named_with_their_age() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let made = Some("2026-11-27T10:30:00Z".parse().unwrap());
        let lines = [("wandb_v1_abcdefghijk", "ci [1-k7f2q9]", made), ("0123456789abcdef0123", "ci", None)];
        let lines = lines.map(|(key_id, whole_name, made)| line(key_id, whole_name, made, Some(now)));
        insta::assert_snapshot!(same_name("ci", &lines).detail);
    }

    #[test]
    fn an_update_ends_the_previous_key_when_another_one_takes_its_place() {
        let of = |previous: Attr<String>| ApiKeyModel { previous_key_id: previous, ..ApiKeyModel::default() };
        for (prior, plan, expected) in [
            (Attr::Null, "b".into(), None),
            ("a".into(), "a".into(), None),
            ("a".into(), Attr::unknown(), None),
            ("a".into(), "b".into(), Some("a")),
            ("a".into(), Attr::Null, Some("a")),
        ] {
            let (prior, plan) = (of(prior), of(plan));
            assert_eq!(ended(&prior, &plan).and_then(Attr::as_str), expected);
        }
    }
}
