//! Points in time as W&B's servers write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A time of an answer: RFC 3339, or without an offset, as older servers write it, and then UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerTime(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for ServerTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let without_offset =
            || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp());
        let time = text.parse().ok().or_else(without_offset);
        time.map(Self).ok_or_else(|| D::Error::custom("not a point in time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_an_offset() {
        for (json, expected) in [
            (r#""2026-11-23T23:10:05Z""#, Some("2026-11-23T23:10:05Z")),
            (r#""2026-11-24T01:10:05.5+02:00""#, Some("2026-11-23T23:10:05.5Z")),
            (r#""2026-11-23T23:10:05""#, Some("2026-11-23T23:10:05Z")),
            (r#""yesterday""#, None),
        ] {
            let time = serde_json::from_str::<ServerTime>(json).map(|time| time.0.to_string());
            assert_eq!(time.ok().as_deref(), expected, "{json}");
        }
    }
}
