//! A null that has a type: to a host it is not the null of another one.

use crate::engine::Engine;
use crate::model::{Attr, Model};
use crate::provider::tests::Offering;
use crate::schema::{Schema, dynamic, string};
use crate::value::{Type, Value};
use crate::{Context, DataSource, EphemeralContext, EphemeralResource, Result};

/// Answers what is configured.
#[derive(Clone, Copy)]
struct Echo;

#[derive(Model)]
struct Said {
    anything: Attr<Value>,
    found: Attr<String>,
}

fn schema() -> Schema {
    Schema::new("An echo.").optional("anything", dynamic("")).computed("found", string(""))
}

impl DataSource for Echo {
    const TYPE_NAME: &'static str = "test_echo";
    type Data = ();
    type Model = Said;

    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, _: &mut Context<'_, ()>, config: Said) -> Result<Said> {
        Ok(Said { found: "x".into(), ..config })
    }
}

impl EphemeralResource for Echo {
    const TYPE_NAME: &'static str = "test_echo";
    type Data = ();
    type Model = Said;
    type Private = ();

    fn schema(&self) -> Schema {
        schema()
    }

    async fn open(&self, _: &mut EphemeralContext<'_, Self>, config: Said) -> Result<Said> {
        Ok(Said { found: "x".into(), ..config })
    }

    async fn close(&self, _: &mut Context<'_, ()>, (): ()) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_configured_as_null_is_answered_with_its_type() {
    let engine = Engine::new(Offering(|registry| {
        registry.data_source(Echo).ephemeral_resource(Echo);
    }));
    engine.configure_provider("1.11.4".into(), Value::Map([].into())).await.unwrap();
    let typed = |value| Value::Dynamic(Box::new((Type::String, value)));
    for anything in [Value::Null, typed(Value::Null), typed("a".into())] {
        let said = |found| Value::object([("anything", anything.clone()), ("found", found)]);
        let config = said(Value::Null);
        let read = engine.read_data_source("test_echo", config.clone(), Value::Null, false).await;
        assert!(read.map(|read| read.state) == Ok(said("x".into())), "{anything:?}");
        let opened = engine.open_ephemeral_resource("test_echo", config, false).await;
        assert!(opened.map(|opened| opened.result) == Ok(said("x".into())), "{anything:?}");
    }
}
