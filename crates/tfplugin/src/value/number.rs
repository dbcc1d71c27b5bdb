//! Numbers without loss.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive as _};

/// The most digits before the point, and the most after it, that a number may have when it is written out. It bounds memory and time for hostile input
/// such as `1e999999999`; Terraform itself computes with some 154 decimal digits.
const MAX_DIGITS: u64 = 4096;
/// The longest text of such a number: a sign, the point, and a zero before it.
const MAX_LENGTH: usize = 2 * 4096 + 3;

/// A Terraform number: any integer or decimal fraction, kept exactly.
///
/// Every number has one form only, so that equality of numbers is equality of their forms.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Form);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Signed(i64),
    /// Only above [`i64::MAX`].
    Unsigned(u64),
    /// Only what fits no integer above, normalised. Boxed as it is rare and large.
    Decimal(Box<BigDecimal>),
}

/// What is wrong with the text or float that should be a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is not a decimal number.
    #[error("not a decimal number")]
    Syntax,
    /// Infinity, or not a number at all.
    #[error("not a finite number")]
    NotFinite,
    /// More digits than the SDK keeps, or an exponent out of bounds.
    #[error("a number of more than {MAX_DIGITS} digits")]
    TooLong,
}

/// How a number leaves in msgpack, where each form is exact.
#[derive(Debug, PartialEq)]
pub(crate) enum Encoding {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

impl Number {
    fn from_decimal(decimal: &BigDecimal) -> Result<Self, NumberError> {
        let decimal = decimal.normalized();
        let scale = decimal.fractional_digit_count();
        let whole_digits = i64::try_from(decimal.digits()).map_or(i64::MAX, |digits| digits.saturating_sub(scale));
        // Both count: what is kept must be readable again when it is written out.
        if [whole_digits, scale].iter().any(|digits| u64::try_from(*digits).is_ok_and(|digits| digits > MAX_DIGITS)) {
            return Err(NumberError::TooLong);
        }
        if scale <= 0 {
            if let Some(small) = decimal.to_i64() {
                return Ok(Self(Form::Signed(small)));
            }
            if let Some(large) = decimal.to_u64() {
                return Ok(Self(Form::Unsigned(large)));
            }
        }
        Ok(Self(Form::Decimal(Box::new(decimal))))
    }

    /// The number that a float stands for, exactly.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`] for infinities and NaN.
    pub fn from_f64(float: f64) -> Result<Self, NumberError> {
        if !float.is_finite() {
            return Err(NumberError::NotFinite);
        }
        let decimal = BigDecimal::try_from(float).map_err(|_| NumberError::NotFinite)?;
        Self::from_decimal(&decimal)
    }

    /// The number as `i64`, where it is one.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Form::Signed(number) => Some(number),
            Form::Unsigned(_) | Form::Decimal(_) => None,
        }
    }

    /// The number as `u64`, where it is one.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        match self.0 {
            Form::Signed(number) => u64::try_from(number).ok(),
            Form::Unsigned(number) => Some(number),
            Form::Decimal(_) => None,
        }
    }

    /// The float of exactly this value, where there is one.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        let float: f64 = self.to_string().parse().ok()?;
        (Self::from_f64(float).as_ref() == Ok(self)).then_some(float)
    }

    /// Whether the number has no fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Signed(_) | Form::Unsigned(_) => true,
            Form::Decimal(decimal) => decimal.as_bigint_and_exponent().1 <= 0,
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        match &self.0 {
            Form::Signed(number) => Encoding::Signed(*number),
            Form::Unsigned(number) => Encoding::Unsigned(*number),
            // As newer hosts write them: text, since a float of 53 bits says less than a whole number does.
            Form::Decimal(_) if self.is_integer() => Encoding::Text(self.to_string()),
            Form::Decimal(_) => self.to_f64().map_or_else(|| Encoding::Text(self.to_string()), Encoding::Float),
        }
    }

    fn to_decimal(&self) -> BigDecimal {
        match &self.0 {
            Form::Signed(number) => BigDecimal::from(*number),
            Form::Unsigned(number) => BigDecimal::from(*number),
            Form::Decimal(decimal) => (**decimal).clone(),
        }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Self(Form::Signed(number)));
        }
        // The library accepts underscores and a bare point; Terraform and JSON do not.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
        if !plain || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Syntax);
        }
        if text.len() > MAX_LENGTH {
            return Err(NumberError::TooLong);
        }
        if let Some((_, exponent)) = text.split_once(['e', 'E']) {
            let exponent: i64 = exponent.parse().map_err(|_| NumberError::Syntax)?;
            if exponent.unsigned_abs() > MAX_DIGITS {
                return Err(NumberError::TooLong);
            }
        }
        let decimal = BigDecimal::from_str(text).map_err(|_| NumberError::Syntax)?;
        Self::from_decimal(&decimal)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Form::Signed(number))
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self(Form::Unsigned(number)), Self::from)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Signed(left), Form::Signed(right)) => left.cmp(right),
            _ => self.to_decimal().cmp(&other.to_decimal()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain decimal notation, never an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Signed(number) => number.fmt(f),
            Form::Unsigned(number) => number.fmt(f),
            Form::Decimal(decimal) => f.write_str(&decimal.to_plain_string()),
        }
    }
}

