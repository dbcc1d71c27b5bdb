//! What a plan does to a key: a pure function of the state, the configuration and the notes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tfplugin::{Attr, Diagnostic};

use super::model::{ApiKeyModel, Encryption, Notes, Revoke, Rotation};
use super::schedule::{Terms, time};

/// What happens to a key that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Keep,
    /// Nothing yet, although the key is due: its predecessor has to end first.
    Wait,
    /// The previous key is still used, so it is kept until then.
    KeepPrevious(Timestamp),
    /// The previous key is what this very run uses, so it is kept for a later one to end.
    KeepForRun,
    /// The previous key is revoked.
    Revoke,
    /// A new key takes its place.
    Rotate(Reason),
    /// What decides is not known yet.
    Undecided,
}

/// Why a new key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Due,
    Triggers,
    Recipients,
    /// The key is gone, and its predecessor lives.
    Gone,
}

/// What is to happen.
pub(super) fn decide(prior: &ApiKeyModel, config: &ApiKeyModel, notes: &Notes) -> Step {
    if notes.current_gone {
        return Step::Rotate(Reason::Gone);
    }
    match (triggered(prior, config), reencrypted(prior, config)) {
        (Some(true), _) => return Step::Rotate(Reason::Triggers),
        (_, Some(true)) => return Step::Rotate(Reason::Recipients),
        (None, _) | (_, None) => return Step::Undecided,
        (Some(false), Some(false)) => {}
    }
    let Some(observed_at) = notes.observed_at else { return Step::Keep };
    let Some(terms) = Terms::of(&config.rotation) else { return Step::Undecided };
    let passed = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline <= observed_at);
    let is_due = passed(time(&prior.created_at).and_then(|created_at| terms.rotates_at(created_at)));
    if prior.previous_key_id.is_null() {
        return if is_due { Step::Rotate(Reason::Due) } else { Step::Keep };
    }
    if !passed(previous_expires_at(prior, config, &terms)) {
        return if is_due { Step::Wait } else { Step::Keep };
    }
    let used_until = notes.previous_last_used_at.map(|last_use| terms.kept_until(last_use));
    match used_until.filter(|until| terms.revoke == Revoke::WhenUnused && *until > observed_at) {
        Some(until) => Step::KeepPrevious(until),
        None if notes.previous_is_own => Step::KeepForRun,
        None if is_due => Step::Rotate(Reason::Due),
        None => Step::Revoke,
    }
}

/// Whether the key was imported and not rotated since: nobody here has had its secret.
fn is_imported(prior: &ApiKeyModel) -> bool {
    prior.key.is_null() && prior.encrypted_key.is_null()
}

fn triggers(rotation: &Attr<Rotation>) -> Attr<BTreeMap<String, Attr<String>>> {
    match rotation {
        Attr::Known(rotation) => rotation.triggers.clone(),
        Attr::Null => Attr::Null,
        Attr::Unknown(_) => Attr::unknown(),
    }
}

/// Whether a trigger changed, came in or went; `None` as long as that is not known. Triggers that are taken away
/// altogether are forgotten, and the first ones of an imported key are only recorded: those that it was made with are not
/// known.
fn triggered(prior: &ApiKeyModel, config: &ApiKeyModel) -> Option<bool> {
    let present = triggers(&prior.rotation);
    match triggers(&config.rotation) {
        _ if is_imported(prior) && present.is_null() => Some(false),
        Attr::Unknown(_) => None,
        Attr::Null => Some(false),
        Attr::Known(wanted) => {
            let present = present.known().cloned().unwrap_or_default();
            let known = wanted.iter().filter(|(_, value)| !value.is_unknown());
            let same = |(key, value): (&String, &Attr<String>)| present.get(key) == Some(value);
            let changed = { known }.any(|entry| !same(entry)) || present.keys().any(|key| !wanted.contains_key(key));
            match changed {
                true => Some(!wanted.is_empty()),
                false if wanted.values().any(Attr::is_unknown) => None,
                false => Some(false),
            }
        }
    }
}

/// Whether others are to decrypt the secret than those who can; `None` as long as that is not known. Nobody can decrypt
/// the secret of an imported key, so it is kept for its successor who shall.
fn reencrypted(prior: &ApiKeyModel, config: &ApiKeyModel) -> Option<bool> {
    if is_imported(prior) {
        return Some(false);
    }
    let recipients = |encryption: &Attr<Encryption>| match encryption {
        Attr::Null => Some(None),
        Attr::Unknown(_) => None,
        Attr::Known(encryption) => {
            let texts = encryption.age_recipients.known()?.0.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<std::collections::BTreeSet<_>>>().map(Some)
        }
    };
    Some(recipients(&prior.encryption) != Some(recipients(&config.encryption)?))
}

