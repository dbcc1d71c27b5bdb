//! What is said about a panic: where, and in which call. Never its message, which may hold a value, and so a secret.

use std::future::Future;
use std::io::Write;
use std::{io, panic};

use serde_json::Map;

use super::logs;

tokio::task_local! {
    /// The path of the call that is being handled.
    static CALL: String;
}

/// Runs what handles a call, such as `/tfplugin6.Provider/ReadResource`. A task that it spawns is not covered: that
/// takes a `within` of its own.
pub(crate) async fn within<F: Future>(call: String, handler: F) -> F::Output {
    CALL.scope(call, handler).await
}

/// Puts a line for the host's log in place of Rust's own words about a panic, whatever the log level.
pub(super) fn install() {
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let call = CALL.try_with(Clone::clone).ok();
        // Nobody is left to tell about a stderr that cannot be written to.
        let _ = io::stderr().write_all(line(location, call).as_bytes());
    }));
}

fn line(location: Option<String>, call: Option<String>) -> String {
    let mut fields = Map::new();
    fields.insert("location".to_owned(), location.into());
    fields.insert("rpc".to_owned(), call.into());
    logs::line("error", module_path!(), "the provider panicked, which is a bug in it", fields)
}
