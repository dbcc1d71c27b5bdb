//! What a host asks, from a configuration to what it stores.

use futures::StreamExt as _;
use tfplugin_proto::tfplugin6::invoke_action::event::Type as Kind;
use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tfplugin_proto::tfplugin6::{
    self as proto, apply_resource_change, call_function, configure_provider, get_provider_schema,
    import_resource_state, invoke_action, move_resource_state, open_ephemeral_resource, plan_resource_change,
    read_data_source, read_resource, upgrade_resource_identity, upgrade_resource_state,
};
use tonic::Request;

use super::author::{Author, Breach, config, entry_schema, finding_schema, identity, identity_schema, made, set};
use crate::value::{Type, Value};
use crate::wire::Service;
use crate::wire::tests::sent;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    Schema,
    Create,
    Update,
    /// The second half: the object is made anew under another key.
    Replace,
    Refresh,
    Destroy,
    Import,
    Upgrade,
    UpgradeIdentity,
    Move,
    Data,
    Ephemeral,
    Function,
    Action,
}

impl Walk {
    pub(super) const ALL: [Self; 14] = [
        Self::Schema,
        Self::Create,
        Self::Update,
        Self::Replace,
        Self::Refresh,
        Self::Destroy,
        Self::Import,
        Self::Upgrade,
        Self::UpgradeIdentity,
        Self::Move,
        Self::Data,
        Self::Ephemeral,
        Self::Function,
        Self::Action,
    ];
}

/// The last answer of a walk: the first that says no, or the one at its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub call: &'static str,
    pub diagnostics: Vec<proto::Diagnostic>,
    /// A state, a plan or a result; none where none is in the answer.
    pub value: Option<Value>,
    pub identity: Option<Value>,
    pub private: Vec<u8>,
    pub replace: Vec<proto::AttributePath>,
    /// Whether it asks the host to wait.
    pub deferred: bool,
}

impl Answer {
    fn new(call: &'static str, diagnostics: Vec<proto::Diagnostic>) -> Self {
        Self { call, diagnostics, value: None, identity: None, private: vec![], replace: vec![], deferred: false }
    }

    pub(super) fn has_error(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity() == proto::diagnostic::Severity::Error)
    }

    fn value(self, value: Option<&proto::DynamicValue>, ty: &Type) -> Self {
        Self { value: value.map(|value| Value::from_msgpack(&value.msgpack, ty).unwrap()), ..self }
    }

    fn identity(self, identity: Option<proto::ResourceIdentityData>) -> Self {
        let ty = identity_schema().object_type();
        let identity =
            identity.map(|identity| Value::from_msgpack(&identity.identity_data.unwrap().msgpack, &ty).unwrap());
        Self { identity, ..self }
    }
}

/// Goes a walk to its end, or to the first answer that says no.
pub(super) async fn go(walk: Walk, breach: Breach) -> Answer {
    let host = Host(Service::new(Author(breach)));
    let configured = host.configure().await;
    if configured.has_error() {
        return configured;
    }
    let made = Some(made());
    match walk {
        Walk::Schema => host.schema().await,
        Walk::Create => host.change(None, Some(config()), b"").await,
        Walk::Update => host.change(made, Some(set(config(), "content", "Hi!")), NOTES).await,
        Walk::Replace => host.change(None, Some(set(config(), "key", "welcome")), NOTES).await,
        Walk::Destroy => host.change(made, None, NOTES).await,
        Walk::Refresh => host.read().await,
        Walk::Import => host.import().await,
        Walk::Upgrade => host.upgrade().await,
        Walk::UpgradeIdentity => host.upgrade_identity().await,
        Walk::Move => host.take_over().await,
        Walk::Data => host.read_data().await,
        Walk::Ephemeral => host.open().await,
        Walk::Function => host.call().await,
        Walk::Action => host.invoke().await,
    }
}

/// What an apply before this one has noted.
const NOTES: &[u8] = br#"{"tfplugin":1,"notes":{"Count":7}}"#;
const ENTRY: &str = "test_entry";
const FINDING: &str = "test_finding";