/// Shows no digits, as any value may be secret.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn every_number_has_one_form() {
        let same = [
            ("0", "-0"),
            ("1", "1.0"),
            ("1", "1e0"),
            ("100", "1e2"),
            ("0.10", "1e-1"),
            ("18446744073709551615", "18446744073709551615.000"),
            ("123456789012345678901234567890", "12345678901234567890123456789e1"),
        ];
        for (left, right) in same {
            assert_eq!(number(left), number(right));
            assert_eq!(number(left).to_string(), number(right).to_string());
        }
    }

    #[test]
    fn nothing_is_lost() {
        let hundred_digits = "9".repeat(100);
        for text in
            ["9223372036854775807", "-9223372036854775808", "18446744073709551615", &hundred_digits, "0.1", "-1.25"]
        {
            assert_eq!(number(text).to_string(), text);
        }
    }

    #[test]
    fn the_longest_can_be_read_again() {
        let digits = "7".repeat(4096);
        for text in
            [format!("-{digits}.{digits}"), digits.clone(), format!("0.{digits}"), "1e4095".into(), "1e-4096".into()]
        {
            let number = number(&text);
            assert_eq!(number.to_string().parse(), Ok(number));
        }
    }

    #[test]
    fn encodings_are_exact_and_shortest() {
        assert_eq!(number("-7").encoding(), Encoding::Signed(-7));
        assert_eq!(number("9223372036854775808").encoding(), Encoding::Unsigned(9_223_372_036_854_775_808));
        assert_eq!(number("0.5").encoding(), Encoding::Float(0.5));
        assert_eq!(number("18446744073709551616").encoding(), Encoding::Text("18446744073709551616".into()));
        assert_eq!(number("0.1").encoding(), Encoding::Text("0.1".into()), "no float is exactly a tenth");
    }

    #[test]
    fn floats_become_their_exact_decimals() {
        assert_eq!(Number::from_f64(0.5), Ok(number("0.5")));
        assert_eq!(Number::from_f64(-0.0), Ok(number("0")));
        let tenth = Number::from_f64(0.1).unwrap();
        assert_eq!(tenth.to_string(), "0.1000000000000000055511151231257827021181583404541015625");
        assert_eq!(tenth.to_f64(), Some(0.1));
        assert_eq!(Number::from_f64(f64::NAN), Err(NumberError::NotFinite));
        assert!(Number::from_f64(f64::MIN_POSITIVE).is_ok());
        assert!(Number::from_f64(f64::MAX).is_ok());
    }

    #[test]
    fn order_is_by_value() {
        let mut numbers = ["10", "-1.5", "9223372036854775808", "0.1", "2"].map(number);
        numbers.sort();
        assert_eq!(numbers.map(|n| n.to_string()), ["-1.5", "0.1", "2", "10", "9223372036854775808"]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "abc", "1_000", ".", "-", "1e", "e1", "0x10", "1 ", "NaN", "inf"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Syntax), "{text}");
        }
        for text in
            ["1e999999999", "1e-99999", "1e-9223372036854775808", "1e4096", &"1".repeat(4097), &"1".repeat(9000)]
        {
            assert_eq!(text.parse::<Number>(), Err(NumberError::TooLong));
        }
    }
}
