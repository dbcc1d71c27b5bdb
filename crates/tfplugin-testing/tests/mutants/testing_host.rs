//! What the host in Rust says of a provider.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tfplugin::value::Value;
use tfplugin_testing::{ImportTarget, Launch, Object, Session, SessionError};
use tokio::runtime::{Builder, Runtime};

use crate::agreement::Verdict;
use crate::catalogue::{Mutant, Walk};
use crate::provider::{EXAMPLE, MUTANT, NOTES};
use crate::scene;

const ENTRY: &str = "keyvalue_entry";

/// The host, with an entry that an unbroken provider has made.
pub(crate) struct TestingHost {
    example: PathBuf,
    runtime: Runtime,
    folder: TempDir,
    entry: Object,
}

impl TestingHost {
    pub(crate) fn new(example: &Path) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::tempdir()?;
        let entry = runtime.block_on(async {
            let mut session = start(Launch::new(example), folder.path()).await?;
            let entry = session.create(ENTRY, &scene::entry(1)).await?;
            session.end().await?;
            Ok::<_, SessionError>(entry)
        });
        Ok(Self { example: example.to_owned(), runtime, folder, entry: entry.context("no entry was made")? })
    }

    /// Goes a walk with a mutant, or with the provider behind an unbroken relay.
    pub(crate) fn judge(&self, walk: Walk, mutant: Option<&Mutant>) -> Result<Verdict> {
        let notes = tempfile::tempdir()?;
        let folder = scene::folder(walk, self.folder.path())?;
        let launch = Launch::new(std::env::current_exe()?)
            .variable(EXAMPLE, &self.example)
            .variable(MUTANT, mutant.map_or("", |mutant| mutant.name))
            .variable(NOTES, notes.path());
        let gone = self.runtime.block_on(async {
            let mut session = start(launch, folder.path()).await?;
            go(&mut session, walk, self.entry.clone()).await?;
            session.end().await
        });
        Ok(match gone {
            Ok(_) => Verdict::Accepted,
            Err(SessionError::Broken { call, breaches, .. }) => {
                // Real hosts refuse what breaks one of the rules that they hold.
                let strict = !breaches.iter().any(|breach| breach.rule.is_held_by_terraform());
                let breaches: Vec<_> = breaches.iter().map(ToString::to_string).collect();
                let said = format!("{call}: {}", breaches.join("; "));
                if strict { Verdict::RefusedAlone(said) } else { Verdict::Refused(said) }
            }
            Err(SessionError::Deferred { call, .. }) => Verdict::Refused(format!("{call}: was deferred")),
            Err(error) => return Err(error.into()),
        })
    }
}

async fn start(launch: Launch, folder: &Path) -> std::result::Result<Session, SessionError> {
    let mut session = Session::start(launch).await?;
    let folder = Value::from(folder.to_string_lossy().into_owned());
    session.configure(&Value::object([("folder", folder)])).await?;
    Ok(session)
}

async fn go(session: &mut Session, walk: Walk, made: Object) -> std::result::Result<(), SessionError> {
    let config = scene::entry(scene::round(walk));
    match walk {
        Walk::Create => session.create(ENTRY, &config).await.map(drop),
        Walk::Update => session.update(made, &config).await.map(drop),
        Walk::Replace => session.replace(made, &config).await.map(drop),
        Walk::Refresh => session.settled(&made, &config).await.map(drop),
        Walk::Destroy => session.destroy(made).await,
        Walk::Import => session.import_verify(&made, "g:greeting", &[]).await.map(drop),
        Walk::ImportByIdentity => {
            let identity = ImportTarget::Identity(Value::object([("key", Value::from("greeting"))]));
            session.import_verify(&made, identity, &[]).await.map(drop)
        }
        Walk::Data => {
            let config = Value::object([("prefix", Value::from("g"))]);
            session.read_data_source("keyvalue_entries", &config).await.map(drop)
        }
        Walk::Function => session.call("checksum", &["Hello!".into()]).await.map(drop),
        Walk::Ephemeral => {
            let config = Value::object([("entry", Value::from("g:greeting"))]);
            let opened = session.open("keyvalue_lock", &config).await?;
            session.close(opened).await
        }
    }
}
