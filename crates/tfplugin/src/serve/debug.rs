//! `--debug`: a process that a person starts, perhaps in a debugger, and to which hosts attach. There is no TLS, as
//! nobody could hand a certificate over; the socket's folder keeps other users out. (Where there are no sockets, nothing
//! does: a loopback port is open to the whole machine for as long as the user debugs.)

use std::process;

use serde_json::json;

use super::About;
use super::listener::Address;

/// What the user puts into the environment of a host, and how to go on.
pub(super) fn announcement(about: &About, address: &Address) -> String {
    let reattach = json!({
        about.source(): {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": process::id(),
            "Test": true,
            "Addr": { "Network": address.network, "String": address.target },
        }
    });
    format!(
        "{binary} is waiting. Set this variable where Terraform or OpenTofu runs; end with ctrl-c.\n\n\
         \tTF_REATTACH_PROVIDERS='{reattach}'\n",
        binary = about.binary(),
    )
}
