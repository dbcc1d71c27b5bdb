//! What is kept in a file, and what is not.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use wandb_emulator::{Deployment, Emulator, Options, Seed, StartError, StoreError, Version};

use crate::world::{GRACE, LINUS, SEED, World};

fn on_file(path: &Path) -> Options {
    Options { data: Some(path.to_owned()), seed: Seed::from_yaml(SEED).unwrap(), ..Options::default() }
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    let first = World::with(on_file(&path)).await;
    assert!(first.emulator.admin_api_key().is_none(), "the seed gave ada a key");
    let made = first.data(LINUS, "mutation { generateApiKey(input: {}) { secret } }", Value::Null).await;
    let secret = made["generateApiKey"]["secret"].as_str().unwrap().to_owned();
    first.admin(Method::PUT, "/settings", json!({ "api_key_creation_disabled": true })).await;
    let before = first.state().await;
    first.emulator.stop().await;

    let second = World::with(Options { data: Some(path), ..Options::default() }).await;
    assert!(second.emulator.administrator().is_none(), "nothing was made");
    assert_eq!(second.state().await, before);
    let viewer = second.data(&secret, "{ viewer { username } }", Value::Null).await;
    assert_eq!(viewer["viewer"]["username"], "linus");
}

#[tokio::test]
async fn a_restart_ends_what_tests_did_to_the_emulator() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    let world = World::with(on_file(&path)).await;
    let looked_at = ["/clock", "/faults", "/rate-limit", "/counters", "/journal"];
    let look = async |world: &World| {
        let mut seen = Vec::new();
        for path in looked_at {
            let mut body = world.admin(Method::GET, path, Value::Null).await.body;
            if let Some(clock) = body.as_object_mut() {
                clock.remove("now");
            }
            seen.push(body);
        }
        seen
    };
    let fresh = look(&world).await;
    world.data(LINUS, "{ viewer { id } }", Value::Null).await;
    world.admin(Method::PUT, "/clock", json!({ "stop_at": "2030-01-01T00:00:00Z" })).await;
    world.admin(Method::POST, "/faults", json!({ "effect": { "kind": "endless" } })).await;
    world.admin(Method::PUT, "/rate-limit", json!({ "requests": 1, "window_seconds": 1 })).await;
    let changed = look(&world).await;
    assert!(fresh.iter().zip(&changed).all(|(before, after)| before != after), "{changed:?}");
    world.emulator.stop().await;
    assert_eq!(look(&World::with(on_file(&path)).await).await, fresh);
}

#[tokio::test]
async fn a_deployment_can_be_upgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    World::with(on_file(&path)).await.emulator.stop().await;
    let newer = Deployment::Dedicated(Version::new(0, 90, 0));
    World::with(Options { deployment: Some(newer), ..on_file(&path) }).await.emulator.stop().await;
    let world = World::with(on_file(&path)).await;
    assert_eq!(world.state().await["version"], "0.90.0", "and stays so");
}

#[tokio::test]
async fn secrets_are_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(on_file(&folder.path().join("data.db"))).await;
    let ci = world.account_id("ci").await;
    let mutation =
        "mutation M($id: ID) { generateApiKey(input: { userId: $id, description: \"kept in clear\" }) { secret } }";
    let made = world.data(GRACE, mutation, json!({ "id": ci })).await;
    let secret = made["generateApiKey"]["secret"].as_str().unwrap().to_owned();
    world.emulator.stop().await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(contains("kept in clear") && contains(&secret[..20]), "the search finds what is there");
    for hidden in [&secret[20..], &LINUS[20..]] {
        assert!(!contains(hidden));
    }
}

#[tokio::test]
async fn two_emulators_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    let _first = World::with(on_file(&path)).await;
    let second = Emulator::start(on_file(&path)).await;
    assert!(matches!(second, Err(StartError::Store(StoreError::InUse))), "{second:?}");
}

#[tokio::test]
async fn what_is_no_data_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    std::fs::write(&path, "this is no database, but it is long enough to be looked at as one".repeat(20)).unwrap();
    assert!(matches!(Emulator::start(on_file(&path)).await, Err(StartError::Store(StoreError::Database(_)))));
}

#[tokio::test]
async fn a_seed_that_does_not_fit_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    let broken = SEED.replace("{ username: otto, role: admin }", "{ username: nobody }");
    let seed = Seed::from_yaml(&broken).unwrap();
    let refused = Emulator::start(Options { seed, ..on_file(&path) }).await;
    assert!(matches!(&refused, Err(StartError::Seed(_))), "{refused:?}");
    let world = World::with(on_file(&path)).await;
    assert_eq!(world.members("other").await, [("otto".to_owned(), "admin".to_owned())]);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids_and_keys() {
    let run = async |text: &str| {
        let world = World::with(Options { deterministic: Some(text.to_owned()), ..Options::default() }).await;
        let key = world.emulator.admin_api_key().unwrap().to_owned();
        let made =
            world.data(&key, "mutation { generateApiKey(input: {}) { secret apiKey { id } } }", Value::Null).await;
        (key, made)
    };
    assert_eq!(run("a").await, run("a").await);
    assert_ne!(run("a").await, run("b").await);
}