/// When the previous key ends: as it was told, unless other terms are configured than this followed from.
fn previous_expires_at(prior: &ApiKeyModel, config: &ApiKeyModel, terms: &Terms) -> Option<Timestamp> {
    let kept = |terms: &Terms| time(&prior.created_at).map(|created_at| terms.kept_until(created_at));
    match Terms::of(&prior.rotation) {
        Some(before) if !config.rotation.is_null() && kept(&before) != kept(terms) => kept(terms),
        _ => time(&prior.previous_key_expires_at).or_else(|| kept(terms)),
    }
}

/// Writes into the plan what a step makes of a key that is there.
pub(super) fn carry(step: &Step, prior: &ApiKeyModel, config: &ApiKeyModel, planned: &mut ApiKeyModel) {
    let terms = Terms::of(&config.rotation);
    let text = |time: Option<Timestamp>| Attr::from(time.map(|time| time.to_string()));
    match step {
        Step::Rotate(reason) => {
            make_anew(config, planned);
            planned.secret_version = prior.secret_version.known().map_or(1, |version| version + 1).into();
            planned.previous_key_id =
                if *reason == Reason::Gone { prior.previous_key_id.clone() } else { prior.key_id.clone() };
            planned.previous_key_expires_at = Attr::unknown();
        }
        Step::Undecided => {
            make_anew(config, planned);
            planned.secret_version = Attr::unknown();
            planned.previous_key_id = Attr::unknown();
            planned.previous_key_expires_at = Attr::unknown();
            planned.last_used_at = Attr::unknown();
        }
        Step::Keep | Step::Wait | Step::KeepPrevious(_) | Step::KeepForRun | Step::Revoke => {
            planned.rotates_at = match terms {
                None => Attr::unknown(),
                Some(terms) => text(time(&prior.created_at).and_then(|created_at| terms.rotates_at(created_at))),
            };
            let has_previous = !prior.previous_key_id.is_null() && *step != Step::Revoke;
            planned.previous_key_expires_at = match (step, terms) {
                (Step::KeepPrevious(until), _) => text(Some(*until)),
                (_, _) if !has_previous => Attr::Null,
                (_, None) => Attr::unknown(),
                (_, Some(terms)) => text(previous_expires_at(prior, config, &terms)),
            };
            if !has_previous {
                planned.previous_key_id = Attr::Null;
            }
        }
    }
}

/// Writes into the plan what is known of a key where there is none.
pub(super) fn create(config: &ApiKeyModel, planned: &mut ApiKeyModel) {
    make_anew(config, planned);
    planned.secret_version = 1.into();
    planned.previous_key_id = Attr::Null;
    planned.previous_key_expires_at = Attr::Null;
}

/// What every new key has.
fn make_anew(config: &ApiKeyModel, planned: &mut ApiKeyModel) {
    (planned.key, planned.encrypted_key) = match &config.encryption {
        Attr::Null => (Attr::unknown(), Attr::Null),
        Attr::Known(_) => (Attr::Null, Attr::unknown()),
        Attr::Unknown(_) => (Attr::unknown(), Attr::unknown()),
    };
    planned.key_id = Attr::unknown();
    planned.created_at = Attr::unknown();
    let never = matches!(&config.rotation, Attr::Null)
        || config.rotation.known().is_some_and(|rotation| rotation.interval.is_null());
    planned.rotates_at = if never { Attr::Null } else { Attr::unknown() };
    planned.last_used_at = Attr::Null;
}

