//! The host in Rust.

use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;
use test_support::binaries::{self, Binary};
use tfplugin::value::Value;
use tfplugin_testing::{Launch, Object, Session, SessionError};
use tokio::runtime::{Builder, Runtime};

use crate::runs::{Entry, Player};
use crate::witness::{EXAMPLE, NOTES};

const ENTRY: &str = "keyvalue_entry";

pub(crate) struct TestingHost {
    runtime: Runtime,
    session: Session,
    folder: TempDir,
    object: Option<Object>,
    deposed: Vec<Object>,
}

impl TestingHost {
    /// With `later` it does what hosts do that can not be installed yet.
    pub(crate) fn start(later: bool) -> Result<Self> {
        let example = binaries::build(&[Binary::KeyValue], |_| ())?.join(Binary::KeyValue.file());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::tempdir()?;
        let launch = Launch::new(std::env::current_exe()?).variable(EXAMPLE, example).variable(NOTES, folder.path());
        let session = runtime.block_on(async {
            let mut session = Session::start(launch).await?;
            if later {
                session = session.store_planned_private();
            }
            let path = Value::from(folder.path().to_string_lossy().into_owned());
            session.configure(&Value::object([("folder", path)])).await?;
            Ok::<_, SessionError>(session)
        })?;
        Ok(Self { runtime, session, folder, object: None, deposed: Vec::new() })
    }

    /// One run. A provider that refuses a plan ends it before anything is done.
    fn run(&mut self, entry: Option<Entry>) -> Result<bool> {
        let Self { runtime, session, object, deposed, .. } = self;
        let walked = runtime.block_on(walk(session, object, deposed, entry));
        match walked {
            Err(SessionError::Refused { .. }) => Ok(false),
            other => Ok(other?),
        }
    }
}

async fn walk(
    session: &mut Session,
    object: &mut Option<Object>,
    deposed: &mut Vec<Object>,
    entry: Option<Entry>,
) -> std::result::Result<bool, SessionError> {
    let stored: Vec<_> = object.iter().chain(&*deposed).cloned().collect();
    let read: Vec<_> = session.refresh_all(&stored).await?.into_iter().flatten().collect();
    let (old, current): (Vec<_>, Vec<_>) = read.into_iter().partition(Object::is_deposed);
    let current = current.first();
    let mut plans = Vec::new();
    if let Some(entry) = entry {
        let plan = session.plan(ENTRY, current, &config(entry)).await?;
        plans.push(if entry.create_first { plan.create_before_destroy() } else { plan });
    } else if let Some(current) = current {
        plans.push(session.plan_destroy(current).await?);
    }
    for deposed in &old {
        plans.push(session.plan_destroy(deposed).await?);
    }
    let mut applied = session.apply_all(&plans).await?;
    let succeeded = applied.iter().all(|applied| !applied.diagnostics.has_error());
    *object = applied.iter_mut().find_map(|applied| applied.object.take());
    *deposed = applied.into_iter().filter_map(|applied| applied.deposed).collect();
    Ok(succeeded)
}

fn config(entry: Entry) -> Value {
    let Entry { key, content, on_destroy, .. } = entry;
    Value::object([("key", key.into()), ("content", content.into()), ("on_destroy", on_destroy.into())])
}

impl Player for TestingHost {
    fn notes(&self) -> &Path {
        self.folder.path()
    }

    fn apply(&mut self, entry: Entry) -> Result<bool> {
        self.run(Some(entry))
    }

    fn destroy(&mut self) -> Result<bool> {
        self.run(None)
    }

    fn stored(&self) -> Result<Vec<String>> {
        let describe = |object: &Object| {
            let key = object.attribute("key").as_str().unwrap_or("?");
            let marks = [(object.is_deposed(), " deposed"), (object.is_tainted(), " tainted")];
            let marks: String = marks.into_iter().filter(|(set, _)| *set).map(|(_, mark)| mark).collect();
            format!("{key}{marks}")
        };
        Ok(self.object.iter().chain(&self.deposed).map(describe).collect())
    }
}
