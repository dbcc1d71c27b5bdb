//! What the host of a provider keeps for it and says when it starts it.

use super::text;

pub(super) fn private_state(input: &[u8]) {
    tfplugin::fuzzing::private_state(input);
}

/// Variables, `NAME=value`, with zero bytes between them.
pub(super) fn handshake(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let get = |name: &str| {
        let mut variables = text.split('\0').filter_map(|variable| variable.split_once('='));
        Some(variables.find(|(found, _)| *found == name)?.1.to_owned())
    };
    let _ = tfplugin::fuzzing::handshake(&get);
}
