//! Where something fails: nothing is lost, and the user is told.

use std::fs;

use tfplugin::value::Value;
use tfplugin_testing::{Action, Launch, Session};

use crate::scene::{Result, Scene, TYPE, entry, example, object, path, refusal};

/// The journal of the folder cannot be written: changes fail after they were made.
fn break_journal(scene: &Scene) -> Result<()> {
    let journal = scene.folder.path().join("journal.log");
    if journal.exists() {
        fs::remove_file(&journal)?;
    }
    Ok(fs::create_dir(journal)?)
}

#[tokio::test]
async fn a_create_that_fails_late_loses_and_taints_nothing() -> Result<()> {
    let mut scene = Scene::set().await?;
    break_journal(&scene)?;
    let config = entry("greeting", "Hello!", []);
    let plan = scene.session.plan(TYPE, None, &config).await?;
    let applied = scene.session.apply(plan).await?;
    // An error would taint the entry, and the next run would destroy it.
    let warnings: Vec<_> =
        applied.diagnostics.iter().map(|warning| (warning.is_error(), warning.summary.as_str())).collect();
    assert_eq!(warnings, [(false, "Folder cannot be used")]);
    let created = applied.object.ok_or("the entry is stored")?;
    assert!(!created.is_tainted());
    scene.session.settled(&created, &config).await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn an_update_that_fails_late_stores_what_was_reached() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create(&entry("greeting", "Hello!", [])).await?;
    break_journal(&scene)?;
    let plan = scene.session.plan(TYPE, Some(&created), &entry("greeting", "Hi!", [])).await?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.diagnostics.has_error());
    let updated = applied.object.ok_or("the entry is stored")?;
    assert_eq!(updated.attribute("content").as_str(), Some("Hi!"));
    assert!(!updated.is_tainted());

    let plan = scene.session.plan_destroy(&updated).await?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.diagnostics.has_error());
    assert_eq!(applied.object.as_ref(), Some(&updated), "a destroy that fails forgets nothing");
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn a_change_that_fails_early_changes_nothing() -> Result<()> {
    let mut scene = Scene::set().await?;
    let created = scene.create(&entry("greeting", "Hello!", [])).await?;
    scene.session.configure(&object([("folder", path(scene.folder.path())), ("read_only", true.into())])).await?;

    let plan = scene.session.plan(TYPE, Some(&created), &entry("greeting", "Hi!", [])).await?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(applied.object.as_ref(), Some(&created));
    assert_eq!(refusal(applied.into_result())?, ["Folder is read-only"]);
    let plan = scene.session.plan(TYPE, None, &entry("welcome", "Hi!", [])).await?;
    assert!(scene.session.apply(plan).await?.object.is_none());
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn a_tainted_entry_is_made_anew() -> Result<()> {
    let mut scene = Scene::set().await?;
    // To the provider, the plan of a tainted entry looks like that of a new one.
    let config = entry("greeting", "Hello!", []);
    let created = scene.create(&config).await?.taint();
    assert_eq!(refusal(scene.session.plan(TYPE, Some(&created), &config).await)?, ["key: Entry exists already"]);
    let elsewhere = entry("greeting", "Hello!", [("shard", "s2".into())]);
    let replaced = scene.session.replace(created, &elsewhere).await?;
    assert!(!replaced.is_tainted());
    assert!(!scene.file("g:greeting").exists());
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn a_locked_entry_is_waited_for_as_long_as_the_user_says() -> Result<()> {
    let scene = Scene::set().await?;
    let locked = scene.session.open("keyvalue_lock", &object([("entry", "g:greeting".into())])).await?;
    let config = entry("greeting", "Hello!", [("timeouts", object([("create", "1ms".into())]))]);
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(plan.action(), Action::Create);
    // Another command, while the lock of the first is held.
    let mut other = Session::start(Launch::new(example()?)).await?;
    other.configure(&object([("folder", path(scene.folder.path()))])).await?;
    let plan = other.plan(TYPE, None, &config).await?;
    assert_eq!(refusal(other.apply(plan).await?.into_result())?, ["key: Entry is locked"]);
    scene.session.close(locked).await?;
    other.create(TYPE, &config).await?;
    other.end().await?;
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn the_provider_block_is_judged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut session = Session::start(Launch::new(example()?)).await?;
    let refused = session.configure(&object([("folder", "relative".into())])).await;
    assert_eq!(refusal(refused)?, ["folder: Relative folder"]);
    let refused = session.configure(&object([("folder", path(&folder.path().join("nowhere")))])).await;
    assert_eq!(refusal(refused)?, ["folder: Folder not found"]);

    // While the folder is not known, what follows from the schema is planned, and nothing is read.
    session.configure(&object([("folder", Value::unknown())])).await?;
    session.plan(TYPE, None, &entry("greeting", "Hello!", [])).await?;
    let refused = session.read_data_source("keyvalue_entries", &object([])).await;
    assert_eq!(refusal(refused)?, ["Provider configuration not known yet"]);
    session.end().await?;
    Ok(())
}
