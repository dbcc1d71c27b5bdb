//! The private bytes that travel with a state.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Resource;
use super::erased::breach;
use crate::diagnostic::Diagnostic;

/// What the SDK stores beside a state: the resource's notes in an envelope.
///
/// It is never empty, and that is how a plan without prior state tells the create half of a replacement from a plain
/// create: hosts hand over the private bytes of the object that is being replaced.
#[derive(Serialize, Deserialize)]
pub(crate) struct Private<N> {
    /// The version of this envelope.
    tfplugin: u8,
    notes: N,
    /// What is planned, in the private bytes of a plan alone: some hosts hand them back, in a field of their own, when
    /// they plan again at apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned: Option<Planned>,
    /// The notes of the object as it is, in the private bytes of a plan alone and where they differ: hosts that replace
    /// an object give its delete the private bytes of the plan for the object that takes its place. Notes may be null
    /// in JSON, so they stand in a list of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<(N,)>,
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

    /// The notes of the object as it is, in its own private bytes or in those of a plan. The plan of a create knows of
    /// none, also where a tainted object is replaced: of that, hosts tell it nothing.
    pub(crate) fn decode_before(bytes: &[u8]) -> N {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(Self { tfplugin: Self::VERSION, before: Some((before,)), .. }) => before,
            Ok(Self { tfplugin: Self::VERSION, notes, planned: None | Some(Planned::Recreate), .. }) => notes,
            _ => N::default(),
        }
    }

    /// The bytes of notes beside a state; `None` of those that could not be read again.
    pub(crate) fn encode(notes: &N) -> Option<Vec<u8>> {
        Self::write(notes, None, None)
    }

    /// Those of a plan.
    pub(crate) fn encode_planned(notes: &N, planned: Option<Planned>, before: &N) -> Option<Vec<u8>> {
        let text = |notes: &N| serde_json::to_vec(notes).ok();
        Self::write(notes, planned, Some(before).filter(|before| text(before) != text(notes)))
    }

    fn write(notes: &N, planned: Option<Planned>, before: Option<&N>) -> Option<Vec<u8>> {
        let before = before.map(|before| (before,));
        let bytes = serde_json::to_vec(&Private { tfplugin: Self::VERSION, notes, planned, before }).ok()?;
        serde_json::from_slice::<Self>(&bytes).is_ok().then_some(bytes)
    }
}

/// The private bytes of a resource's notes beside a state. In place of notes that cannot be written stand those from
/// before: a lost note is no reason to lose the state.
pub(crate) fn encode<R: Resource + ?Sized>(notes: &R::Private, before: &R::Private) -> (Vec<u8>, Option<Diagnostic>) {
    let encode = Private::<R::Private>::encode;
    match encode(notes) {
        Some(bytes) => (bytes, None),
        None => (encode(before).unwrap_or_default(), Some(unwritten::<R>())),
    }
}

/// The private bytes of a plan: the notes that its apply will find, and those of the object as it is.
pub(crate) fn encode_planned<R: Resource + ?Sized>(
    notes: &R::Private,
    planned: Option<Planned>,
    before: &R::Private,
) -> Result<Vec<u8>, Diagnostic> {
    Private::<R::Private>::encode_planned(notes, planned, before).ok_or_else(unwritten::<R>)
}

fn unwritten<R: Resource + ?Sized>() -> Diagnostic {
    breach(R::TYPE_NAME, "its private notes cannot be written as JSON and read again.")
}

/// The notes of a resource in private bytes.
pub(crate) fn decode<R: Resource + ?Sized>(bytes: &[u8]) -> R::Private {
    Private::<R::Private>::decode(bytes)
}

/// The notes of the object as it is in private bytes, perhaps of a plan.
pub(crate) fn decode_before<R: Resource + ?Sized>(bytes: &[u8]) -> R::Private {
    Private::<R::Private>::decode_before(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Planned, Private, planned};

    #[test]
    fn notes_survive_and_are_never_empty() {
        let bytes = Private::encode(&Some("2026-01-01T00:00:00Z".to_owned())).unwrap();
        assert_eq!(Private::<Option<String>>::decode(&bytes), Some("2026-01-01T00:00:00Z".to_owned()));
        assert!(!Private::encode(&()).unwrap().is_empty());
    }

    #[test]
    fn a_plan_that_is_handed_back_says_what_it_was() {
        let of = |planned| Private::encode_planned(&7, planned, &7).unwrap();
        assert_eq!(planned(b""), Planned::Create);
        assert_eq!(planned(&of(None)), Planned::Recreate, "of the object that is being replaced");
        assert_eq!(planned(&of(Some(Planned::Create))), Planned::Create);
        assert_eq!(planned(&of(Some(Planned::Recreate))), Planned::Recreate);
    }

    #[test]
    fn the_notes_of_the_object_as_it_is_survive_the_plan_of_another() {
        let before = Private::<u32>::decode_before;
        assert_eq!(before(&Private::encode(&7).unwrap()), 7);
        assert_eq!(before(&Private::encode_planned(&7, None, &7).unwrap()), 7);
        assert_eq!(before(&Private::encode_planned(&8, None, &7).unwrap()), 7, "an update that came to a replacement");
        let replaced = Private::encode_planned(&0, Some(Planned::Recreate), &7).unwrap();
        assert_eq!((before(&replaced), Private::<u32>::decode(&replaced)), (7, 0));
        let created = Private::encode_planned(&1, Some(Planned::Create), &0).unwrap();
        assert_eq!((before(&created), Private::<u32>::decode(&created)), (0, 1), "nothing is known of a tainted one");
        assert_eq!(before(b"{\"e2bfb730\":{}}"), 0);
    }

    #[test]
    fn an_object_that_has_no_notes_gets_none_of_another() {
        let new = Some("of the new object".to_owned());
        for planned in [None, Some(Planned::Create), Some(Planned::Recreate)] {
            let bytes = Private::encode_planned(&new, planned, &None).unwrap();
            assert_eq!(Private::<Option<String>>::decode_before(&bytes), None, "{planned:?}");
            assert_eq!(Private::<Option<String>>::decode(&bytes), new, "{planned:?}");
        }
    }

    #[test]
    fn notes_that_would_be_lost_are_refused() {
        assert_eq!(Private::encode(&BTreeMap::from([([1], 2)])), None, "JSON has no such key");
        assert_eq!(Private::encode(&f64::NAN), None, "JSON has null in its place");
    }

    #[test]
    fn foreign_bytes_are_no_notes() {
        for bytes in [&b""[..], b"{\"e2bfb730\":{}}", b"\xff", br#"{"tfplugin":9,"notes":"a"}"#] {
            assert_eq!(Private::<Option<String>>::decode(bytes), None);
        }
    }
}
