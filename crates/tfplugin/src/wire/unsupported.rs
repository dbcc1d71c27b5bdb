//! What this SDK does not offer, said in the protocol's own way.

use tfplugin_proto::tfplugin6 as proto;

use super::diagnostics;
use crate::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn refusal(kind: &str, name: &str) -> Diagnostics {
    let detail = format!("This version of the provider has no {kind} `{name}`. A newer version may have it.");
    Diagnostic::error(format!("Unknown {kind}"), detail).into()
}

pub(super) fn list_resource(name: &str) -> proto::list_resource::Event {
    proto::list_resource::Event {
        diagnostic: diagnostics::to_proto(refusal("list resource", name)),
        ..proto::list_resource::Event::default()
    }
}
