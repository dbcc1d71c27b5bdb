//! Everything between the start of the process and the handlers of the protocol: how a host starts a provider, how
//! both come to trust each other, what else go-plugin expects on the connection, and how the process ends.
//!
//! The start does nothing that the first call does not need: one thread, one key pair, one line of output.
//!
//! Beside the variables that hosts set, the environment has one of ours: with `TFPLUGIN_FORCE_TCP=1` the process
//! listens on loopback TCP, as it does where there are no unix sockets, so that this can be tried anywhere.

mod broker;
mod certificate;
mod connections;
mod controller;
mod debug;
mod ending;
mod error;
pub(crate) mod handshake;
mod health;
mod listener;
mod logs;
mod orphan;
pub(crate) mod panics;
mod person;
mod services;
mod signals;
#[cfg(unix)]
mod socket;
mod stdio;
mod tls;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use self::certificate::ServerIdentity;
use self::connections::Connections;
use self::ending::Ending;
use self::error::ServeError;
use self::handshake::Host;
use self::listener::{Listener, Place};
use self::person::Invocation;
use self::services::Services;
use self::signals::Signals;

/// How long the provider may take to close what is open before the process ends all the same. Long enough for a
/// server that asks to be left alone for a minute.
const CLOSING_LIMIT: Duration = Duration::from_mins(2);

/// What a provider says about itself to people, to hosts and in logs.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The short name, such as `notes`: the binary is `terraform-provider-<name>`.
    pub name: &'static str,
    /// The source address of the registry, such as `registry.terraform.io/acme/notes`.
    pub address: &'static str,
    /// The version of the provider, without a leading `v`.
    pub version: &'static str,
    /// What the provider is for, in one sentence.
    pub description: &'static str,
    /// The crates whose log lines reach the host, beside this one's. Those of HTTP and TLS libraries never do: at
    /// the lowest level they show headers, and so credentials.
    pub log_targets: &'static [&'static str],
}

impl About {
    fn binary(&self) -> String {
        format!("terraform-provider-{}", self.name)
    }

    /// The address as people write it: without the host name that every host assumes.
    fn source(&self) -> &'static str {
        self.address.strip_prefix("registry.terraform.io/").unwrap_or(self.address)
    }
}

/// What the provider does before its process ends.
pub trait Lifecycle: Send + Sync + 'static {
    /// Closes what is still open, such as ephemeral resources that the host has forgotten. Called once, when the
    /// host asks for the end, dies, or the process is told to terminate; the process then waits for up to two minutes.
    fn shutdown(&self) -> BoxFuture<'_, ()>;
}

/// Runs the process of a provider until its host ends it, or says to a person how to use it.
///
/// A handler of `service` is dropped when the host gives its call up or the connection breaks: work that must not be
/// cut off there belongs into a task of its own, which `lifecycle` waits for.
pub fn run<S: Provider>(about: About, service: S, lifecycle: Arc<dyn Lifecycle>) -> ExitCode {
    let environment = |name: &str| env::var(name).ok();
    let mode = match Invocation::of(env::args_os().skip(1)) {
        Invocation::Plugin => match Host::read(&environment) {
            Ok(host) => Mode::Plugin(host),
            Err(refusal) => return person::refuse(&about, &refusal),
        },
        Invocation::Debug => Mode::Debug,
        Invocation::Help => return person::help(&about),
        Invocation::Version => return person::version(&about),
        Invocation::Unknown(argument) => return person::unknown(&about, &argument),
    };
    panics::install();
    logs::install(&about, &environment);
    match start(about, service, lifecycle, mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => person::fail(&about, &error),
    }
}

/// Who is at the other end.
enum Mode {
    /// The host that started this process.
    Plugin(Host),
    /// Whoever the user tells about this process.
    Debug,
}

fn start<S: Provider>(about: About, service: S, lifecycle: Arc<dyn Lifecycle>, mode: Mode) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Runtime)?;
    let result = runtime.block_on(serve(about, service, lifecycle, mode));
    // A name look-up may still occupy a thread, and nobody waits for its answer.
    runtime.shutdown_background();
    result
}

async fn serve<S: Provider>(
    about: About,
    service: S,
    lifecycle: Arc<dyn Lifecycle>,
    mode: Mode,
) -> Result<(), ServeError> {
    // Signals and the parent are looked at before the host knows that there is somebody to interrupt or to leave.
    let mut signals = Signals::catch().map_err(ServeError::Signals)?;
    let parent = orphan::Parent::now();
    let (listener, tls, announcement, hosted) = match mode {
        Mode::Plugin(host) => {
            let listener = Listener::bind(&host.place).await?;
            let identity = ServerIdentity::generate()?;
            let line = handshake::line(&listener.address()?, &identity.certificate, host.multiplex);
            let config = tls::server_config(identity, host.certificate)?;
            (listener, Some(TlsAcceptor::from(Arc::new(config))), line, true)
        }
        Mode::Debug => {
            let listener = Listener::bind(&Place::private()).await?;
            let announcement = debug::announcement(&about, &listener.address()?);
            (listener, None, announcement, false)
        }
    };
    announce(&announcement).map_err(ServeError::Announce)?;

    let ending = Ending::default();
    let mut connections = Connections::new(Services::new(service, &ending), tls, ending.clone());
    let watch = connections.watch();
    let why = tokio::select! {
        never = connections.accept(&listener) => match never {},
        () = ending.requested() => "the host asked for it",
        () = signals.end(!hosted) => "the process was told to end",
        () = parent.gone(), if hosted => "the host is gone",
        () = orphan::abandoned(watch), if hosted => "the host has closed the connection",
    };
    tracing::debug!(why, "ending");
    close(lifecycle).await;
    ending.complete();
    connections.drain().await;
    Ok(())
}

/// Writes what stands on stdout: the only thing that ever does while a host listens.
fn announce(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Lets the provider close what is open, in a task of its own so that a panic there does not end the rest.
async fn close(lifecycle: Arc<dyn Lifecycle>) {
    let closing = tokio::spawn(async move { lifecycle.shutdown().await });
    match timeout(CLOSING_LIMIT, closing).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) => tracing::error!("closing what was open ended in a panic"),
        Err(_) => tracing::error!(limit = ?CLOSING_LIMIT, "what was open could not be closed in time"),
    }
}
