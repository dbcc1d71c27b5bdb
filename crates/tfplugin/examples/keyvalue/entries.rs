//! The data source `keyvalue_entries`.

use tfplugin::schema::{list, string};
use tfplugin::value::Type;
use tfplugin::{Attr, Context, DataSource, Model, Result, Schema};

use crate::store::Store;

pub(crate) struct EntriesDataSource;

#[derive(Model)]
pub(crate) struct Entries {
    prefix: Attr<String>,
    ids: Attr<Vec<String>>,
}

impl DataSource for EntriesDataSource {
    const TYPE_NAME: &'static str = "keyvalue_entries";
    type Data = Store;
    type Model = Entries;

    fn schema(&self) -> Schema {
        Schema::new("All entries of the folder.")
            .optional("prefix", string("Only entries whose id begins with this."))
            .computed("ids", list(Type::String, "The ids, in order."))
    }

    async fn read(&self, cx: &mut Context<'_, Store>, config: Entries) -> Result<Entries> {
        let prefix = config.prefix.get_optional()?.map_or("", String::as_str);
        let mut ids = cx.provider().ids()?;
        ids.retain(|id| id.starts_with(prefix));
        Ok(Entries { ids: ids.into(), ..config })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(EntriesDataSource.schema().agrees_with::<Entries>(), Ok(()));
    }
}
