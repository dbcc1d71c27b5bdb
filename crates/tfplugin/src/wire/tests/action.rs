//! Actions: an invocation always says how it ended.

use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tfplugin_proto::tfplugin6::{self as proto, invoke_action, invoke_action::event::Type as Kind};
use tokio::sync::Notify;
use tonic::Request;

use super::{sent, titles};
use crate::schema::{boolean, string};
use crate::serve::About;
use crate::value::Value;
use crate::wire::Service;
use crate::{
    Action, ActionContext, Attr, ConfigureContext, Context, Diagnostic, Model, Provider, Registry, Result, Schema,
};

#[derive(Model)]
struct Send {
    text: Attr<String>,
    loud: Attr<bool>,
}

/// What happens on the remote side.
#[derive(Default)]
struct Remote {
    done: Mutex<Vec<String>>,
    go_on: Notify,
    finished: Notify,
}

struct SendAction;

impl Action for SendAction {
    const TYPE_NAME: &'static str = "test_send";
    type Data = Arc<Remote>;
    type Model = Send;

    fn schema(&self) -> Schema {
        Schema::new("Sends.").required("text", string("")).optional("loud", boolean("").default(true))
    }

    async fn preflight(&self, _: &mut Context<'_, Arc<Remote>>, config: &Send) -> Result<()> {
        match config.text.as_str() {
            Some("forbidden") => Err(Diagnostic::error("Not allowed", "No.").into()),
            _ => Ok(()),
        }
    }

    async fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: Send) -> Result<()> {
        let remote = cx.provider();
        let text = config.text.get()?.clone();
        cx.progress(format!("sending {text}"));
        match text.as_str() {
            "fail" => {
                cx.warn(Diagnostic::warning("Odd", "It was odd."));
                Err(Diagnostic::error("Remote failure", "It failed.").into())
            }
            "panic" => panic!("hunter2"),
            "flood" => {
                (0..5000).for_each(|_| cx.progress("more"));
                Ok(())
            }
            "wait" => {
                remote.go_on.notified().await;
                remote.done.lock().unwrap().push(text);
                remote.finished.notify_one();
                Ok(())
            }
            "until stopped" => {
                cx.stop().cancelled().await;
                Err(Diagnostic::error("Interrupted", "It ended early.").into())
            }
            _ => {
                remote.done.lock().unwrap().push(format!("{text} loud {}", config.loud.get()?));
                Ok(())
            }
        }
    }
}

struct TestProvider(Arc<Remote>);

#[derive(Model)]
struct Config {
    token: Attr<String>,
}

impl Provider for TestProvider {
    type Model = Config;
    type Data = Arc<Remote>;

    fn about(&self) -> About {
        About { name: "test", address: "test/test", version: "0.0.0", description: "A test.", log_targets: &[] }
    }

    fn schema(&self) -> Schema {
        Schema::new("").optional("token", string(""))
    }

    fn register(&self, registry: &mut Registry<Arc<Remote>>) {
        registry.action(SendAction);
    }

    async fn configure(&self, _: &mut ConfigureContext, _: Config) -> Result<Arc<Remote>> {
        Ok(Arc::clone(&self.0))
    }
}

async fn service(token: Value) -> (Service<TestProvider>, Arc<Remote>) {
    let remote = Arc::new(Remote::default());
    let service = Service::new(TestProvider(Arc::clone(&remote)));
    let config = sent(&Value::object([("token", token)]), service.engine.schema().object_type());
    let request = proto::configure_provider::Request { config: Some(config), ..Default::default() };
    service.configure_provider(Request::new(request)).await.unwrap();
    (service, remote)
}

fn config(text: Value) -> proto::DynamicValue {
    let value = Value::object([("text", text), ("loud", Value::Null)]);
    sent(&value, SendAction.schema().object_type())
}

fn invocation(action_type: &str, text: Value) -> Request<invoke_action::Request> {
    let config = Some(config(text));
    Request::new(invoke_action::Request { action_type: action_type.to_owned(), config, client_capabilities: None })
}

