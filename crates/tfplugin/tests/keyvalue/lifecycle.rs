//! The life of an entry, and its names.

use std::fs;

use serde_json::json;
use tfplugin::value::{Type, Value};
use tfplugin_testing::{Action, ImportTarget};

use crate::scene::{Result, Scene, TYPE, entry, object, refusal};

/// An entry with something in every attribute that a configuration can set.
fn full() -> Value {
    let extra = Type::object([("answer", Type::Number), ("words", Type::Tuple(vec![Type::String, Type::Bool]))]);
    let value = object([("answer", 42.into()), ("words", Value::List(vec!["a".into(), true.into()]))]);
    entry(
        "texts/greeting",
        "Hello!",
        [
            ("media_type", "Text/Plain".into()),
            ("shard", "s1".into()),
            ("labels", object([("team", "docs".into()), ("none", Value::Null)])),
            ("extra", Value::Dynamic(Box::new((extra, value)))),
            ("owner", object([("name", "Ada".into())])),
            ("comments", Value::List(vec![object([("text", "first".into())]), object([("text", "second".into())])])),
            ("links", Value::set([object([("to", "a".into())]), object([("to", "b".into()), ("weight", 5.into())])])),
            ("variants", object([("german", object([("content", "Hallo!".into())]))])),
            ("timeouts", object([("create", "10s".into())])),
        ],
    )
}

#[tokio::test]
async fn lives_with_everything_from_create_to_destroy() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create(&full()).await?;
    assert_eq!(created.attribute("id").as_str(), Some("s1:texts/greeting"));
    assert_eq!(created.attribute("size"), &Value::from(6));
    assert_eq!(created.attribute("owner").attribute("team").as_str(), Some("everybody"), "a default in an object");
    assert!(scene.file("s1:texts/greeting").is_file());

    let Value::Map(mut changed) = full() else { panic!("an object") };
    changed.insert("content".into(), "Good morning!".into());
    changed.insert("comments".into(), Value::List(vec![object([("text", "only".into())])]));
    changed.remove("owner");
    let updated = scene.session.update(created.clone(), &Value::Map(changed)).await?;
    assert_eq!(updated.attribute("revision"), &Value::from(2));
    assert_ne!(updated.attribute("checksum"), created.attribute("checksum"));
    assert!(updated.attribute("owner").is_null());
    assert_eq!(updated.identity(), created.identity());

    scene.session.destroy(updated).await?;
    assert!(!scene.file("s1:texts/greeting").exists());
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_changed_outside_is_drift_and_what_is_deleted_is_gone() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = entry("greeting", "Hello!", []);
    let created = scene.create(&config).await?;
    scene.edit("g:greeting", |document| document["entry"]["content"] = json!("Hi!"))?;
    let drifted = scene.session.refresh(&created).await?.ok_or("the entry is there")?;
    assert_eq!(drifted.attribute("content").as_str(), Some("Hi!"));
    let restored = scene.session.update(drifted, &config).await?;

    fs::remove_file(scene.file("g:greeting"))?;
    assert!(scene.session.refresh(&restored).await?.is_none());
    let plan = scene.session.plan_destroy(&restored).await?;
    assert!(scene.session.apply(plan).await?.into_result()?.is_none(), "one that is gone is destroyed");
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn replacements_are_asked_for_by_what_needs_them() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = entry("greeting", "Hello!", []);
    let created = scene.create(&config).await?;
    // The configuration, and the attributes that ask.
    let cases = [
        (entry("welcome", "Hello!", []), vec!["key"]),
        (entry("greeting", "Hello!", [("media_type", "text/html".into())]), vec![]),
        (entry("greeting", "Hello!", [("media_type", "image/svg+xml".into())]), vec!["media_type"]),
        (entry("greeting", "Hello!", [("media_type", "TEXT/PLAIN".into())]), vec![]),
        (entry("greeting", "Hello!", [("shard", "s2".into())]), vec!["shard"]),
        (entry("welcome", "Hello!", [("shard", "s2".into())]), vec!["key", "shard"]),
    ];
    for (config, expected) in cases {
        let plan = scene.session.plan(TYPE, Some(&created), &config).await?;
        let asking: Vec<String> = plan.requires_replace().iter().map(ToString::to_string).collect();
        assert_eq!(asking, expected);
    }
    let replaced = scene.session.replace(created, &entry("welcome", "Hello!", [])).await?;
    assert_eq!(replaced.attribute("id").as_str(), Some("w:welcome"));
    assert_eq!(replaced.attribute("revision"), &Value::from(1));

    // The new one first, as `create_before_destroy` asks.
    let config = entry("greeting", "Hello!", []);
    let plan = scene.session.plan(TYPE, Some(&replaced), &config).await?.create_before_destroy();
    assert_eq!(plan.action(), Action::Replace);
    scene.session.apply(plan).await?.into_result()?.ok_or("an entry")?;
    let journal = scene.journal()?;
    assert_eq!(journal[journal.len() - 2..], ["g:greeting created by nobody", "w:welcome deleted by nobody"]);
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn it_is_imported_by_id_and_by_identity() -> Result<()> {
    let mut scene = Scene::set().await?;
    let config = entry("greeting", "Hello!", [("shard", "s1".into())]);
    let created = scene.create(&config).await?;
    scene.session.import_verify(&created, "s1:greeting", &[]).await?;
    let identity = created.identity().ok_or("an entry has an identity")?.clone();
    let imported = scene.session.import_verify(&created, ImportTarget::Identity(identity), &[]).await?;
    scene.session.settled(&imported, &config).await?;

    // What is optional in an identity may be left out.
    let plain = entry("plain", "Hello!", []);
    let created = scene.create(&plain).await?;
    let identity = ImportTarget::Identity(object([("key", "plain".into())]));
    scene.session.import_verify(&created, identity, &[]).await?;

    for (id, refused) in [("nowhere:nothing", "Entry not found"), ("greeting", "Invalid import id")] {
        assert_eq!(refusal(scene.session.import(TYPE, id).await)?, [refused]);
    }
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn states_of_older_versions_are_upgraded() -> Result<()> {
    let scene = Scene::set().await?;
    let state = scene.session.upgrade(TYPE, 0, br#"{"name": "greeting", "text": "Hello!", "gone": [1]}"#).await?;
    assert_eq!(state.attribute("key").as_str(), Some("greeting"));
    assert_eq!(state.attribute("content").as_str(), Some("Hello!"));
    assert_eq!(state.attribute("media_type").as_str(), Some("text/plain"), "what is missing is its default");
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn entries_are_listed() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create(&entry("b/2", "", [])).await?;
    scene.create(&entry("a/1", "", [])).await?;
    let ids = |prefix: Value| object([("prefix", prefix)]);
    let all = scene.session.read_data_source("keyvalue_entries", &ids(Value::Null)).await?;
    assert!(all.attribute("ids") == &Value::List(vec!["a:a/1".into(), "b:b/2".into()]));
    let some = scene.session.read_data_source("keyvalue_entries", &ids("b".into())).await?;
    assert!(some.attribute("ids") == &Value::List(vec!["b:b/2".into()]));
    scene.session.end().await?;
    Ok(())
}
