use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::{ClientIdentity, Host, HostError, Process};

/// By which a provider knows that a host started it: the same for every provider.
pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Set at the start, unless a test sets its own.
const CLIENT_CERT: &str = "PLUGIN_CLIENT_CERT";

/// What every process needs to run at all; nothing else of the developer's environment reaches the provider, and
/// `TMPDIR` is a folder of its own.
const INHERITED: [&str; 3] = ["PATH", "SystemRoot", "LLVM_PROFILE_FILE"];

/// How a provider is started: as Terraform would, unless told otherwise.
#[derive(Clone, Debug)]
pub struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) variables: BTreeMap<String, OsString>,
    /// Whether the process is told which certificate to let in.
    hosted: bool,
}

impl Launch {
    /// Starts `program` with the variables that Terraform sets: [`COOKIE`], `PLUGIN_PROTOCOL_VERSIONS`,
    /// `PLUGIN_MIN_PORT`, `PLUGIN_MAX_PORT` and `PLUGIN_CLIENT_CERT`, with a certificate made for this process.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let person = Self::by_hand(program);
        Self { hosted: true, ..person }
            .variable(COOKIE.0, COOKIE.1)
            .variable("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .variable("PLUGIN_MIN_PORT", "10000")
            .variable("PLUGIN_MAX_PORT", "25000")
    }

    /// Starts `program` as a person would, without any of a host's variables.
    pub fn by_hand(program: impl Into<PathBuf>) -> Self {
        let inherited = INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), env::var_os(name)?)));
        Self { program: program.into(), arguments: Vec::new(), variables: inherited.collect(), hosted: false }
    }

    /// Adds an argument; a host gives none.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable, in place of the host's own of that name. An empty one counts as not set.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Starts the process and no more: for what happens before there is a connection.
    pub fn start(mut self) -> Result<Process, HostError> {
        let identity = ClientIdentity::generate()?;
        if self.hosted {
            self.variables.entry(CLIENT_CERT.to_owned()).or_insert_with(|| identity.pem().into());
        }
        Process::start(self, identity)
    }

    /// Starts the process, reads its handshake line and connects.
    pub async fn host(self) -> Result<Host, HostError> {
        Host::meet(self.start()?).await
    }
}
