//! Functions, with everything that arguments can be.

use tfplugin::value::{Type, Value};
use tfplugin_testing::SessionError;

use crate::scene::{Result, Scene, object};

/// What a function says where it does not answer, and the argument that it blames.
fn refusal(result: std::result::Result<Value, SessionError>) -> Result<(String, Option<i64>)> {
    match result.err().ok_or("the function answered")? {
        SessionError::Function { error, .. } => Ok((error.text, error.argument)),
        other => Err(other.into()),
    }
}

#[tokio::test]
async fn null_and_any_number_of_arguments_are_taken() -> Result<()> {
    let scene = Scene::set().await?;
    let call = |name: &'static str, arguments: Vec<Value>| {
        let session = &scene.session;
        async move { session.call(name, &arguments).await }
    };
    assert_eq!(call("checksum", vec!["a".into()]).await?.as_str(), Some("fnv:af63dc4c8601ec8c"));
    assert!(call("checksum", vec![Value::Null]).await?.is_null());
    assert_eq!(call("join", vec!["/".into()]).await?.as_str(), Some(""));
    assert_eq!(call("join", vec!["/".into(), "a".into(), "b".into()]).await?.as_str(), Some("a/b"));

    let refused = call("join", vec!["/".into(), "a".into(), "b/c".into()]).await;
    assert_eq!(refusal(refused)?, ("a part contains the separator".to_owned(), Some(2)));
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn options_may_be_left_out_but_not_misspelled() -> Result<()> {
    let scene = Scene::set().await?;
    let labels = |options: Value, names: &[&str]| {
        let ty = Type::object(names.iter().map(|name| (*name, Type::String)));
        let session = &scene.session;
        async move { session.call("labels", &[Value::Dynamic(Box::new((ty, options)))]).await }
    };
    let docs = object([("team", "docs".into())]);
    assert!(labels(docs.clone(), &["team"]).await? == docs);
    let both = object([("team", "docs".into()), ("environment", "test".into())]);
    assert!(labels(both.clone(), &["team", "environment"]).await? == both);

    let misspelled = object([("team", "docs".into()), ("enviroment", "test".into())]);
    let (text, argument) = refusal(labels(misspelled, &["team", "enviroment"]).await)?;
    assert_eq!((text.as_str(), argument), ("unexpected attribute `enviroment`", Some(0)));
    scene.session.end().await?;
    Ok(())
}