struct Host(Service<Author>);

impl Host {
    async fn configure(&self) -> Answer {
        let config = Some(sent(&Value::object([] as [(&str, Value); 0]), &Type::object([] as [(&str, Type); 0])));
        let request = configure_provider::Request { config, ..Default::default() };
        let answer = self.0.configure_provider(Request::new(request)).await.unwrap().into_inner();
        Answer::new("ConfigureProvider", answer.diagnostics)
    }

    async fn schema(&self) -> Answer {
        let request = get_provider_schema::Request {};
        let answer = self.0.get_provider_schema(Request::new(request)).await.unwrap().into_inner();
        Answer::new("GetProviderSchema", answer.diagnostics)
    }

    /// Plans a change and applies it.
    async fn change(&self, prior: Option<Value>, config: Option<Value>, private: &[u8]) -> Answer {
        let schema = entry_schema();
        let ty = schema.object_type();
        let value = |value: &Option<Value>| Some(sent(value.as_ref().unwrap_or(&Value::Null), ty));
        let request = plan_resource_change::Request {
            type_name: ENTRY.to_owned(),
            prior_state: value(&prior),
            proposed_new_state: value(&config),
            config: value(&config),
            prior_private: private.to_vec().into(),
            prior_identity: prior.is_some().then(identity_data),
            ..Default::default()
        };
        let plan = self.0.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
        let planned = Answer {
            private: plan.planned_private.to_vec(),
            replace: plan.requires_replace,
            deferred: plan.deferred.is_some(),
            ..Answer::new("PlanResourceChange", plan.diagnostics)
        };
        let planned = planned.value(plan.planned_state.as_ref(), ty).identity(plan.planned_identity.clone());
        if planned.has_error() || planned.value.is_none() {
            return planned;
        }
        let request = apply_resource_change::Request {
            type_name: ENTRY.to_owned(),
            prior_state: value(&prior),
            planned_state: plan.planned_state,
            config: value(&config),
            planned_private: plan.planned_private,
            planned_identity: plan.planned_identity,
            ..Default::default()
        };
        let apply = self.0.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
        let applied = Answer {
            private: apply.private.to_vec(),
            // What the plan said belongs to what is seen of both.
            replace: planned.replace,
            deferred: planned.deferred,
            ..Answer::new("ApplyResourceChange", apply.diagnostics)
        };
        applied.value(apply.new_state.as_ref(), ty).identity(apply.new_identity)
    }

    async fn read(&self) -> Answer {
        let schema = entry_schema();
        let request = read_resource::Request {
            type_name: ENTRY.to_owned(),
            current_state: Some(sent(&made(), schema.object_type())),
            private: NOTES.to_vec().into(),
            current_identity: Some(identity_data()),
            ..Default::default()
        };
        let read = self.0.read_resource(Request::new(request)).await.unwrap().into_inner();
        let answer = Answer { private: read.private.to_vec(), ..Answer::new("ReadResource", read.diagnostics) };
        answer.value(read.new_state.as_ref(), schema.object_type()).identity(read.new_identity)
    }

    async fn import(&self) -> Answer {
        let request = import_resource_state::Request {
            type_name: ENTRY.to_owned(),
            identity: Some(identity_data()),
            ..Default::default()
        };
        let import = self.0.import_resource_state(Request::new(request)).await.unwrap().into_inner();
        let answer = Answer::new("ImportResourceState", import.diagnostics);
        let mut imported = import.imported_resources.into_iter();
        let Some(only) = imported.next() else { return answer };
        assert!(imported.next().is_none() && only.type_name == ENTRY);
        let answer = Answer { private: only.private.to_vec(), ..answer };
        answer.value(only.state.as_ref(), entry_schema().object_type()).identity(only.identity)
    }

    async fn upgrade(&self) -> Answer {
        let request = upgrade_resource_state::Request {
            type_name: ENTRY.to_owned(),
            version: 0,
            raw_state: Some(empty_object()),
        };
        let upgrade = self.0.upgrade_resource_state(Request::new(request)).await.unwrap().into_inner();
        let answer = Answer::new("UpgradeResourceState", upgrade.diagnostics);
        answer.value(upgrade.upgraded_state.as_ref(), entry_schema().object_type())
    }

