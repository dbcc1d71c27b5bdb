//! Small languages: numbers, paths, durations.

use std::time::Duration;

use tfplugin::duration;
use tfplugin::value::{Number, Path};

use super::text;

pub(super) fn number(input: &[u8]) {
    if let Ok(bytes) = <[u8; 8]>::try_from(input)
        && let Ok(number) = Number::from_f64(f64::from_be_bytes(bytes))
    {
        assert_eq!(number.to_f64(), Some(f64::from_be_bytes(bytes)), "a float survives");
        assert_eq!(number.to_string().parse(), Ok(number));
    }
    let Some(Ok(number)) = text(input).map(str::parse::<Number>) else { return };
    assert_eq!(number.to_string().parse(), Ok(number.clone()), "a number survives its text");
    assert_eq!(number.cmp(&number), std::cmp::Ordering::Equal);
    assert!(number.to_i64().is_none() || number.is_integer());
    let zero = Number::from(0_i64);
    assert_eq!(number < zero, number.to_string().starts_with('-'), "zero divides the numbers by their sign");
}

pub(super) fn path(input: &[u8]) {
    if let Some(Ok(path)) = text(input).map(str::parse::<Path>) {
        assert_eq!(path.to_string().parse(), Ok(path), "a path survives its text");
    }
}

pub(super) fn duration(input: &[u8]) {
    if let Some(Ok(duration)) = text(input).map(duration::parse) {
        assert!(duration <= Duration::from_hours(10 * 366 * 24), "a duration is bounded");
    }
}
