//! A throw-away configuration in which a host's commands run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::diagnostics::{self, Diagnostic};
use crate::host::Host;
use crate::mirror::{self, CLI_CONFIGURATION, Mirror};
use crate::process::{self, Finished, Group};
use crate::target;

/// For one command of the host; a hang is an error long before a test run is given up.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(3);

/// A folder with a configuration, a host to run in it and the environment that its commands get.
///
/// Commands see nothing of the caller's environment but PATH, and a home folder of their own. Removed on drop, but not when a test panics
/// or [`Workspace::keep`] was called.
#[derive(Debug)]
pub struct Workspace {
    host: Host,
    /// Installed providers are links into it.
    mirror: Arc<Mirror>,
    folder: TempDir,
    environment: BTreeMap<String, String>,
    group: Group,
}

impl Workspace {
    /// An empty configuration for this host, whose providers come from this mirror alone.
    pub fn new(host: &Host, mirror: &Arc<Mirror>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("workspace-").tempdir_in(target::temporary()?)?;
        let mut workspace = Self {
            host: host.clone(),
            mirror: Arc::clone(mirror),
            folder,
            environment: BTreeMap::new(),
            group: Group::Own,
        };
        fs::create_dir(workspace.home())?;
        fs::create_dir(workspace.folder())?;
        workspace.set("HOME", &workspace.home().display().to_string());
        workspace.set(CLI_CONFIGURATION, &mirror.cli_configuration().display().to_string());
        workspace.set("TF_IN_AUTOMATION", "1");
        workspace.set("TF_INPUT", "0");
        Ok(workspace)
    }

    /// The same configuration again, in a folder of its own: same host, environment and home folder. For commands at the same time.
    pub fn beside(&self) -> Result<Self> {
        let mut other = Self::new(&self.host, &self.mirror)?;
        other.copy_from(&self.folder())?;
        other.environment.clone_from(&self.environment);
        other.group = self.group;
        other.init()?;
        Ok(other)
    }

    /// Runs commands in the caller's process group, so that an interrupt from the terminal reaches them.
    #[must_use]
    pub fn in_callers_group(mut self) -> Self {
        self.group = Group::Callers;
        self
    }

