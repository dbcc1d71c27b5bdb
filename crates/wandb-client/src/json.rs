//! Decodes answers. Its errors name a place in the answer and never a value.

use serde::de::DeserializeOwned;

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

/// A decoding error's text without the value that it may quote.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}...{}", &text[..=first], &text[last..]),
        _ => text,
    }
}
