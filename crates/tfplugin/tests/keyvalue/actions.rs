//! Actions: nothing of them is stored, and the plan has looked ahead.

use tfplugin::value::Value;

use crate::scene::{Result, Scene, object, refusal};

const TYPE: &str = "keyvalue_unlock";

fn unlock(holder: Value) -> Value {
    object([("entry", "g:greeting".into()), ("holder", holder)])
}

#[tokio::test]
async fn a_lock_that_was_left_behind_is_ended() -> Result<()> {
    let mut scene = Scene::set().await?;
    let (lock, none) = (scene.file("g:greeting").with_extension("lock"), ["\"g:greeting\" is not locked"]);
    assert_eq!(scene.session.invoke(TYPE, &unlock(Value::Null)).await?.progress, none);

    std::fs::write(&lock, r#"{"holder": "killed", "expires_at": 99999999999}"#)?;
    let refused = scene.session.plan_action(TYPE, &unlock("other".into())).await;
    assert_eq!(refusal(refused)?, ["holder: Lock of somebody else"]);
    assert!(lock.exists(), "a plan does nothing");
    let invoked = scene.session.invoke(TYPE, &unlock("killed".into())).await?;
    assert_eq!(invoked.progress, ["ended the lock of \"killed\" on \"g:greeting\""]);
    assert!(!lock.exists());
    assert_eq!(scene.session.invoke(TYPE, &unlock("killed".into())).await?.progress, none);
    scene.session.end().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_unknown_while_planning_is_not_looked_at() -> Result<()> {
    let scene = Scene::set().await?;
    let unknown = object([("entry", Value::unknown()), ("holder", Value::unknown())]);
    assert!(scene.session.plan_action(TYPE, &unknown).await?.is_empty());
    let blank = object([("entry", " ".into())]);
    assert_eq!(refusal(scene.session.plan_action(TYPE, &blank).await)?, ["entry: Invalid value for `entry`"]);
    scene.session.end().await?;
    Ok(())
}