    /// The folder of the configuration.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("configuration")
    }

    /// The home folder that the commands see, for a `.netrc`.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The host that runs here.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// Writes a file of the configuration, anew if it is there.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let file = self.folder().join(name);
        let parent = file.parent().with_context(|| format!("`{name}` is in no folder"))?;
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("could not write `{name}`"))
    }

    /// Copies all files of a folder (not its subfolders) into the configuration.
    pub fn copy_from(&self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("could not read `{}`", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), self.folder().join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Offers another provider's binary to hosts, beside what the mirror offers.
    pub fn offer(&mut self, source: &str, provider: &Path) -> Result<()> {
        let folder = self.home().join("mirror");
        mirror::put(&folder, source, provider)?;
        let text = fs::read_to_string(&self.environment[CLI_CONFIGURATION])?;
        let begin = "provider_installation {\n";
        let folder = folder.display().to_string().replace('\\', "/");
        let second = format!("{begin}  filesystem_mirror {{\n    path = \"{folder}\"\n  }}\n");
        let file = self.home().join("cli.tfrc");
        fs::write(&file, text.replacen(begin, &second, 1))?;
        self.set(CLI_CONFIGURATION, &file.display().to_string());
        Ok(())
    }

    /// Sets an environment variable for all commands from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Takes an environment variable away again.
    pub fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// Runs a command to its end, whatever that is.
    pub fn run(&self, arguments: &[&str]) -> Result<Finished> {
        self.stream(arguments, |_| ())
    }

    /// Runs a command to its end, whatever that is, and calls `on_line` with each line of its output as it arrives.
    pub fn stream(&self, arguments: &[&str], on_line: impl FnMut(&str)) -> Result<Finished> {
        let mut command = self.host.command();
        command.args(arguments).envs(&self.environment).current_dir(self.folder());
        process::run(&mut command, &self.shown(arguments), self.group, COMMAND_TIMEOUT, on_line)
    }

    /// The command as a person would type it.
    #[must_use]
    pub fn shown(&self, arguments: &[&str]) -> String {
        let quoted = arguments.iter().map(|argument| {
            if argument.contains([' ', '"']) { format!("'{argument}'") } else { (*argument).to_owned() }
        });
        [self.host.product().program().to_owned()].into_iter().chain(quoted).collect::<Vec<_>>().join(" ")
    }

    /// `init`: selects the provider from the mirror and locks it.
    pub fn init(&self) -> Result<()> {
        self.run(&["init", "-no-color"])?.success().map(drop)
    }

    /// `apply` without asking; returns what it printed.
    pub fn apply(&self) -> Result<String> {
        Ok(self.run(&["apply", "-auto-approve", "-no-color"])?.success()?.stdout)
    }

    /// `destroy` without asking; returns what it printed.
    pub fn destroy(&self) -> Result<String> {
        Ok(self.run(&["destroy", "-auto-approve", "-no-color"])?.success()?.stdout)
    }

    /// `plan`; returns what it printed.
    pub fn plan(&self) -> Result<String> {
        Ok(self.run(&["plan", "-no-color"])?.success()?.stdout)
    }

    /// `plan`, as its document (`show -json`): what would change, by address.
    pub fn plan_document(&self) -> Result<Value> {
        self.run(&["plan", "-no-color", "-out=plan.tfplan"])?.success()?;
        self.json(&["show", "-json", "plan.tfplan"])
    }

    /// Whether a plan finds nothing to do.
    pub fn plan_is_empty(&self) -> Result<bool> {
        Ok(self.detailed_plan()?.code == Some(0))
    }

    /// Passes when a plan finds nothing to do; otherwise an error with the plan.
    pub fn expect_empty_plan(&self) -> Result<()> {
        let plan = self.detailed_plan()?;
        ensure!(plan.code == Some(0), "the plan is not empty\n{}", plan.describe());
        Ok(())
    }

    fn detailed_plan(&self) -> Result<Finished> {
        let plan = self.run(&["plan", "-no-color", "-detailed-exitcode"])?;
        match plan.code {
            Some(0 | 2) => Ok(plan),
            _ => bail!(plan.describe()),
        }
    }

    /// `import` of an existing object.
    pub fn import(&self, address: &str, id: &str) -> Result<()> {
        self.run(&["import", "-no-color", address, id])?.success().map(drop)
    }

    /// All output values, the sensitive ones too.
    pub fn outputs(&self) -> Result<Value> {
        self.json(&["output", "-json"])
    }

    /// The state's document (`show -json`).
    pub fn state(&self) -> Result<Value> {
        self.json(&["show", "-json"])
    }

    /// The attributes of an object of the root module in the state; `None` when it is not there.
    pub fn resource(&self, address: &str) -> Result<Option<Value>> {
        let state = self.state()?;
        let resources = state.pointer("/values/root_module/resources").and_then(Value::as_array);
        let found = resources.into_iter().flatten().find(|resource| resource["address"] == address);
        Ok(found.map(|resource| resource["values"].clone()))
    }

    /// The diagnostics of a command that is expected to fail; runs it with `-json`.
    pub fn errors_of(&self, arguments: &[&str]) -> Result<Vec<Diagnostic>> {
        let finished = self.run(&[arguments, &["-json"]].concat())?.failure()?;
        diagnostics::parse(&finished.stdout)
    }

    /// The warnings of a command that has to succeed; to be taken apart, it gets `-json` in addition. Hosts ask for some
    /// of them several times, so each is told once.
    pub fn warnings_of(&self, arguments: &[&str]) -> Result<Vec<Diagnostic>> {
        let finished = self.run(&[arguments, &["-json"]].concat())?.success()?;
        let mut warnings = diagnostics::parse(&finished.stdout)?;
        warnings.retain(|diagnostic| diagnostic.severity == "warning");
        warnings.dedup();
        Ok(warnings)
    }

    fn json(&self, arguments: &[&str]) -> Result<Value> {
        let answer = self.run(arguments)?.success()?;
        serde_json::from_str(&answer.stdout).with_context(|| format!("`{}` did not answer JSON", answer.command))
    }

    /// Leaves the folder in place and returns it, so that a person can look into what failed.
    #[must_use]
    pub fn keep(mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_path_buf()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
        }
    }
}
