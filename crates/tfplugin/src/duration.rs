//! Durations in Go's form, which Terraform users know: `30s`, `1h30m`, `720h`. There are no days.

use std::time::Duration;

/// The longest that is of use: ten years.
const LONGEST: Duration = Duration::from_hours(10 * 366 * 24);

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Another form.
    #[error("not a duration such as `30s`, `1h30m` or `720h`")]
    Syntax,
    /// More than ten years.
    #[error("a duration of more than ten years")]
    TooLong,
}

/// Reads a duration.
///
/// # Errors
/// When the text has another form, or means more than ten years.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    if rest.is_empty() {
        return Err(DurationError::Syntax);
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(DurationError::Syntax)?;
        let (number, after) = rest.split_at(digits);
        let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_length);
        let unit = match unit {
            "h" => Duration::from_hours(1),
            "m" => Duration::from_mins(1),
            "s" => Duration::from_secs(1),
            "ms" => Duration::from_millis(1),
            "us" | "\u{b5}s" | "\u{3bc}s" => Duration::from_micros(1),
            "ns" => Duration::from_nanos(1),
            _ => return Err(DurationError::Syntax),
        };
        let number: f64 = number.parse().map_err(|_| DurationError::Syntax)?;
        let part = Duration::try_from_secs_f64(unit.as_secs_f64() * number).map_err(|_| DurationError::TooLong)?;
        total = total.checked_add(part).filter(|total| *total <= LONGEST).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases = [
            ("30s", Duration::from_secs(30)),
            ("1h30m", Duration::from_mins(90)),
            ("720h", Duration::from_hours(720)),
            ("1.5s", Duration::from_millis(1500)),
            ("100ms", Duration::from_millis(100)),
            ("5µs", Duration::from_micros(5)),
            ("5μs", Duration::from_micros(5)),
            ("0s", Duration::ZERO),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "30", "s", "30d", "1h 30m", "-1s", "1..5s", "s30"] {
            assert_eq!(parse(text), Err(DurationError::Syntax), "{text}");
        }
        assert_eq!(parse("999999999h"), Err(DurationError::TooLong));
    }
}
