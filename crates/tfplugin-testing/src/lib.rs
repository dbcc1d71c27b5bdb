//! A host in Rust that drives any provider binary as Terraform would. Nothing here knows what the provider is for.
//!
//! There are two layers. [`Host`] starts the process with the variables that a host sets, proves itself by a certificate
//! like go-plugin's, trusts exactly the certificate that the process announces, and offers the protocol's bare calls:
//!
//! ```no_run
//! # use tfplugin_proto::tfplugin6::get_provider_schema::Request;
//! # async fn example() -> Result<(), tfplugin_testing::HostError> {
//! let host = tfplugin_testing::Launch::new("target/debug/terraform-provider-example").host().await?;
//! let schema = host.provider().get_provider_schema(Request {}).await?;
//! let finished = host.shutdown().await?;
//! assert!(finished.status.success());
//! # Ok(())
//! # }
//! ```
//!
//! [`Session`] stands on it and acts as Terraform does between a configuration and a state: it plans, plans again,
//! applies and reads, and holds every answer against Terraform's own rules ([`Rule`]), so that a breach fails a test
//! without a Terraform. The rules are written from how hosts behave, apart from the SDK's own checks.

mod connection;
mod error;
mod handshake;
mod host;
mod identity;
mod launch;
mod process;
mod proposed;
mod relay;
mod rules;
mod schema;
mod session;

pub use self::connection::{Credentials, connect};
pub use self::error::HostError;
pub use self::handshake::{Address, Handshake};
pub use self::host::Host;
pub use self::identity::ClientIdentity;
pub use self::launch::{COOKIE, Launch};
pub use self::process::{Finished, Process};
pub use self::relay::Relay;
pub use self::rules::{Breach, Rule};
pub use self::schema::{Attribute, Attributes, ConfigurationError, ConfigurationProblem, Kind, Schema};
pub use self::session::{
    Action, Applied, Call, FunctionError, FunctionSignature, ImportTarget, Invoked, Object, Opened, Plan, Schemas,
    Session, SessionError,
};

use std::time::Duration;

/// How long anything may take before the host gives up: generous, as a machine may be busy, and no test waits for it
/// unless it fails.
pub const DEADLINE: Duration = Duration::from_secs(30);
