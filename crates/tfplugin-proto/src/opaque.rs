//! `Debug` of the messages that carry values, states or private bytes. A state holds secrets, so none of them may be
//! printed: the generator derives no `Debug` for a message with such a field, and here it gets one without contents.

use std::fmt;

use crate::tfplugin6 as wire;

macro_rules! opaque {
    ($($message:ty),* $(,)?) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($message)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque! {
    wire::DynamicValue,
    wire::RawState,
    wire::read_resource::Request,
    wire::read_resource::Response,
    wire::plan_resource_change::Request,
    wire::plan_resource_change::Response,
    wire::apply_resource_change::Request,
    wire::apply_resource_change::Response,
    wire::import_resource_state::ImportedResource,
    wire::move_resource_state::Request,
    wire::move_resource_state::Response,
    wire::open_ephemeral_resource::Response,
    wire::renew_ephemeral_resource::Request,
    wire::renew_ephemeral_resource::Response,
    wire::close_ephemeral_resource::Request,
    wire::read_state_bytes::Response,
    wire::write_state_bytes::RequestChunk,
}
