//! The `provider` block, and all that this provider offers.

use std::path::Path;

use tfplugin::schema::validator::not_blank;
use tfplugin::schema::{boolean, string};
use tfplugin::{About, Attr, ConfigureContext, Diagnostic, Diagnostics, Model, Provider, Registry, Result, Schema};

use crate::store::Store;
use crate::{entries, entry, functions, lock, unlock};

pub(crate) struct KeyValueProvider;

/// The `provider` block.
#[derive(Model)]
pub(crate) struct Configuration {
    folder: Attr<String>,
    read_only: Attr<bool>,
}

impl Provider for KeyValueProvider {
    type Model = Configuration;
    /// What every operation gets: in place of a client, the folder.
    type Data = Store;

    fn about(&self) -> About {
        About {
            name: "keyvalue",
            address: "registry.terraform.io/example/keyvalue",
            version: env!("CARGO_PKG_VERSION"),
            description: "Keeps content under keys, as files in a folder",
            log_targets: &["keyvalue"],
        }
    }

    fn schema(&self) -> Schema {
        Schema::new("Keeps content under keys, as files in a folder.")
            .required("folder", string("The folder, which must be there.").validate(not_blank()))
            .optional("read_only", boolean("Refuses every change."))
    }

    /// What the author of a module can say in a `provider_meta` block.
    fn meta_schema(&self) -> Option<Schema> {
        Some(Schema::new("").optional("module", string("The name of the module; it is noted with every change.")))
    }

    fn register(&self, registry: &mut Registry<Store>) {
        registry
            .resource(entry::EntryResource)
            .data_source(entries::EntriesDataSource)
            .ephemeral_resource(lock::LockResource)
            .action(unlock::UnlockAction)
            .function(functions::Checksum)
            .function(functions::Join)
            .function(functions::Labels);
    }

    fn validate(&self, config: &Configuration, report: &mut Diagnostics) {
        // The value may be unknown here, and then says nothing.
        if config.folder.as_str().is_some_and(|folder| !Path::new(folder).is_absolute()) {
            let detail = "`folder` is relative, and it is the host that decides relative to what. Use \
                          `abspath(\"...\")`.";
            report.push(Diagnostic::error("Relative folder", detail).at("folder"));
        }
    }

    async fn configure(&self, _: &mut ConfigureContext, config: Configuration) -> Result<Store> {
        // Called only once all is known, so null is the one other thing that an optional value can be.
        Store::open(config.folder.get()?, config.read_only.get_optional()?.copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(KeyValueProvider.schema().agrees_with::<Configuration>(), Ok(()));
    }
}
