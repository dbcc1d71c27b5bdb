//! The mutant provider: the example provider, with one answer broken.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tfplugin::serve::{About, run};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::{
    apply_resource_change, call_function, close_ephemeral_resource, configure_provider, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, import_resource_state, open_ephemeral_resource,
    plan_resource_change, read_data_source, read_resource, renew_ephemeral_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate_data_resource_config,
    validate_ephemeral_resource_config, validate_provider_config, validate_resource_config,
};
use tfplugin_testing::{Relay, Schemas};
use tokio::sync::OnceCell;
use tonic::{Request, Response, Status};

use crate::catalogue;

/// The variable that names the mutant; nothing is broken where it names none.
pub(crate) const MUTANT: &str = "TFPLUGIN_MUTANT";
/// The variable that says where the example provider is.
pub(crate) const EXAMPLE: &str = "TFPLUGIN_MUTANT_OF";
/// The variable that says where a mutant can leave a note for its next process.
pub(crate) const NOTES: &str = "TFPLUGIN_MUTANT_NOTES";

struct Mutant {
    relay: Arc<Relay>,
    /// What values are to be read by: the example's own schemas.
    schemas: OnceCell<Schemas>,
    mutation: Option<Mutation>,
}

impl Mutant {
    async fn schemas(&self) -> Result<&Schemas, Status> {
        let read = || async {
            let schemas = Schemas::read(&mut self.relay.provider().await?).await;
            schemas.map_err(|error| Status::internal(error.to_string()))
        };
        self.schemas.get_or_try_init(read).await
    }
}

/// Hands every call on and breaks the answers to one of them.
macro_rules! calls {
    ($($variant:ident: $call:ident),+ $(,)?) => {
        /// What is done to the answer to a call.
        #[derive(Clone, Copy)]
        #[allow(dead_code, reason = "every call can be mutated, whether or not a mutant does")]
        pub(crate) enum Mutation {
            $($variant(fn(&Schemas, &$call::Request, &mut $call::Response)),)+
        }

        #[tonic::async_trait]
        impl Provider for Mutant {
            $(async fn $call(&self, request: Request<$call::Request>) -> Result<Response<$call::Response>, Status> {
                let request = request.into_inner();
                let mut response = self.relay.provider().await?.$call(request.clone()).await?.into_inner();
                if let Some(Mutation::$variant(mutate)) = self.mutation {
                    mutate(self.schemas().await?, &request, &mut response);
                }
                Ok(Response::new(response))
            })+
        }
    };
}

calls! {
    Metadata: get_metadata,
    Schema: get_provider_schema,
    IdentitySchemas: get_resource_identity_schemas,
    Functions: get_functions,
    ValidateProvider: validate_provider_config,
    Configure: configure_provider,
    Validate: validate_resource_config,
    Upgrade: upgrade_resource_state,
    UpgradeIdentity: upgrade_resource_identity,
    Read: read_resource,
    Plan: plan_resource_change,
    Apply: apply_resource_change,
    Import: import_resource_state,
    ValidateData: validate_data_resource_config,
    ReadData: read_data_source,
    ValidateEphemeral: validate_ephemeral_resource_config,
    Open: open_ephemeral_resource,
    Renew: renew_ephemeral_resource,
    Close: close_ephemeral_resource,
    Call: call_function,
    Stop: stop_provider,
}

/// Runs the process of the mutant.
pub(crate) fn serve() -> ExitCode {
    let about = About {
        name: "keyvalue",
        address: "registry.terraform.io/example/keyvalue",
        version: env!("CARGO_PKG_VERSION"),
        description: "The example provider with one deliberate breach of Terraform's rules",
        log_targets: &[],
    };
    let name = env::var(MUTANT).ok();
    let mutant = name.and_then(|name| catalogue::all().into_iter().find(|mutant| mutant.name == name));
    let relay = Arc::new(Relay::to(PathBuf::from(env::var_os(EXAMPLE).unwrap_or_default())));
    let mutation = mutant.map(|mutant| mutant.mutation);
    run(about, Mutant { relay: Arc::clone(&relay), schemas: OnceCell::new(), mutation }, relay)
}
