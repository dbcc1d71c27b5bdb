//! A provider under the hands of a host: what Terraform does between a configuration and a state.

mod action;
mod apply;
mod data_source;
mod ephemeral;
mod error;
mod function;
mod import;
mod lifecycle;
mod object;
mod plan;
mod read;
mod schemas;
mod wire;

use tfplugin::Diagnostics;
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tonic::transport::Channel;

use crate::process::within;
use crate::rules::{Breach, Rule};
use crate::{Finished, Host, Launch};

use self::wire::Subject;

pub use self::action::Invoked;
pub use self::apply::Applied;
pub use self::ephemeral::Opened;
pub use self::error::{Call, SessionError};
pub use self::function::FunctionError;
pub use self::import::ImportTarget;
pub use self::object::Object;
pub use self::plan::{Action, Plan};
pub use self::schemas::{FunctionSignature, Schemas};

type Result<T> = std::result::Result<T, SessionError>;

/// So many operations a host has under way at the same time, unless it is told otherwise.
const PARALLELISM: usize = 10;

/// The version that the session gives itself out for.
const TERRAFORM_VERSION: &str = "1.15.5";

#[doc = include_str!("example.md")]
#[derive(Debug)]
pub struct Session {
    launch: Launch,
    host: Host,
    schemas: Schemas,
    /// The configuration of the `provider` block, for the processes that follow.
    configuration: Option<Value>,
    stores_planned_private: bool,
    /// The processes that have ended.
    finished: Vec<Finished>,
}

impl Session {
    /// Starts the provider and reads its schemas.
    pub async fn start(launch: Launch) -> Result<Self> {
        let host = launch.clone().host().await?;
        let schemas = Schemas::read(&mut host.provider()).await?;
        let (configuration, finished) = (None, Vec::new());
        Ok(Self { launch, host, schemas, configuration, stores_planned_private: false, finished })
    }

    /// From now on the private bytes of a plan reach the plan that is made again at apply, as from Terraform 1.16 on.
    /// Without this, as in all hosts before, that plan gets the private bytes of the object as it is and no others.
    #[must_use]
    pub fn store_planned_private(mut self) -> Self {
        self.stores_planned_private = true;
        self
    }

    /// What the provider offers.
    #[must_use]
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Gives the provider the attributes of its block, all others being null. Answers its warnings.
    pub async fn configure(&mut self, config: &Value) -> Result<Diagnostics> {
        let schema = self.schemas.provider();
        let config = schema.configuration(config)?;
        let request =
            proto::validate_provider_config::Request { config: Some(wire::encode(&config, schema.object_type())?) };
        let answer = within("an answer", self.provider().validate_provider_config(request)).await??.into_inner();
        let mut warnings = Subject::new(Call::ValidateProviderConfig, "").accept(answer.diagnostics)?;
        warnings.extend(self.configure_process(&config).await?);
        self.configuration = Some(config);
        Ok(warnings)
    }

    async fn configure_process(&self, config: &Value) -> Result<Diagnostics> {
        let request = proto::configure_provider::Request {
            terraform_version: TERRAFORM_VERSION.to_owned(),
            config: Some(wire::encode(config, self.schemas.provider().object_type())?),
            client_capabilities: Some(self.capabilities()),
        };
        let answer = within("an answer", self.provider().configure_provider(request)).await??.into_inner();
        Subject::new(Call::ConfigureProvider, "").accept(answer.diagnostics)
    }

    /// Ends the process and starts another one with the same configuration, as the next command of a host does.
    pub async fn restart(&mut self) -> Result<()> {
        let next = self.launch.clone().host().await?;
        let last = std::mem::replace(&mut self.host, next);
        self.finished.push(ended(last).await?);
        if !self.schemas.is_optional() {
            Schemas::read(&mut self.provider()).await?;
        }
        if let Some(config) = &self.configuration {
            self.configure_process(config).await?;
        }
        Ok(())
    }

    /// Ends the provider and answers all that its processes have written to stderr, line by line.
    pub async fn end(self) -> Result<Vec<String>> {
        let Self { host, mut finished, .. } = self;
        finished.push(ended(host).await?);
        Ok(finished.into_iter().flat_map(|finished| finished.stderr).collect())
    }

    /// What the session says of itself. It never waits for a deferred answer.
    fn capabilities(&self) -> proto::ClientCapabilities {
        proto::ClientCapabilities {
            write_only_attributes_allowed: true,
            store_planned_private: self.stores_planned_private,
            ..proto::ClientCapabilities::default()
        }
    }

    /// The connection under the session, for calls that it has no method for.
    #[must_use]
    pub fn provider(&self) -> ProviderClient<Channel> {
        self.host.provider()
    }
}

/// Ends a process, which has to end well and to have kept silent.
async fn ended(host: Host) -> Result<Finished> {
    let finished = host.shutdown().await?;
    let well = finished.status.success() && finished.stdout.is_empty();
    let breaches = if well { Vec::new() } else { vec![Breach::whole(Rule::Process)] };
    Subject::new(Call::Shutdown, "").hold(breaches)?;
    Ok(finished)
}
