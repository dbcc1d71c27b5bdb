//! The ephemeral resource `keyvalue_lock`: nobody changes an entry while Terraform runs.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tfplugin::schema::string;
use tfplugin::schema::validator::{go_duration, not_blank};
use tfplugin::{Attr, Context, Diagnostic, EphemeralContext, EphemeralResource, Model, Result, Schema, duration};

use crate::store::{Lock, Store};

const DEFAULT_EXPIRY: Duration = Duration::from_mins(5);

pub(crate) struct LockResource;

#[derive(Model)]
pub(crate) struct LockModel {
    entry: Attr<String>,
    expiry: Attr<String>,
    holder: Attr<String>,
}

/// What `renew` and `close` must know.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    entry: String,
    holder: String,
    expiry: Duration,
}

impl EphemeralResource for LockResource {
    const TYPE_NAME: &'static str = "keyvalue_lock";
    type Data = Store;
    type Model = LockModel;
    type Private = Held;

    fn schema(&self) -> Schema {
        Schema::new("A lock on an entry, which is held while Terraform runs.")
            .required("entry", string("The id of the entry.").validate(not_blank()))
            .optional(
                "expiry",
                string("How long the lock outlives a process that is killed. Without it, `5m`.")
                    .validate(go_duration()),
            )
            .computed("holder", string("Whose lock it is."))
    }

    async fn open(&self, cx: &mut EphemeralContext<'_, Self>, config: LockModel) -> Result<LockModel> {
        let (store, entry) = (cx.provider(), config.entry.get()?.clone());
        if let Some(lock) = store.lock(&entry)? {
            let detail = format!(
                "The entry \"{entry}\" is locked by \"{}\". Wait until that run has ended. If it was killed, the \
                 action `keyvalue_unlock` ends its lock.",
                lock.holder
            );
            return Err(Diagnostic::error("Entry is locked", detail).at("entry").into());
        }
        let expiry = config.expiry.as_str().and_then(|text| duration::parse(text).ok()).unwrap_or(DEFAULT_EXPIRY);
        let held = Held { entry, holder: format!("{:016x}", RandomState::new().hash_one(0)), expiry };
        // From here on there is something to close, whatever else fails.
        cx.opened(held.clone());
        cx.renew_at(keep(store, &held)?);
        Ok(LockModel { holder: held.holder.into(), ..config })
    }

    async fn renew(&self, cx: &mut EphemeralContext<'_, Self>, held: &Held) -> Result<()> {
        let again = keep(cx.provider(), held)?;
        cx.renew_at(again);
        Ok(())
    }

    async fn close(&self, cx: &mut Context<'_, Store>, held: Held) -> Result<()> {
        let store = cx.provider();
        match store.lock(&held.entry)? {
            Some(lock) if lock.holder == held.holder => store.remove_lock(&held.entry),
            // Expired, and perhaps somebody else's by now.
            _ => Ok(()),
        }
    }
}

/// Holds the lock for another while; answers when to come back.
fn keep(store: &Store, held: &Held) -> Result<SystemTime> {
    let now = SystemTime::now();
    store.set_lock(&held.entry, &Lock::until(&held.holder, now + held.expiry))?;
    Ok(now + held.expiry / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(LockResource.schema().agrees_with::<LockModel>(), Ok(()));
    }
}
