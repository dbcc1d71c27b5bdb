//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use jiff::Timestamp;
use wandb_emulator::{
    Coordinate, Deployment, DeploymentKind, Options, RateLimit, Seed, SeedError, StartError, Version,
    VersionOfMultiTenant,
};

const ABOUT: &str = "A Weights & Biases backend to test and try against";

const LONG_ABOUT: &str = "\
A Weights & Biases backend to test and try against.

Offers W&B's GraphQL and SCIM APIs for teams, service accounts and API keys on this machine, with an organization of its own,
and enough of runs for W&B's SDK to log a small one. When it is ready it prints one line of JSON:

  {\"base_url\": ..., \"admin_url\": ..., \"admin\": {\"username\": ..., \"api_key\": ...}}

`admin` is null unless this start made the organization and its administrator's key, which is shown here and never again.
It runs until it is interrupted or terminated. --data keeps the organization with its settings and everything in it; clock,
faults, rate limit and journal are never kept.";

const AFTER_HELP: &str = "\
Try it:
  wandb-emulator --data acme.db
  export WANDB_BASE_URL=... WANDB_API_KEY=...   # base_url and api_key of the line above
  curl -u api:$WANDB_API_KEY $WANDB_BASE_URL/graphql -d '{\"query\": \"{ viewer { username } }\"}'

The API under admin_url, for tests, in JSON:
  GET  /journal?after=N            requests and how they ended: names only, never values
  GET  /counters                   how often each operation was asked for
  POST /reset-journal
  GET  /state                      everything in the organization, without secrets
  GET  /audit-log?after=N          who changed what
  GET  /schema                     the GraphQL schema of this deployment and version
  GET  /clock  PUT /clock          {\"stop_at\": TIME}, {\"advance\": \"24h\"} or {\"run\": {}}
  GET  /faults  POST /faults  DELETE /faults
       {\"operation\": \"generateApiKey\", \"times\": 1, \"effect\": {\"kind\": \"reset\", \"when\": \"after\"}}
       kinds: delay (milliseconds), status (status, body, retry_after), reset, torn (bytes), endless
  GET  /settings  PUT /settings    as in a seed file
  GET  /rate-limit  PUT /rate-limit
  POST /invitations/ID/accept      what an invited person does with the link in their mail
  POST /issuer/tokens              {\"subject\": ..., \"audience\": ...}: an identity token of the emulator's own issuer";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "wandb-emulator", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Where the emulated W&B listens; port 0 lets the system choose
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Where the emulator's own API listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    admin_listen: SocketAddr,

    /// Keep everything in this SQLite file; without it, everything is gone at the end
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// What a new organization begins with, in YAML or JSON; data that is there already is left as it is, which is said on
    /// standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    /// multi-tenant, dedicated or self-managed, whatever data and seed say
    #[arg(long, value_name = "KIND")]
    deployment: Option<DeploymentKind>,

    /// The version of a dedicated or self-managed server, such as 0.84.0
    #[arg(long, value_name = "VERSION", requires = "deployment")]
    server_version: Option<Version>,

    /// A field that this server is to lack, such as Member.apiKeys or GenerateApiKeyInput.userId; may be repeated
    #[arg(long, value_name = "TYPE.FIELD")]
    lacks: Vec<Coordinate>,

    /// Number ids from 1 and make keys from this text: the same requests give the same ids and keys
    #[arg(long, value_name = "TEXT")]
    deterministic: Option<String>,

    /// Stop the clock at this time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    clock: Option<Timestamp>,

    /// How many requests a caller may make in one minute
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,

    /// End when standard input is closed, as it is when the process that started this one is gone
    #[arg(long)]
    pub(crate) exit_with_parent: bool,
}

/// The emulator ended before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Deployment(#[from] VersionOfMultiTenant),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the runtime cannot be started")]
    Runtime(#[source] std::io::Error),
    #[error("signals cannot be waited for")]
    Signals(#[source] std::io::Error),
    #[error("nothing can be written to standard output")]
    Announce(#[source] std::io::Error),
}

impl Arguments {
    /// What was asked for, with the seed file read.
    pub(crate) fn into_options(self) -> Result<Options, RunError> {
        let seed = self.seed.as_deref().map(Seed::from_file).transpose()?;
        let deployment = self.deployment.map(|kind| Deployment::new(kind, self.server_version)).transpose()?;
        let rate_limit = self.rate_limit.map(|requests| RateLimit { requests, window_seconds: 60 });
        Ok(Options {
            listen: self.listen,
            admin_listen: self.admin_listen,
            data: self.data,
            seed: seed.unwrap_or_default(),
            deployment,
            deterministic: self.deterministic,
            clock: self.clock,
            lacks: self.lacks.into_iter().collect(),
            rate_limit: rate_limit.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_version_of_the_shared_cloud_is_refused() {
        let wrong =
            Arguments::parse_from(["wandb-emulator", "--deployment", "multi-tenant", "--server-version", "0.84.0"]);
        assert!(matches!(wrong.into_options(), Err(RunError::Deployment(_))));
    }
}
