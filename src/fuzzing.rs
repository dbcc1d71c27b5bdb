//! Decoders without a public face, for the fuzz targets: only there in tests and with `--cfg fuzzing`, which `cargo xtask
//! fuzz` sets.

use crate::import_id;

/// Reads an import id of two parts, and writes and reads it again.
///
/// # Panics
/// When the parts do not survive.
pub fn import_id(id: &str) {
    let Ok([team, name]) = import_id::parts::<2>(id, "TEAM/NAME") else { return };
    let again = format!("{}/{}", import_id::encode(&team), import_id::encode(&name));
    assert_eq!(import_id::parts::<2>(&again, "TEAM/NAME"), Ok([team, name]));
}

#[cfg(test)]
#[path = "../fuzz/seeds/mutations.rs"]
mod mutations;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_ids_survive() {
        mutations::texts(include_str!("../fuzz/seeds/import_id.txt")).for_each(|id| import_id(&id));
    }
}
