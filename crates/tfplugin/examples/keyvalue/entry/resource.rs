//! An entry's life. No type of the protocol is in sight: models in, models out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tfplugin::resource::{Change, IdentitySchema, ImportTarget, Plan, Upgrade};
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, Resource, ResourceContext, Result, Schema};

use super::model::{Entry, EntryIdentity, OnDestroy};
use super::{Document, document, plan, schema};
use crate::store::Store;

/// How long to wait for a lock, where `timeouts` says nothing.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct EntryResource;

/// What is noted beside the state, in the private bytes: nothing that a user sees, and nothing secret.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// The revision that was written last; 0 for an entry that was imported and never read.
    written: i64,
    /// Whether a read has found another one: then somebody else has written, and perhaps another secret.
    pub overwritten: bool,
}

impl Resource for EntryResource {
    const TYPE_NAME: &'static str = "keyvalue_entry";
    type Data = Store;
    type Model = Entry;
    type Identity = EntryIdentity;
    type Private = Notes;

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> IdentitySchema {
        schema::identity()
    }

    fn upgrades(&self) -> Vec<Upgrade> {
        schema::upgrades()
    }

    fn identity(&self, state: &Entry) -> Result<EntryIdentity> {
        Ok(EntryIdentity { key: state.key.clone(), shard: state.shard.clone() })
    }

    fn validate(&self, config: &Entry, report: &mut Diagnostics) {
        if config.content.known().is_some() && config.secret.known().is_some() {
            let detail = "An entry has `content` or `secret`, not both.";
            report.push(Diagnostic::error("Two kinds of content", detail).at("secret"));
        }
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        plan::plan(plan);
        Ok(())
    }