/// What a plan says about a step beside its values.
pub(super) fn remarks(step: &Step, prior: &ApiKeyModel, config: &ApiKeyModel, notes: &Notes) -> Vec<Diagnostic> {
    let name = prior.name.as_str().unwrap_or_default();
    let key_id = prior.key_id.as_str().unwrap_or_default();
    let previous = prior.previous_key_id.as_str().unwrap_or_default();
    let used = notes.previous_last_used_at.map(|time| format!(", last on {time}")).unwrap_or_default();
    let expires_at = prior.previous_key_expires_at.as_str().unwrap_or_default();
    let mut remarks = Vec::new();
    match step {
        Step::Rotate(Reason::Gone) => remarks.push(Diagnostic::warning(
            "API key was revoked outside",
            format!(
                "The present API key \"{name}\", `{key_id}`, was revoked by others. The previous one, `{previous}`, is \
                 valid still: it stays so for `overlap`, and a new key takes the place of the one that is gone."
            ),
        )),
        Step::Rotate(Reason::Triggers | Reason::Recipients) if !prior.previous_key_id.is_null() => {
            remarks.push(Diagnostic::warning(
                "Previous API key is revoked early",
                format!(
                    "The previous API key of \"{name}\", `{previous}`, was to be valid until {expires_at}. There are \
                     never more than two keys, so this rotation revokes it. Who still uses it has to take over the \
                     present key `{key_id}` before, or the new one right after."
                ),
            ));
        }
        Step::KeepPrevious(until) => remarks.push(Diagnostic::warning(
            "Previous API key is still in use",
            format!(
                "The previous API key of \"{name}\", `{previous}`, was to be revoked on {expires_at}, but it is still \
                 used{used}. By `revoke = \"when_unused\"` it is kept until {until}, and longer if it is used again; the \
                 key is not rotated by its `interval` before. Find out who uses it: their copy has to be replaced by \
                 the present key `{key_id}`."
            ),
        )),
        Step::Wait => remarks.push(Diagnostic::warning(
            "Rotation waits for the previous key",
            format!(
                "The API key \"{name}\" is due to be rotated, but the previous one, `{previous}`, is kept until \
                 {expires_at}, and there are never more than two. It is rotated by the first apply after that."
            ),
        )),
        Step::KeepForRun => remarks.push(Diagnostic::warning(
            "Previous API key is in use by this run",
            format!(
                "The previous API key of \"{name}\", `{previous}`, was to be revoked on {expires_at}, but it is the one that \
                 this run itself uses, so it is kept, and the key is not rotated by its `interval` before. Let the next \
                 run use the present key `{key_id}`; it revokes the previous one."
            ),
        )),
        Step::Keep | Step::Revoke | Step::Rotate(_) | Step::Undecided => {}
    }
    if is_imported(prior) && !matches!(step, Step::Rotate(_)) {
        remarks.extend(recorded(name, prior, config));
    }
    for lost in &notes.lost {
        let what_now = match step {
            Step::Rotate(_) if lost.is_own => {
                "But this run itself uses it, so it is kept. The next rotation revokes it; to do so before, set \
                 `replace_existing_key_id` to its id once nothing uses it."
            }
            Step::Rotate(_) => "This rotation revokes it, once the new key is made.",
            _ if lost.is_own => "But this run itself uses it: the next rotation makes a key that the state has, too.",
            _ => "The next rotation revokes it; to do so now, set `replace_existing_key_id` to its id.",
        };
        remarks.push(Diagnostic::warning(
            "API key left behind",
            format!(
                "A run that was interrupted has made the API key `{}` for \"{name}\", and the state does not have it, so \
                 probably nobody has its secret. {what_now}",
                lost.key_id
            ),
        ));
    }
    let has_interval = config.rotation.known().is_some_and(|rotation| rotation.interval.as_str().is_some());
    if has_interval && prior.created_at.is_null() && !matches!(step, Step::Rotate(_)) {
        remarks.push(
            Diagnostic::warning(
                "Age of the API key not known",
                format!(
                    "The server does not tell when the imported API key \"{name}\" was made, so it cannot be rotated by \
                     its age. Its successors can: rotate it once by changing `triggers`."
                ),
            )
            .at(tfplugin::value::Path::from("rotation").attribute("interval")),
        );
    }
    remarks
}

/// What is written down of an imported key and has no effect yet.
fn recorded(name: &str, prior: &ApiKeyModel, config: &ApiKeyModel) -> Vec<Diagnostic> {
    let mut remarks = Vec::new();
    if triggers(&prior.rotation).is_null() && !triggers(&config.rotation).is_null() {
        let detail = format!(
            "The API key \"{name}\" was imported, and which triggers it was made with is not known. So these are written \
             down, and the key stays as it is; it is rotated when one of them changes."
        );
        let path = tfplugin::value::Path::from("rotation").attribute("triggers");
        remarks.push(Diagnostic::warning("Triggers are only recorded", detail).at(path));
    }
    if prior.encryption.is_null() && !config.encryption.is_null() {
        let detail = format!(
            "The API key \"{name}\" was imported, so its secret is not known here and nothing can be encrypted. The \
             recipients count for the key that takes its place: rotate it by its `interval`, or by changing `triggers`."
        );
        remarks.push(Diagnostic::warning("Nothing to encrypt yet", detail).at("encryption"));
    }
    remarks
}

#[cfg(test)]
mod tests;
