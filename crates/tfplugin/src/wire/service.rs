//! The service as gRPC sees it: each call goes to the file of its name.

use std::sync::Arc;

use futures::stream;
use tfplugin_proto::tfplugin6::{self as proto, provider_server};
use tonic::{Request, Response, Status};

use super::{
    Service, Subject, apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    get_functions, get_metadata, get_provider_schema, get_resource_identity_schemas, import_resource_state,
    invoke_action, move_resource_state, open_ephemeral_resource, plan_action, plan_resource_change, read_data_source,
    read_resource, renew_ephemeral_resource, stop_provider, unsupported, upgrade_resource_identity,
    upgrade_resource_state, validate_action_config, validate_data_resource_config, validate_ephemeral_resource_config,
    validate_provider_config, validate_resource_config,
};
use crate::engine::Engine;
use crate::provider::Provider;

type Answer<A> = Result<Response<A>, Status>;
type Events<E> = tonic::codegen::BoxStream<E>;

/// One call whose type is named in the request, served by the module of the call's name.
macro_rules! serve {
    ($self:ident, $rpc:literal, $subject:ident, $request:ident, async $module:ident) => {{
        let request = $request.into_inner();
        let subject = request.type_name.clone();
        $self
            .call($rpc, Subject::$subject(&subject), |engine| async move { $module::serve(&engine, request).await })
            .await
    }};
    ($self:ident, $rpc:literal, $subject:ident, $request:ident, $module:ident) => {{
        let request = $request.into_inner();
        let subject = request.type_name.clone();
        $self.call($rpc, Subject::$subject(&subject), |engine| async move { $module::serve(&engine, &request) }).await
    }};
}

/// One call for a kind of thing that this SDK does not offer.
macro_rules! refuse {
    ($self:ident, $rpc:literal, $kind:literal, $name:expr) => {{
        let name = $name;
        $self
            .call($rpc, Subject::Other(&name.clone()), |_| async move { Err(unsupported::refusal($kind, &name)) })
            .await
    }};
}

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(&self, _: Request<proto::get_metadata::Request>) -> Answer<proto::get_metadata::Response> {
        self.call("GetMetadata", Subject::Provider, |engine| async move { Ok(get_metadata::serve(&engine)) }).await
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        self.call("GetProviderSchema", Subject::Provider, |engine| async move { get_provider_schema::serve(&engine) })
            .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        let request = request.into_inner();
        let serve = |engine: Arc<Engine<P>>| async move { validate_provider_config::serve(&engine, &request) };
        self.call("ValidateProviderConfig", Subject::Provider, serve).await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        let request = request.into_inner();
        self.call("ConfigureProvider", Subject::Provider, |engine| async move {
            configure_provider::serve(&engine, request).await
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        serve!(self, "ValidateResourceConfig", Resource, request, validate_resource_config)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Answer<proto::validate_data_resource_config::Response> {
        serve!(self, "ValidateDataResourceConfig", DataSource, request, validate_data_resource_config)
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        serve!(self, "UpgradeResourceState", Resource, request, upgrade_resource_state)
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        self.call("GetResourceIdentitySchemas", Subject::Provider, |engine| async move {
            Ok(get_resource_identity_schemas::serve(&engine))
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        serve!(self, "UpgradeResourceIdentity", Resource, request, upgrade_resource_identity)
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        serve!(self, "ReadResource", Resource, request, async read_resource)
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        serve!(self, "PlanResourceChange", Resource, request, async plan_resource_change)
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        serve!(self, "ApplyResourceChange", Resource, request, async apply_resource_change)
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        serve!(self, "ImportResourceState", Resource, request, async import_resource_state)
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        let request = request.into_inner();
        let name = request.target_type_name.clone();
        let serve = |engine: Arc<Engine<P>>| async move { move_resource_state::serve(&engine, &request) };
        self.call("MoveResourceState", Subject::Resource(&name), serve).await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        serve!(self, "ReadDataSource", DataSource, request, async read_data_source)
    }

    async fn get_functions(&self, _: Request<proto::get_functions::Request>) -> Answer<proto::get_functions::Response> {
        self.call("GetFunctions", Subject::Provider, |engine| async move { Ok(get_functions::serve(&engine)) }).await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        let request = request.into_inner();
        let name = request.name.clone();
        let serve = |engine: Arc<Engine<P>>| async move { Ok(call_function::serve(&engine, &request)) };
        self.call("CallFunction", Subject::Function(&name), serve).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Answer<proto::validate_ephemeral_resource_config::Response> {
        serve!(self, "ValidateEphemeralResourceConfig", Ephemeral, request, validate_ephemeral_resource_config)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answer<proto::open_ephemeral_resource::Response> {
        serve!(self, "OpenEphemeralResource", Ephemeral, request, async open_ephemeral_resource)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answer<proto::renew_ephemeral_resource::Response> {
        serve!(self, "RenewEphemeralResource", Ephemeral, request, async renew_ephemeral_resource)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answer<proto::close_ephemeral_resource::Response> {
        serve!(self, "CloseEphemeralResource", Ephemeral, request, async close_ephemeral_resource)
    }

    async fn stop_provider(&self, _: Request<proto::stop_provider::Request>) -> Answer<proto::stop_provider::Response> {
        Ok(Response::new(stop_provider::serve(&self.engine)))
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Answer<proto::validate_action_config::Response> {
        serve!(self, "ValidateActionConfig", Action, request, validate_action_config)
    }

    async fn plan_action(&self, request: Request<proto::plan_action::Request>) -> Answer<proto::plan_action::Response> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        let serve = |engine: Arc<Engine<P>>| async move { plan_action::serve(&engine, request).await };
        self.call("PlanAction", Subject::Action(&name), serve).await
    }

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Answer<Events<proto::invoke_action::Event>> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        let (progress, lines) = invoke_action::progress();
        let serve = |engine: Arc<Engine<P>>| async move { invoke_action::serve(&engine, request, progress).await };
        let completed = self.begin("InvokeAction", Subject::Action(&name), serve);
        Ok(Response::new(Box::pin(invoke_action::events(lines, completed))))
    }

    // What follows is empty or refused.

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        refuse!(self, "ValidateListResourceConfig", "list resource", request.into_inner().type_name)
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answer<Events<proto::list_resource::Event>> {
        let event = unsupported::list_resource(&request.into_inner().type_name);
        Ok(Response::new(Box::pin(stream::iter([Ok(event)]))))
    }

    async fn validate_state_store_config(
        &self,
        request: Request<proto::validate_state_store::Request>,
    ) -> Answer<proto::validate_state_store::Response> {
        refuse!(self, "ValidateStateStoreConfig", "state store", request.into_inner().type_name)
    }
}
