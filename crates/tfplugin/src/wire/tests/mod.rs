//! The service as a host calls it, without a connection.

mod action;
mod breaches;
mod logs;
mod panics;
mod state;

use tfplugin_proto::tfplugin6 as proto;

use crate::value::{Type, Value};

/// A value as a host sends it.
fn sent(value: &Value, ty: &Type) -> proto::DynamicValue {
    super::dynamic_value::encode(value, ty).unwrap()
}

/// The titles of messages.
fn titles(diagnostics: &[proto::Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}
