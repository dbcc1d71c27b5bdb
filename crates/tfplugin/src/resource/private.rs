//! The private bytes that travel with a state.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Resource;

/// What the SDK stores beside a state: the resource's notes in an envelope.
///
/// It is never empty, and that is how a plan without prior state tells the create half of a replacement from a plain
/// create: hosts hand over the private bytes of the object that is being replaced.
#[derive(Serialize, Deserialize)]
pub(crate) struct Private<N> {
    /// The version of this envelope.
    tfplugin: u8,
    notes: N,
}

impl<N: Serialize + DeserializeOwned + Default> Private<N> {
    const VERSION: u8 = 1;

    /// The notes in the bytes. Bytes of another provider, or none, are no notes: private state is never the only
    /// place of anything.
    pub(crate) fn decode(bytes: &[u8]) -> N {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(private) if private.tfplugin == Self::VERSION => private.notes,
            _ => N::default(),
        }
    }

    pub(crate) fn encode(notes: &N) -> Vec<u8> {
        // Notes are plain data; one that cannot be written is treated as none rather than losing the state.
        serde_json::to_vec(&Private { tfplugin: Self::VERSION, notes })
            .or_else(|_| serde_json::to_vec(&Private { tfplugin: Self::VERSION, notes: N::default() }))
            .unwrap_or_default()
    }
}

/// The private bytes of a resource's notes.
pub(crate) fn encode<R: Resource + ?Sized>(notes: &R::Private) -> Vec<u8> {
    Private::<R::Private>::encode(notes)
}

/// The notes of a resource in private bytes.
pub(crate) fn decode<R: Resource + ?Sized>(bytes: &[u8]) -> R::Private {
    Private::<R::Private>::decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::Private;

    #[test]
    fn notes_survive_and_are_never_empty() {
        let bytes = Private::encode(&Some("2026-01-01T00:00:00Z".to_owned()));
        assert_eq!(Private::<Option<String>>::decode(&bytes), Some("2026-01-01T00:00:00Z".to_owned()));
        assert!(!Private::encode(&()).is_empty());
    }

    #[test]
    fn foreign_bytes_are_no_notes() {
        for bytes in [&b""[..], b"{\"e2bfb730\":{}}", b"\xff", br#"{"tfplugin":9,"notes":"a"}"#] {
            assert_eq!(Private::<Option<String>>::decode(bytes), None);
        }
    }
}