    async fn upgrade_identity(&self) -> Answer {
        let raw_identity = proto::RawState { json: br#"{"name":"greeting"}"#.to_vec().into(), ..Default::default() };
        let request = upgrade_resource_identity::Request {
            type_name: ENTRY.to_owned(),
            version: 0,
            raw_identity: Some(raw_identity),
        };
        let upgrade = self.0.upgrade_resource_identity(Request::new(request)).await.unwrap().into_inner();
        Answer::new("UpgradeResourceIdentity", upgrade.diagnostics).identity(upgrade.upgraded_identity)
    }

    async fn take_over(&self) -> Answer {
        let request = move_resource_state::Request {
            source_provider_address: "registry.terraform.io/acme/pages".to_owned(),
            source_type_name: "pages_page".to_owned(),
            source_state: Some(empty_object()),
            target_type_name: ENTRY.to_owned(),
            ..Default::default()
        };
        let moved = self.0.move_resource_state(Request::new(request)).await.unwrap().into_inner();
        let answer = Answer::new("MoveResourceState", moved.diagnostics);
        let answer = Answer { private: moved.target_private.to_vec(), ..answer };
        answer.value(moved.target_state.as_ref(), entry_schema().object_type()).identity(moved.target_identity)
    }

    async fn read_data(&self) -> Answer {
        let schema = finding_schema();
        let request = read_data_source::Request {
            type_name: FINDING.to_owned(),
            config: Some(sent(&finding(), schema.object_type())),
            ..Default::default()
        };
        let read = self.0.read_data_source(Request::new(request)).await.unwrap().into_inner();
        Answer::new("ReadDataSource", read.diagnostics).value(read.state.as_ref(), schema.object_type())
    }

    async fn open(&self) -> Answer {
        let schema = finding_schema();
        let request = open_ephemeral_resource::Request {
            type_name: FINDING.to_owned(),
            config: Some(sent(&finding(), schema.object_type())),
            ..Default::default()
        };
        let open = self.0.open_ephemeral_resource(Request::new(request)).await.unwrap().into_inner();
        Answer::new("OpenEphemeralResource", open.diagnostics).value(open.result.as_ref(), schema.object_type())
    }

    async fn call(&self) -> Answer {
        let arguments = vec![sent(&"Hello!".into(), &Type::String)];
        let request = call_function::Request { name: "checksum".to_owned(), arguments };
        let call = self.0.call_function(Request::new(request)).await.unwrap().into_inner();
        let error = call.error.map(|error| proto::Diagnostic {
            severity: proto::diagnostic::Severity::Error.into(),
            detail: error.text,
            ..Default::default()
        });
        Answer::new("CallFunction", error.into_iter().collect()).value(call.result.as_ref(), &Type::String)
    }

    async fn invoke(&self) -> Answer {
        let config = Some(sent(&Value::object([] as [(&str, Value); 0]), &Type::object([] as [(&str, Type); 0])));
        let request = invoke_action::Request { action_type: "test_act".to_owned(), config, ..Default::default() };
        let events = self.0.invoke_action(Request::new(request)).await.unwrap().into_inner();
        let last = events.collect::<Vec<_>>().await.pop().unwrap().unwrap();
        let Some(Kind::Completed(completed)) = last.r#type else { panic!("an invocation ends") };
        Answer::new("InvokeAction", completed.diagnostics)
    }
}

fn finding() -> Value {
    Value::object([("prefix", "g".into()), ("note", Value::Null), ("found", Value::Null)])
}

fn identity_data() -> proto::ResourceIdentityData {
    let identity_data = Some(sent(&identity(), &identity_schema().object_type()));
    proto::ResourceIdentityData { identity_data }
}

fn empty_object() -> proto::RawState {
    proto::RawState { json: b"{}".to_vec().into(), ..Default::default() }
}
