//! A whole provider, small enough to read: entries of key and content, each a file in a folder, and no network.
//!
//! It uses all that the SDK offers. Where to look:
//!
//! | what | where |
//! | --- | --- |
//! | the provider block, `provider_meta`, registration | `provider.rs` |
//! | a resource: create, read, update, delete, import, identity | `entry/resource.rs` |
//! | its schema: nesting, defaults, replacement, validators, upgrades | `entry/schema.rs` |
//! | its models | `entry/model.rs` |
//! | its plan: what a plan may say and decide | `entry/plan.rs` |
//! | a data source | `entries.rs` |
//! | an ephemeral resource | `lock.rs` |
//! | an action | `unlock.rs` |
//! | functions | `functions.rs` |
//! | what it all stands for: the remote side | `store.rs` |
//!
//! `main.tf` beside this file is a configuration that uses it. To try it, let Terraform find the binary:
//!
//! ```text
//! cargo build -p tfplugin --example keyvalue
//! cp target/debug/examples/keyvalue target/debug/examples/terraform-provider-keyvalue
//! cat > dev.tfrc <<END
//! provider_installation {
//!   dev_overrides { "example/keyvalue" = "$PWD/target/debug/examples" }
//!   direct {}
//! }
//! END
//! cd crates/tfplugin/examples/keyvalue && TF_CLI_CONFIG_FILE=... terraform apply
//! ```

mod entries;
mod entry;
mod functions;
mod lock;
mod provider;
mod store;
mod unlock;

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::serve(provider::KeyValueProvider)
}