/// The lines of progress, and the titles of the messages at the end; there is one end, and it comes last.
async fn events(service: &Service<TestProvider>, action_type: &str, text: Value) -> (Vec<String>, Vec<String>) {
    let stream = service.invoke_action(invocation(action_type, text)).await.unwrap().into_inner();
    let mut kinds: Vec<Kind> = stream.map(|event| event.unwrap().r#type.unwrap()).collect().await;
    let Some(Kind::Completed(completed)) = kinds.pop() else { panic!("no end") };
    let progress = kinds.into_iter().map(|kind| match kind {
        Kind::Progress(progress) => progress.message,
        Kind::Completed(_) => panic!("two ends"),
    });
    (progress.collect(), titles(&completed.diagnostics).into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn an_invocation_tells_how_far_it_is_and_how_it_ended() {
    let (service, remote) = service(Value::Null).await;
    let cases = [
        ("hello", vec!["sending hello"], vec![]),
        ("fail", vec!["sending fail"], vec!["Odd", "Remote failure"]),
        ("panic", vec!["sending panic"], vec!["Bug in the provider"]),
    ];
    for (text, progress, end) in cases {
        let told = events(&service, "test_send", text.into()).await;
        assert_eq!(told.0, progress, "{text}");
        assert_eq!(told.1, end, "{text}");
    }
    assert_eq!(*remote.done.lock().unwrap(), ["hello loud true"], "with the default");
}

#[tokio::test]
async fn what_cannot_be_invoked_says_so_at_the_end() {
    let (service, _) = service(Value::Null).await;
    assert_eq!(events(&service, "test_other", "a".into()).await.1, ["Unknown action"]);
    assert_eq!(events(&service, "test_send", Value::unknown()).await.1, ["Bug in the provider"]);
    let request = invoke_action::Request { action_type: "test_send".to_owned(), ..Default::default() };
    let stream = service.invoke_action(Request::new(request)).await.unwrap().into_inner();
    let events: Vec<_> = stream.collect().await;
    assert!(matches!(&events[..], [Ok(event)] if matches!(event.r#type, Some(Kind::Completed(_)))));
}

#[tokio::test]
async fn a_host_that_does_not_read_holds_nothing_up() {
    let (service, _) = service(Value::Null).await;
    let (progress, end) = events(&service, "test_send", "flood".into()).await;
    assert!(progress.len() > 1000 && end.is_empty(), "{} lines", progress.len());
}

#[tokio::test]
async fn a_host_that_hangs_up_cuts_nothing_short() {
    let (service, remote) = service(Value::Null).await;
    let mut stream = service.invoke_action(invocation("test_send", "wait".into())).await.unwrap().into_inner();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    remote.go_on.notify_one();
    remote.finished.notified().await;
    assert_eq!(*remote.done.lock().unwrap(), ["wait"]);
}

#[tokio::test]
async fn an_interrupt_reaches_a_running_action() {
    let (service, _) = service(Value::Null).await;
    let invocation = invocation("test_send", "until stopped".into());
    let mut stream = service.invoke_action(invocation).await.unwrap().into_inner();
    stream.next().await.unwrap().unwrap();
    service.stop_provider(Request::new(proto::stop_provider::Request::default())).await.unwrap();
    let Some(Kind::Completed(end)) = stream.next().await.unwrap().unwrap().r#type else { panic!("no end") };
    assert_eq!(titles(&end.diagnostics), ["Interrupted"]);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_plan_looks_ahead_also_at_what_is_unknown() {
    let plan = async |service: &Service<TestProvider>, text: Value, deferral_allowed| {
        let request = proto::plan_action::Request {
            action_type: "test_send".to_owned(),
            config: Some(config(text)),
            client_capabilities: Some(proto::ClientCapabilities { deferral_allowed, ..Default::default() }),
        };
        service.plan_action(Request::new(request)).await.unwrap().into_inner()
    };
    let (known, _) = service(Value::Null).await;
    assert_eq!(plan(&known, Value::unknown(), false).await, proto::plan_action::Response::default());
    assert_eq!(titles(&plan(&known, "forbidden".into(), true).await.diagnostics), ["Not allowed"]);

    // Where the provider's own configuration is unknown nothing is looked at, and only a host that allows it waits.
    let (unknown, _) = service(Value::unknown()).await;
    assert_eq!(plan(&unknown, "forbidden".into(), false).await, proto::plan_action::Response::default());
    let reason = plan(&unknown, "forbidden".into(), true).await.deferred.unwrap().reason();
    assert_eq!(reason, proto::deferred::Reason::ProviderConfigUnknown);
    assert_eq!(events(&unknown, "test_send", "a".into()).await.1, ["Provider configuration not known yet"]);
}

#[tokio::test]
async fn actions_are_offered_and_validated() {
    let (service, _) = service(Value::Null).await;
    let schema = service
        .get_provider_schema(Request::new(proto::get_provider_schema::Request::default()))
        .await
        .unwrap()
        .into_inner();
    assert!(schema.action_schemas["test_send"].schema.is_some());
    let metadata =
        service.get_metadata(Request::new(proto::get_metadata::Request::default())).await.unwrap().into_inner();
    assert_eq!(metadata.actions[0].type_name, "test_send");
    for (type_name, expected) in [("test_send", vec![]), ("test_other", vec!["Unknown action"])] {
        let config = Some(config("a".into()));
        let request = proto::validate_action_config::Request { type_name: type_name.to_owned(), config };
        let answer = service.validate_action_config(Request::new(request)).await.unwrap().into_inner();
        assert_eq!(titles(&answer.diagnostics), expected);
    }
}
