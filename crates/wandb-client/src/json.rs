//! Decodes answers. Its errors name a place in the answer and never a value.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::ErrorKind;

/// Decodes JSON: broken JSON and an unexpected form are different failures.
pub(crate) fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, ErrorKind> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        match error.into_inner() {
            inner if inner.is_data() => ErrorKind::Unexpected { path, source: without_value(&inner).into() },
            inner => ErrorKind::Broken(inner),
        }
    })
}

/// Decodes what is only told beside what matters: in another form than the known one it counts as not told, so that a
/// secret is not lost over the time at which it was made.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// A decoding error's text without the value that it may quote.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}...{}", &text[..=first], &text[last..]),
        _ => text,
    }
}
