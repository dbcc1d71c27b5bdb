//! `GetProviderSchema`.

use super::Engine;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::provider::Provider;
use crate::schema::Schema;

impl<P: Provider> Engine<P> {
    /// What no host takes of the schemas. A host would refuse all of them, or fail later, in words that name no cause.
    pub(crate) fn check_schemas(&self) -> Diagnostics {
        let registry = self.registry();
        let provider = std::iter::once(("the provider".to_owned(), self.schema()));
        let meta = self.meta_schema().map(|schema| ("`provider_meta` blocks".to_owned(), schema));
        let resources = registry.resources.iter().map(|(name, it)| (format!("the resource `{name}`"), it.schema()));
        let sources = registry.data_sources.iter().map(|(name, it)| (format!("the data source `{name}`"), it.schema()));
        let ephemeral = registry.ephemeral_resources.iter();
        let ephemeral = ephemeral.map(|(name, it)| (format!("the ephemeral resource `{name}`"), it.schema()));
        let actions = registry.actions.iter().map(|(name, it)| (format!("the action `{name}`"), it.schema()));
        let all = provider.chain(meta).chain(resources).chain(sources).chain(ephemeral).chain(actions);
        let told = |(of, schema): (String, &Schema)| {
            let faults = schema.faults().into_iter();
            faults.map(move |fault| Diagnostic::bug(format!("The schema of {of} breaks a rule of Terraform: {fault}")))
        };
        all.flat_map(told).collect()
    }
}
