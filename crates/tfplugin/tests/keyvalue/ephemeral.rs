//! Ephemeral resources, which nobody may forget to close.

use std::fs;

use tfplugin_testing::Opened;

use crate::scene::{Result, Scene, object, refusal};

const TYPE: &str = "keyvalue_lock";

async fn lock(scene: &Scene) -> Result<Opened> {
    Ok(scene.session.open(TYPE, &object([("entry", "g:greeting".into())])).await?)
}

fn is_locked(scene: &Scene) -> bool {
    scene.file("g:greeting").with_extension("lock").exists()
}

#[tokio::test]
async fn a_lock_is_opened_renewed_and_closed() -> Result<()> {
    let scene = Scene::set().await?;
    let mut opened = lock(&scene).await?;
    assert!(opened.result().attribute("holder").as_str().is_some_and(|holder| holder.len() == 16));
    assert!(is_locked(&scene));
    let again = scene.session.open(TYPE, &object([("entry", "g:greeting".into())])).await;
    assert_eq!(refusal(again)?, ["entry: Entry is locked"]);

    let first = opened.renew_at().ok_or("a lock has to be renewed")?;
    scene.session.renew(&mut opened).await?;
    assert!(opened.renew_at().is_some_and(|next| next >= first));
    scene.session.close(opened).await?;
    assert!(!is_locked(&scene));
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_nobody_closed_is_closed_at_the_end() -> Result<()> {
    let scene = Scene::set().await?;
    lock(&scene).await?;
    let lock = scene.file("g:greeting").with_extension("lock");
    assert!(lock.exists());
    scene.session.end().await?;
    assert!(!lock.exists());
    Ok(())
}

#[tokio::test]
async fn an_open_that_fails_leaves_nothing_behind() -> Result<()> {
    let scene = Scene::set().await?;
    // The lock's file cannot be written, and what was opened so far is closed.
    fs::create_dir(scene.file("g:greeting").with_extension("lock"))?;
    let refused = scene.session.open(TYPE, &object([("entry", "g:greeting".into())])).await;
    assert!(!refusal(refused)?.is_empty());
    scene.session.end().await?;
    Ok(())
}
