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
    /// What is planned, in the private bytes of a plan alone: some hosts hand them back when they plan again at apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned: Option<Planned>,
}

/// What the plan of an object without prior state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Planned {
    Create,
    Recreate,
}

/// What is planned where there is no prior state: as an earlier plan of the same run said; else a replacement where
/// there are private bytes, which then are those of the object that is being replaced.
pub(crate) fn planned(bytes: &[u8]) -> Planned {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(default)]
        planned: Option<Planned>,
    }
    let noted = serde_json::from_slice::<Envelope>(bytes).ok().and_then(|envelope| envelope.planned);
    noted.unwrap_or(if bytes.is_empty() { Planned::Create } else { Planned::Recreate })
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

    pub(crate) fn encode(notes: &N, planned: Option<Planned>) -> Vec<u8> {
        // Notes are plain data; one that cannot be written is treated as none rather than losing the state.
        serde_json::to_vec(&Private { tfplugin: Self::VERSION, notes, planned })
            .or_else(|_| serde_json::to_vec(&Private { tfplugin: Self::VERSION, notes: N::default(), planned }))
            .unwrap_or_default()
    }
}

/// The private bytes of a resource's notes; `planned` in those of a plan alone.
pub(crate) fn encode<R: Resource + ?Sized>(notes: &R::Private, planned: Option<Planned>) -> Vec<u8> {
    Private::<R::Private>::encode(notes, planned)
}

/// The notes of a resource in private bytes.
pub(crate) fn decode<R: Resource + ?Sized>(bytes: &[u8]) -> R::Private {
    Private::<R::Private>::decode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Planned, Private, planned};

    #[test]
    fn notes_survive_and_are_never_empty() {
        let bytes = Private::encode(&Some("2026-01-01T00:00:00Z".to_owned()), None);
        assert_eq!(Private::<Option<String>>::decode(&bytes), Some("2026-01-01T00:00:00Z".to_owned()));
        assert!(!Private::encode(&(), None).is_empty());
    }

    #[test]
    fn a_plan_that_is_handed_back_says_what_it_was() {
        let of = |planned| Private::encode(&7, planned);
        assert_eq!(planned(b""), Planned::Create);
        assert_eq!(planned(&of(None)), Planned::Recreate, "of the object that is being replaced");
        assert_eq!(planned(&of(Some(Planned::Create))), Planned::Create);
        assert_eq!(planned(&of(Some(Planned::Recreate))), Planned::Recreate);
    }

    #[test]
    fn foreign_bytes_are_no_notes() {
        for bytes in [&b""[..], b"{\"e2bfb730\":{}}", b"\xff", br#"{"tfplugin":9,"notes":"a"}"#] {
            assert_eq!(Private::<Option<String>>::decode(bytes), None);
        }
    }
}
