//! The action `keyvalue_unlock`: ends a lock that a killed run has left behind.

use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Action, ActionContext, Attr, Context, Diagnostic, Model, Result, Schema};

use crate::store::{Lock, Store};

pub(crate) struct UnlockAction;

#[derive(Model)]
pub(crate) struct Unlock {
    entry: Attr<String>,
    holder: Attr<String>,
}

impl Action for UnlockAction {
    const TYPE_NAME: &'static str = "keyvalue_unlock";
    type Data = Store;
    type Model = Unlock;

    fn schema(&self) -> Schema {
        Schema::new("Ends the lock on an entry at once. An entry that is not locked is no error.")
            .required("entry", string("The id of the entry.").validate(not_blank()))
            .optional("holder", string("Whose lock it has to be. Without it, anybody's."))
    }

    /// Looks at the lock while the run is planned. Here anything may be unknown, and then says nothing.
    async fn preflight(&self, cx: &mut Context<'_, Store>, config: &Unlock) -> Result<()> {
        if let Some(entry) = config.entry.as_str() {
            held(cx.provider(), entry, &config.holder)?;
        }
        Ok(())
    }

    /// All is known now, and the plan may be days old: so it looks again. Nothing is answered but how it goes.
    async fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: Unlock) -> Result<()> {
        let (store, entry) = (cx.provider(), config.entry.get()?);
        match held(store, entry, &config.holder)? {
            Some(lock) => {
                store.remove_lock(entry)?;
                cx.progress(format!("ended the lock of \"{}\" on \"{entry}\"", lock.holder));
            }
            // Invoked again, or by hand: what is done already is fine.
            None => cx.progress(format!("\"{entry}\" is not locked")),
        }
        Ok(())
    }
}

/// The lock on an entry, which has to be this holder's.
fn held(store: &Store, entry: &str, holder: &Attr<String>) -> Result<Option<Lock>> {
    let lock = store.lock(entry)?;
    match (&lock, holder.as_str()) {
        (Some(lock), Some(holder)) if lock.holder != holder => {
            let detail = format!(
                "The entry \"{entry}\" is locked by \"{}\", not by \"{holder}\". Leave out `holder` to end \
                 anybody's lock.",
                lock.holder
            );
            Err(Diagnostic::error("Lock of somebody else", detail).at("holder").into())
        }
        _ => Ok(lock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(UnlockAction.schema().agrees_with::<Unlock>(), Ok(()));
    }
}