    /// Looks at the folder while planning: what would go wrong is told before anything is done.
    async fn preflight(&self, cx: &mut Context<'_, Store>, change: Change<'_, Self>) -> Result<()> {
        match change {
            // In a replacement the old entry still has the key.
            Change::Create { plan } => match (plan.key.as_str(), plan.shard.as_str()) {
                (Some(key), Some(shard)) if cx.provider().read(&id(shard, key))?.is_some() => {
                    Err(exists(shard, key).into())
                }
                _ => Ok(()),
            },
            Change::Destroy { prior, .. } if prior.on_destroy.known() == Some(&OnDestroy::Refuse) => {
                Err(protected(prior.key.get()?).into())
            }
            Change::Destroy { .. } | Change::Update { .. } | Change::Recreate { .. } => Ok(()),
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Entry) -> Result<Entry> {
        let patience = plan.timeouts.known().map_or(PATIENCE, |timeouts| timeouts.create(PATIENCE));
        let id = id(plan.shard.get()?, plan.key.get()?);
        unlocked(cx, &id, patience).await?;
        write(cx, Entry { id: id.into(), ..plan }, None, "created")
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: Entry) -> Result<Option<Entry>> {
        let (shard, key) = (shard(&state)?, state.key.get()?.clone());
        let id = id(&shard, &key);
        let Some(document) = cx.provider().read(&id)? else { return Ok(None) };
        let found = document.entry()?;
        let revision = found.revision.known().copied().unwrap_or_default();
        // Noted for the plan, which may not look for itself. Without a change the notes stay as they are.
        cx.private = match cx.private.written {
            0 => Notes { written: revision, overwritten: false },
            written => Notes { written, overwritten: written != revision },
        };
        // What the folder does not know is what the state says.
        let Entry { on_destroy, timeouts, secret_version, .. } = state;
        let (id, shard, key) = (id.into(), shard.into(), key.into());
        Ok(Some(Entry { id, key, secret_version, shard, on_destroy, timeouts, ..found }))
    }

    async fn update(&self, cx: &mut ResourceContext<'_, Self>, prior: Entry, plan: Entry) -> Result<Entry> {
        let patience = plan.timeouts.known().map_or(PATIENCE, |timeouts| timeouts.update(PATIENCE));
        let id = prior.id.get()?;
        unlocked(cx, id, patience).await?;
        let present = cx.provider().read(id)?;
        write(cx, plan, present.as_ref(), "updated")
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Entry) -> Result<()> {
        if state.on_destroy.known() == Some(&OnDestroy::Refuse) {
            // Reached where no plan asks, as for a tainted entry.
            return Err(protected(state.key.get()?).into());
        }
        let id = state.id.get()?;
        cx.provider().delete(id)?;
        cx.provider().note(&format!("{id} deleted"), cx.meta().attribute("module").as_str())
    }

    async fn import(&self, cx: &mut ResourceContext<'_, Self>, target: ImportTarget<EntryIdentity>) -> Result<Entry> {
        let (shard, key) = match target {
            ImportTarget::Id(id) => {
                id.split_once(':').map(|(shard, key)| (shard.to_owned(), key.to_owned())).ok_or_else(|| {
                    let detail = format!("The import id \"{id}\" has not the form `SHARD:KEY`.");
                    Diagnostics::from(Diagnostic::error("Invalid import id", detail))
                })?
            }
            ImportTarget::Identity(identity) => {
                let key = identity.key.get()?.clone();
                (identity.shard.get_optional()?.cloned().unwrap_or_else(|| shard_of(&key)), key)
            }
        };
        if cx.provider().read(&id(&shard, &key))?.is_none() {
            let detail = format!("The shard \"{shard}\" has no entry \"{key}\".");
            return Err(Diagnostic::error("Entry not found", detail).into());
        }
        // A read follows, so what it needs is enough. What has a default gets it.
        Ok(Entry { key: key.into(), shard: shard.into(), ..Entry::default() })
    }
}

/// Writes an entry and answers its state.
fn write(
    cx: &mut ResourceContext<'_, EntryResource>,
    plan: Entry,
    present: Option<&Document>,
    change: &str,
) -> Result<Entry> {
    let store = cx.provider();
    let id = plan.id.get()?.clone();
    // A write-only value is in the configuration alone. One that is not given leaves the present one.
    let given = cx.config().and_then(|config| config.secret.known().cloned());
    let secret = given.or_else(|| present.as_ref()?.secret.clone()).filter(|_| plan.content.is_null());
    let written = match present {
        Some(present) => present.entry()?.revision.known().copied().unwrap_or_default(),
        None => 0,
    };
    let state = document::computed(Entry { revision: (written + 1).into(), ..plan });
    store.write(&id, &Document::of(state.clone(), secret)?)?;
    cx.private = Notes { written: written + 1, overwritten: false };
    // The entry is there: whatever fails from here on, it is not lost.
    cx.reached(state.clone());
    store.note(&format!("{id} {change}"), cx.meta().attribute("module").as_str())?;
    Ok(state)
}

/// Waits for a lock to go, but neither for ever nor against the user's will.
async fn unlocked(cx: &ResourceContext<'_, EntryResource>, id: &str, patience: Duration) -> Result<()> {
    tokio::select! {
        waited = tokio::time::timeout(patience, cx.provider().unlocked(id)) => waited.unwrap_or_else(|_| {
            let detail = format!("The entry \"{id}\" is still locked after {} s.", patience.as_secs());
            Err(Diagnostic::error("Entry is locked", detail).at("key").into())
        }),
        () = cx.stop().cancelled() => Err(Diagnostic::error("Interrupted", "Nothing was changed.").into()),
    }
}

fn id(shard: &str, key: &str) -> String {
    format!("{shard}:{key}")
}

/// The shard of an entry; states of version 0 do not tell.
fn shard(state: &Entry) -> Result<String> {
    match &state.shard {
        Attr::Known(shard) => Ok(shard.clone()),
        Attr::Null | Attr::Unknown(_) => Ok(shard_of(state.key.get()?)),
    }
}

/// The shard of a key where nobody says another.
pub(super) fn shard_of(key: &str) -> String {
    key.chars().next().unwrap_or('0').to_lowercase().collect()
}

fn exists(shard: &str, key: &str) -> Diagnostic {
    Diagnostic::error(
        "Entry exists already",
        format!(
            "The shard \"{shard}\" has an entry \"{key}\" already. To manage it here, import it:\n\n  import {{\n    to = \
             keyvalue_entry.NAME\n    id = \"{shard}:{key}\"\n  }}"
        ),
    )
    .at("key")
}

fn protected(key: &str) -> Diagnostic {
    Diagnostic::error(
        "Entry is protected",
        format!("The entry \"{key}\" has `on_destroy = \"refuse\"`. Apply `on_destroy = \"delete\"` first."),
    )
}
