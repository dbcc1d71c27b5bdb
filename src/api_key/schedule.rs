//! When a key is rotated and its predecessor revoked.
//!
//! The clock is read in one place, `observe`, as part of a read: it notes the server's time when something fell due.

use std::time::Duration;

use jiff::Timestamp;
use tfplugin::value::Path;
use tfplugin::{Attr, Diagnostic, Diagnostics, duration};

use super::model::{ApiKeyModel, Notes, Revoke, Rotation};

/// How long a previous key stays, unless told otherwise.
const OVERLAP: Duration = Duration::from_hours(24);

/// What `rotation` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    interval: Option<Duration>,
    overlap: Duration,
    pub(super) revoke: Revoke,
}

impl Terms {
    /// `None` as long as they are not known.
    pub(super) fn of(rotation: &Attr<Rotation>) -> Option<Self> {
        let nothing = Rotation::default();
        let Rotation { interval, overlap, revoke, .. } = match rotation {
            Attr::Null => &nothing,
            Attr::Unknown(_) => return None,
            Attr::Known(rotation) => rotation,
        };
        let duration = |text: &Attr<String>| match text.get_optional() {
            Ok(text) => Some(text.and_then(|text| duration::parse(text).ok())),
            Err(_) => None,
        };
        let (interval, overlap) = (duration(interval)?, duration(overlap)?);
        let revoke = revoke.get_optional().ok()?;
        Some(Self {
            interval,
            overlap: overlap.unwrap_or_else(|| interval.map_or(OVERLAP, |interval| OVERLAP.min(interval / 2))),
            revoke: revoke.copied().unwrap_or(Revoke::AfterOverlap),
        })
    }

    /// When a key of this age is due to be rotated.
    pub(super) fn rotates_at(&self, created_at: Timestamp) -> Option<Timestamp> {
        self.interval.map(|interval| after(created_at, interval))
    }

    /// When a previous key has been kept long enough after this moment: its successor's creation, or its own last use.
    pub(super) fn kept_until(&self, since: Timestamp) -> Timestamp {
        after(since, self.overlap)
    }
}

fn after(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The time of an attribute, where it is known.
pub(super) fn time(attribute: &Attr<String>) -> Option<Timestamp> {
    attribute.as_str()?.parse().ok()
}

/// Judges what is known of `rotation`.
pub(super) fn validate(rotation: &Attr<Rotation>, report: &mut Diagnostics) {
    let Some(rotation) = rotation.known() else { return };
    let path = Path::from("rotation");
    let known = |text: &Attr<String>| text.as_str().and_then(|text| duration::parse(text).ok());
    if rotation.interval.is_null() && rotation.triggers.is_null() {
        let detail = "`rotation` has neither `interval` nor `triggers`, so the key would never be rotated. Set one of \
                      them, or leave `rotation` out.";
        report.push(Diagnostic::error("Rotation without a reason", detail).at(path.clone()));
    }
    if let (Some(interval), Some(overlap)) = (known(&rotation.interval), known(&rotation.overlap))
        && overlap >= interval
    {
        let detail = format!(
            "`overlap` is \"{}\" and `interval` is \"{}\": the previous key would still be valid when the next one is \
             made, and there are never more than two. Make `overlap` shorter than `interval`.",
            rotation.overlap.as_str().unwrap_or_default(),
            rotation.interval.as_str().unwrap_or_default(),
        );
        report.push(Diagnostic::error("Overlap too long", detail).at(path.attribute("overlap")));
    }
}

/// Notes it when by the server's time something of this state fell due that was not noted yet, and forgets it when
/// nothing is due any more. Otherwise the notes stay as they are, as any change of them is drift to the host.
///
/// `last_use` is that of the previous key: a later one than was noted is noted too, as it may decide.
pub(super) fn observe(notes: &mut Notes, state: &ApiKeyModel, now: Timestamp, last_use: Option<Timestamp>) {
    let deadlines = [time(&state.rotates_at), time(&state.previous_key_expires_at)];
    let passed = |by: Timestamp| deadlines.into_iter().flatten().filter(move |deadline| *deadline <= by).count();
    match notes.observed_at {
        Some(before) if passed(now) <= passed(before) && passed(before) > 0 && last_use <= Some(before) => {}
        _ if passed(now) == 0 => (notes.observed_at, notes.previous_last_used_at) = (None, None),
        _ => (notes.observed_at, notes.previous_last_used_at) = (Some(now), last_use),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    fn rotation(interval: Option<&str>, overlap: Option<&str>) -> Attr<Rotation> {
        let text = |text: Option<&str>| text.map(str::to_owned).into();
        Rotation { interval: text(interval), overlap: text(overlap), ..Rotation::default() }.into()
    }

    #[test]
    fn times_follow_from_the_terms() {
        for (interval, overlap, rotates, kept) in [
            (Some("720h"), Some("48h"), Some(720), 48),
            (Some("720h"), None, Some(720), 24),
            (Some("10h"), None, Some(10), 5),
            (None, Some("1h"), None, 1),
            (None, None, None, 24),
        ] {
            let terms = Terms::of(&rotation(interval, overlap)).unwrap();
            assert_eq!((terms.rotates_at(at(0)), terms.kept_until(at(0))), (rotates.map(at), at(kept)), "{interval:?}");
        }
        assert_eq!(Terms::of(&Attr::Null), Terms::of(&rotation(None, None)));
        assert_eq!(Terms::of(&Attr::unknown()), None);
        let unknown = Rotation { overlap: Attr::unknown(), ..Rotation::default() };
        assert_eq!(Terms::of(&unknown.into()), None);
    }

    #[test]
    fn bad_terms_are_told() {
        let judged = |rotation: Attr<Rotation>| {
            let mut report = Diagnostics::new();
            validate(&rotation, &mut report);
            report.iter().map(|diagnostic| diagnostic.summary.clone()).collect::<Vec<_>>()
        };
        let mut report = Diagnostics::new();
        validate(&rotation(Some("24h"), Some("24h")), &mut report);
        let details: Vec<_> = report.iter().map(|diagnostic| diagnostic.detail.as_str()).collect();
        insta::assert_snapshot!(details.join("\n\n"));
        assert_eq!(judged(rotation(Some("24h"), Some("24h"))), ["Overlap too long"]);
        assert_eq!(judged(rotation(None, Some("24h"))), ["Rotation without a reason"]);
        assert!(judged(rotation(Some("24h"), Some("23h59m"))).is_empty());
        let unknown = Rotation { triggers: Attr::unknown(), ..Rotation::default() };
        assert!(judged(unknown.into()).is_empty());
    }

    /// What is noted at each hour of a key that rotates at 10 and whose predecessor ends at 4.
    #[test]
    fn the_time_is_noted_only_when_something_falls_due() {
        let state = ApiKeyModel {
            rotates_at: at(10).to_string().into(),
            previous_key_expires_at: at(4).to_string().into(),
            ..ApiKeyModel::default()
        };
        let mut notes = Notes::default();
        for (hour, last_use, noted) in [
            (1, None, None),
            (4, None, Some(4)),
            (5, None, Some(4)),
            (6, Some(3), Some(4)),
            (7, Some(6), Some(7)),
            (8, Some(6), Some(7)),
            (12, Some(6), Some(12)),
            (11, Some(6), Some(12)),
        ] {
            observe(&mut notes, &state, at(hour), last_use.map(at));
            assert_eq!(notes.observed_at, noted.map(at), "at {hour}");
        }
        observe(&mut notes, &ApiKeyModel::default(), at(13), None);
        assert_eq!(notes, Notes::default(), "nothing is due of a key without times");
    }
}
