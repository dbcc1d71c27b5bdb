//! What a plan says, before anything is done.

use serde_json::json;
use tfplugin::value::{Refinement, Type, Value};
use tfplugin_testing::Action;

use crate::scene::{Result, Scene, TYPE, entry, object, refusal};

#[tokio::test]
async fn what_is_known_of_the_unknown_is_told() -> Result<()> {
    let scene = Scene::set().await?;
    let plan = scene.session.plan(TYPE, None, &entry("greeting", "Hello!", [])).await?;
    assert_eq!(plan.planned().attribute("shard").as_str(), Some("g"), "known as soon as the key is");
    let Value::Unknown(Some(refinement)) = plan.planned().attribute("checksum") else { panic!("a refined unknown") };
    assert_eq!(**refinement, Refinement::prefix("fnv:"));

    // Nothing follows from a key that is not known, and the content may turn out to be null.
    let config = object([("key", Value::unknown()), ("content", Value::unknown())]);
    let plan = scene.session.plan(TYPE, None, &config).await?;
    for attribute in ["shard", "checksum", "size"] {
        assert_eq!(plan.planned().attribute(attribute), &Value::unknown(), "{attribute}");
    }
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_known_only_at_apply_is_filled_in() -> Result<()> {
    let mut scene = Scene::set().await?;
    let links = |to: [Value; 2]| ("links", Value::set(to.map(|to| object([("to", to)]))));
    let unknown = entry("greeting", "Hello!", [links([Value::unknown(), Value::unknown()])]);
    let plan = scene.session.plan(TYPE, None, &unknown).await?;
    let Value::Set(planned) = plan.planned().attribute("links") else { panic!("a set") };
    assert_eq!(planned.as_slice().len(), 2, "two that are unknown are two");

    let known = entry("greeting", "Hello!", [links(["a".into(), "b".into()])]);
    let plan = plan.with_config(&scene.session, &known)?;
    let applied = scene.session.apply(plan).await?.into_result()?.ok_or("an entry")?;
    scene.session.settled(&applied, &known).await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn elements_that_are_known_only_at_apply_are_filled_in() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = |element: &dyn Fn(&'static str, Value) -> Value| {
        let one = |name: &'static str| element(name, object([(name, "a".into())]));
        let more = [
            ("comments", Value::List(vec![one("text"), Value::Null])),
            ("links", Value::set([one("to"), object([("to", "b".into())])])),
            ("variants", Value::object([("v", one("content"))])),
        ];
        entry("greeting", "Hello!", more)
    };
    let plan = scene.session.plan(TYPE, None, &config(&|_, _| Value::unknown())).await?;
    let Value::List(comments) = plan.planned().attribute("comments") else { panic!("a list") };
    assert!(comments[..] == [Value::unknown(), Value::Null], "{comments:?}");

    let known = config(&|_, element| element);
    let plan = plan.with_config(&scene.session, &known)?;
    let applied = scene.session.apply(plan).await?.into_result()?.ok_or("an entry")?;
    scene.session.settled(&applied, &known).await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn a_null_that_has_a_type_keeps_it() -> Result<()> {
    let mut scene = Scene::set().await?;
    let null = Value::Dynamic(Box::new((Type::String, Value::Null)));
    let config = entry("greeting", "Hello!", [("extra", null.clone())]);
    let created = scene.create(&config).await?;
    assert!(created.attribute("extra") == &null);
    scene.session.settled(&created, &config).await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn an_update_keeps_what_does_not_change() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create(&entry("greeting", "Hello!", [])).await?;
    let labelled = entry("greeting", "Hello!", [("labels", object([("team", "docs".into())]))]);
    let plan = scene.session.plan(TYPE, Some(&created), &labelled).await?;
    assert_eq!(plan.action(), Action::Update);
    for (attribute, unknown) in [("id", false), ("checksum", false), ("size", false), ("revision", true)] {
        assert_eq!(plan.planned().attribute(attribute).is_unknown(), unknown, "{attribute}");
    }
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn another_spelling_of_the_same_is_no_change() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create(&entry("greeting", "Hello!", [("media_type", "Text/HTML".into())])).await?;
    let spelled = entry("greeting", "Hello!", [("media_type", "text/html".into())]);
    assert_eq!(scene.session.plan(TYPE, Some(&created), &spelled).await?.action(), Action::NoOp);
    // Also where it is the folder that spells it differently.
    scene.edit("g:greeting", |document| document["entry"]["media_type"] = json!("TEXT/html"))?;
    let read = scene.session.refresh(&created).await?.ok_or("the entry is there")?;
    assert_eq!(read.attribute("media_type").as_str(), Some("Text/HTML"));
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn a_secret_is_written_and_never_told() -> Result<()> {
    let mut scene = Scene::set().await?;
    let secret = |secret: &str, version: i64| {
        object([("key", "password".into()), ("secret", secret.into()), ("secret_version", version.into())])
    };
    let created = scene.create(&secret("hunter2", 1)).await?;
    assert!(std::fs::read_to_string(scene.file("p:password"))?.contains("hunter2"));

    // A new secret of the same version is no change, as nobody can see it.
    assert_eq!(scene.session.plan(TYPE, Some(&created), &secret("hunter3", 1)).await?.action(), Action::NoOp);
    let updated = scene.session.update(created, &secret("hunter3", 2)).await?;
    assert!(std::fs::read_to_string(scene.file("p:password"))?.contains("hunter3"));

    // Whoever wrote the file outside may have changed the secret, so it is written again.
    scene.edit("p:password", |document| document["secret"] = json!("hunter4"))?;
    let read = scene.session.refresh(&updated).await?.ok_or("the entry is there")?;
    let written = scene.session.update(read, &secret("hunter3", 2)).await?;
    assert!(std::fs::read_to_string(scene.file("p:password"))?.contains("hunter3"));
    assert_eq!(written.attribute("revision"), &Value::from(4));

    let private = String::from_utf8_lossy(written.private()).into_owned();
    let logs = scene.session.end().await?;
    for text in logs.iter().chain([&private]) {
        assert!(!text.contains("hunter"), "a secret was told");
    }
    Ok(())
}

#[tokio::test]
async fn bad_configurations_are_refused_with_their_places() -> Result<()> {
    let scene = Scene::set().await?;
    let labels = |count: usize| Value::object((0..count).map(|index| (index.to_string(), Value::from("x"))));
    let cases = [
        (entry("", "", []), "key: Invalid value for `key`"),
        (entry("a b", "", []), "key: Invalid value for `key`"),
        (entry("a", "", [("media_type", "text".into())]), "media_type: Invalid value for `media_type`"),
        (entry("a", "", [("labels", labels(17))]), "labels: Invalid value for `labels`"),
        (entry("a", "", [("secret_version", 0.into())]), "secret_version: Invalid value for `secret_version`"),
        (entry("a", "", [("on_destroy", "maybe".into())]), "on_destroy: Invalid value for `on_destroy`"),
        (entry("a", "", [("owner", object([("name", " ".into())]))]), "owner.name: Invalid value for `name`"),
        (
            entry("a", "", [("timeouts", object([("create", "soon".into())]))]),
            "timeouts.create: Invalid value for `create`",
        ),
        (entry("a", "text", [("secret", "hunter2".into())]), "secret: Two kinds of content"),
    ];
    for (config, expected) in cases {
        assert_eq!(refusal(scene.session.validate(TYPE, &config).await)?, [expected]);
    }
    let unknown = object([("key", Value::unknown()), ("labels", Value::unknown()), ("owner", Value::unknown())]);
    scene.session.validate(TYPE, &unknown).await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_would_go_wrong_is_told_while_planning() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = entry("greeting", "Hello!", [("on_destroy", "refuse".into())]);
    let created = scene.create(&config).await?;
    assert_eq!(refusal(scene.session.plan(TYPE, None, &config).await)?, ["key: Entry exists already"]);
    assert_eq!(refusal(scene.session.plan_destroy(&created).await)?, ["Entry is protected"]);

    // A destroy goes by the state, not by what a configuration says that was never applied.
    let allowed = entry("greeting", "Hello!", [("on_destroy", "delete".into())]);
    let updated = scene.session.update(created, &allowed).await?;
    scene.session.destroy(updated).await?;
    scene.session.end().await?;
    Ok(())
}
