//! What is opened is closed, whatever happens.

use std::sync::Mutex;

use crate::engine::Engine;
use crate::model::{Attr, Model};
use crate::provider::{ConfigureContext, Provider, Registry};
use crate::schema::{Schema, string};
use crate::serve::About;
use crate::value::Value;
use crate::{Context, Diagnostic, EphemeralContext, EphemeralResource, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    Well,
    NothingToClose,
    FailAfter,
    PanicAfter,
    LeaveUnknown,
    CloseFails,
}

struct Tokens {
    behaviour: Behaviour,
    closed: Mutex<Vec<u32>>,
}

#[derive(Model)]
struct Token {
    name: Attr<String>,
    lifetime: Attr<String>,
    value: Attr<String>,
}

impl EphemeralResource for &'static Tokens {
    const TYPE_NAME: &'static str = "test_token";
    type Data = ();
    type Model = Token;
    type Private = u32;

    fn schema(&self) -> Schema {
        Schema::new("A token.")
            .required("name", string(""))
            .optional("lifetime", string("").default("1h"))
            .computed("value", string("").sensitive())
    }

    async fn open(&self, cx: &mut EphemeralContext<'_, Self>, config: Token) -> Result<Token> {
        config.lifetime.get()?;
        let opened = Token { value: "secret".into(), ..config };
        if self.behaviour == Behaviour::NothingToClose {
            return Ok(opened);
        }
        cx.opened(7);
        match self.behaviour {
            Behaviour::FailAfter => Err(Diagnostic::error("Remote failure", "It failed.").into()),
            Behaviour::PanicAfter => panic!("hunter2"),
            Behaviour::LeaveUnknown => Ok(Token { value: Attr::unknown(), ..opened }),
            _ => Ok(opened),
        }
    }

    async fn close(&self, cx: &mut Context<'_, ()>, private: u32) -> Result<()> {
        assert!(!cx.stop().is_cancelled(), "what is open has to be closed, interrupt or not");
        self.closed.lock().unwrap().push(private);
        match self.behaviour {
            Behaviour::CloseFails => Err(Diagnostic::error("Remote failure", "It failed.").into()),
            _ => Ok(()),
        }
    }
}

struct TestProvider(&'static Tokens);

impl Provider for TestProvider {
    type Model = ();
    type Data = ();

    fn about(&self) -> About {
        About { name: "test", address: "test/test", version: "0.0.0", description: "A test", log_targets: &[] }
    }

    fn schema(&self) -> Schema {
        Schema::new("")
    }

    fn register(&self, registry: &mut Registry<()>) {
        registry.ephemeral_resource(self.0);
    }

    async fn configure(&self, _: &mut ConfigureContext, (): ()) -> Result<()> {
        Ok(())
    }
}

async fn engine(behaviour: Behaviour) -> (Engine<TestProvider>, &'static Tokens) {
    let tokens: &'static Tokens = Box::leak(Box::new(Tokens { behaviour, closed: Mutex::default() }));
    let engine = Engine::new(TestProvider(tokens));
    engine.configure_provider("1.11.4".into(), Value::Map([].into())).await.unwrap();
    (engine, tokens)
}

async fn open(engine: &Engine<TestProvider>) -> Result<Option<Vec<u8>>> {
    let config = Value::object([("name", Value::from("a")), ("lifetime", Value::Null), ("value", Value::Null)]);
    let response = engine.open_ephemeral_resource("test_token", config, false).await?;
    assert_eq!(response.result.attribute("lifetime").as_str(), Some("1h"), "a default");
    Ok(response.private)
}

#[tokio::test]
async fn an_open_that_fails_cleans_up_before_it_says_so() {
    for behaviour in [Behaviour::FailAfter, Behaviour::PanicAfter, Behaviour::LeaveUnknown] {
        let (engine, tokens) = engine(behaviour).await;
        let errors = open(&engine).await.unwrap_err();
        assert_eq!(*tokens.closed.lock().unwrap(), [7], "{behaviour:?}");
        assert!(!format!("{errors:?}").contains("hunter2"));
        engine.close_all().await;
        assert_eq!(tokens.closed.lock().unwrap().len(), 1, "and only once");
    }
}

#[tokio::test]
async fn a_close_is_done_once_and_the_rest_at_the_end() {
    let (engine, tokens) = engine(Behaviour::Well).await;
    let first = open(&engine).await.unwrap().unwrap();
    let second = open(&engine).await.unwrap().unwrap();
    assert_ne!(first, second, "the host can tell them apart");
    assert!(!String::from_utf8_lossy(&first).contains("secret"));
    assert!(engine.close_ephemeral_resource("test_token", &first).await.unwrap().is_empty());
    engine.close_all().await;
    engine.close_all().await;
    assert_eq!(*tokens.closed.lock().unwrap(), [7, 7]);
}

#[tokio::test]
async fn an_interrupt_does_not_cut_a_close() {
    let (engine, tokens) = engine(Behaviour::Well).await;
    let first = open(&engine).await.unwrap().unwrap();
    open(&engine).await.unwrap();
    engine.stop_provider();
    assert!(engine.close_ephemeral_resource("test_token", &first).await.unwrap().is_empty());
    engine.close_all().await;
    assert_eq!(*tokens.closed.lock().unwrap(), [7, 7]);
}

#[tokio::test]
async fn a_close_that_failed_is_tried_again_at_the_end() {
    let (engine, tokens) = engine(Behaviour::CloseFails).await;
    let held = open(&engine).await.unwrap().unwrap();
    assert!(engine.close_ephemeral_resource("test_token", &held).await.unwrap().has_error());
    engine.close_all().await;
    assert_eq!(tokens.closed.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn where_nothing_was_made_nothing_is_closed() {
    let (engine, tokens) = engine(Behaviour::NothingToClose).await;
    assert_eq!(open(&engine).await.unwrap(), None);
    assert!(engine.close_ephemeral_resource("test_token", b"").await.unwrap().is_empty());
    engine.close_all().await;
    assert!(tokens.closed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_never_opened_is_refused() {
    let (engine, _) = engine(Behaviour::Well).await;
    assert!(engine.close_ephemeral_resource("test_token", b"{}").await.is_err());
    assert!(engine.renew_ephemeral_resource("test_token", b"other").await.is_err());
    let held = open(&engine).await.unwrap().unwrap();
    assert!(engine.renew_ephemeral_resource("test_token", &held).await.is_ok());
}
