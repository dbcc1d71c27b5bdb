//! A host in Rust that drives any provider binary as Terraform would: it starts the process with the variables that a
//! host sets, proves itself by a certificate like go-plugin's, trusts exactly the certificate that the process
//! announces, and speaks the protocol over that connection. Nothing here knows what the provider is for.
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

mod connection;
mod error;
mod handshake;
mod host;
mod identity;
mod launch;
mod process;

pub use self::connection::{Credentials, connect};
pub use self::error::HostError;
pub use self::handshake::{Address, Handshake};
pub use self::host::Host;
pub use self::identity::ClientIdentity;
pub use self::launch::{COOKIE, Launch};
pub use self::process::{Finished, Process};

use std::time::Duration;

/// How long anything may take before the host gives up: generous, as a machine may be busy, and no test waits for it
/// unless it fails.
pub const DEADLINE: Duration = Duration::from_secs(30);
