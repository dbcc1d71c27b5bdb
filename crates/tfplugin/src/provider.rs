//! The provider itself.

use std::collections::BTreeMap;
use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::action::erased::ErasedAction;
use crate::action::{self, Action};
use crate::data_source::{self, DataSource, ErasedDataSource};
use crate::diagnostic::{Diagnostic, Diagnostics, Result};
use crate::ephemeral::erased::ErasedEphemeralResource;
use crate::ephemeral::{self, EphemeralResource};
use crate::function::{self, ErasedFunction, Function};
use crate::model::Model;
use crate::resource::Resource;
use crate::resource::erased::{self, ErasedResource};
use crate::schema::Schema;
use crate::serve::About;

/// A Terraform provider: a configuration, and the things that it offers.
pub trait Provider: Send + Sync + 'static {
    /// The attributes of the `provider` block.
    type Model: Model;
    /// What resources and data sources work with once the provider is configured, such as a client.
    type Data: Send + Sync + 'static;

    /// Who this is.
    fn about(&self) -> About;

    /// The schema of the `provider` block; asked for once.
    fn schema(&self) -> Schema;

    /// The schema of `provider_meta` blocks, by which the authors of a module can tell the provider something: none for
    /// providers that do not listen.
    fn meta_schema(&self) -> Option<Schema> {
        None
    }

    /// Names everything that this provider offers.
    fn register(&self, registry: &mut Registry<Self::Data>);

    /// Judges the `provider` block beyond the rules of single attributes. Any value may be unknown.
    fn validate(&self, config: &Self::Model, report: &mut Diagnostics) {
        let _ = (config, report);
    }

    /// Makes what resources work with. Called only with a wholly known configuration, and cut short where the user
    /// interrupts.
    fn configure(
        &self,
        cx: &mut ConfigureContext,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Data>> + Send;
}

/// What `configure` has at hand.
pub struct ConfigureContext {
    pub(crate) host_version: String,
    pub(crate) stop: CancellationToken,
    pub(crate) report: Diagnostics,
}

impl ConfigureContext {
    /// The version of Terraform or OpenTofu, as it says of itself.
    #[must_use]
    pub fn host_version(&self) -> &str {
        &self.host_version
    }

    /// Set off when the user interrupts. The SDK then waits no longer for `configure`; what it has begun elsewhere, such as
    /// a task of its own, should end.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Tells the user something that does not stop the provider.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.report.push(warning);
    }
}

/// All that a provider offers, by name.
pub struct Registry<D> {
    pub(crate) resources: BTreeMap<&'static str, Box<dyn ErasedResource<D>>>,
    pub(crate) data_sources: BTreeMap<&'static str, Box<dyn ErasedDataSource<D>>>,
    pub(crate) ephemeral_resources: BTreeMap<&'static str, Box<dyn ErasedEphemeralResource<D>>>,
    pub(crate) functions: BTreeMap<&'static str, Box<dyn ErasedFunction>>,
    pub(crate) actions: BTreeMap<&'static str, Box<dyn ErasedAction<D>>>,
}

impl<D: Send + Sync + 'static> Registry<D> {
    pub(crate) fn new() -> Self {
        Self {
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral_resources: BTreeMap::new(),
            functions: BTreeMap::new(),
            actions: BTreeMap::new(),
        }
    }

    /// Offers a resource.
    pub fn resource<R: Resource<Data = D>>(&mut self, resource: R) -> &mut Self {
        self.resources.insert(R::TYPE_NAME, Box::new(erased::Typed::new(resource)));
        self
    }

    /// Offers an ephemeral resource.
    pub fn ephemeral_resource<E: EphemeralResource<Data = D>>(&mut self, resource: E) -> &mut Self {
        self.ephemeral_resources.insert(E::TYPE_NAME, Box::new(ephemeral::erased::Typed::new(resource)));
        self
    }

    /// Offers a function.
    pub fn function<F: Function>(&mut self, function: F) -> &mut Self {
        self.functions.insert(F::NAME, Box::new(function::Typed::new(function)));
        self
    }

    /// Offers an action.
    pub fn action<A: Action<Data = D>>(&mut self, action: A) -> &mut Self {
        self.actions.insert(A::TYPE_NAME, Box::new(action::erased::Typed::new(action)));
        self
    }

    /// Offers a data source.
    pub fn data_source<S: DataSource<Data = D>>(&mut self, source: S) -> &mut Self {
        self.data_sources.insert(S::TYPE_NAME, Box::new(data_source::Typed::new(source)));
        self
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{ConfigureContext, Provider, Registry};
    use crate::diagnostic::Result;
    use crate::schema::Schema;
    use crate::serve::About;

    /// A provider that needs no configuration and offers what this registers.
    pub(crate) struct Offering(pub(crate) fn(&mut Registry<()>));

    impl Provider for Offering {
        type Model = ();
        type Data = ();

        fn about(&self) -> About {
            About { name: "test", address: "test/test", version: "0.0.0", description: "A test.", log_targets: &[] }
        }

        fn schema(&self) -> Schema {
            Schema::new("")
        }

        fn register(&self, registry: &mut Registry<()>) {
            (self.0)(registry);
        }

        async fn configure(&self, _: &mut ConfigureContext, (): ()) -> Result<()> {
            Ok(())
        }
    }
}
