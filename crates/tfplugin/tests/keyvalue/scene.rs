//! What every test needs: the example provider under a session, and a folder of its own.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::json;
use tempfile::TempDir;
use tfplugin::value::Value;
use tfplugin_testing::{Launch, Object, Session, SessionError};

pub(crate) const TYPE: &str = "keyvalue_entry";

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A configured provider and its folder.
pub(crate) struct Scene {
    pub(crate) session: Session,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) async fn set() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut session = Session::start(Launch::new(example()?).variable("TF_LOG", "trace")).await?;
        session.configure(&object([("folder", path(folder.path()))])).await?;
        Ok(Self { session, folder })
    }

    /// The file of an entry.
    pub(crate) fn file(&self, id: &str) -> PathBuf {
        self.folder.path().join(format!("{}.json", id.replace(':', "%3A").replace('/', "%2F")))
    }

    /// Changes the file of an entry behind the provider's back, as somebody else would who keeps to the form.
    pub(crate) fn edit(&self, id: &str, change: impl FnOnce(&mut serde_json::Value)) -> Result<()> {
        let mut document: serde_json::Value = serde_json::from_slice(&fs::read(self.file(id))?)?;
        change(&mut document);
        let revision = document["entry"]["revision"].as_i64().ok_or("a file has a revision")?;
        document["entry"]["revision"] = json!(revision + 1);
        Ok(fs::write(self.file(id), serde_json::to_vec(&document)?)?)
    }

    /// The lines of the folder's journal.
    pub(crate) fn journal(&self) -> Result<Vec<String>> {
        Ok(fs::read_to_string(self.folder.path().join("journal.log"))?.lines().map(str::to_owned).collect())
    }

    pub(crate) async fn create(&mut self, config: &Value) -> Result<Object> {
        Ok(self.session.create(TYPE, config).await?)
    }
}

/// The example's binary, built when that is needed: cargo tells tests where binaries are, but not examples.
pub(crate) fn example() -> Result<PathBuf> {
    static BUILT: OnceLock<std::result::Result<PathBuf, String>> = OnceLock::new();
    let build = || {
        let test = std::env::current_exe().map_err(|error| error.to_string())?;
        // `target/debug/deps/keyvalue-...`, or another profile.
        let profile = test.ancestors().nth(2).ok_or("the test is in no profile's folder")?;
        let target = profile.parent().ok_or("the profile is in no target folder")?;
        // The whole workspace is selected, so that features are as in every other build of it.
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--workspace", "--example", "keyvalue", "--target-dir"]).arg(target);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        let output = cargo.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(profile.join("examples").join(format!("keyvalue{}", std::env::consts::EXE_SUFFIX)))
    };
    Ok(BUILT.get_or_init(build).clone()?)
}

/// An object of these attributes.
pub(crate) fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::object(attributes)
}

/// A path as text.
pub(crate) fn path(path: &std::path::Path) -> Value {
    Value::from(path.to_string_lossy().into_owned())
}

/// An entry of this content, and more.
pub(crate) fn entry<const N: usize>(key: &str, content: &str, more: [(&str, Value); N]) -> Value {
    Value::object([("key", key.into()), ("content", content.into())].into_iter().chain(more))
}

/// The titles of the errors with which the provider refused, each with its place.
pub(crate) fn refusal<T>(result: std::result::Result<T, SessionError>) -> Result<Vec<String>> {
    let error = result.err().ok_or("the provider did not refuse")?;
    let Some(diagnostics) = error.diagnostics() else { return Err(error.into()) };
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    Ok(errors
        .map(|error| match &error.path {
            Some(path) => format!("{path}: {}", error.summary),
            None => error.summary.clone(),
        })
        .collect())
}
