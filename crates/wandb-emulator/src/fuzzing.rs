//! Decoders without a public face, for the fuzz targets: only there in tests and with `--cfg fuzzing`, which `cargo xtask
//! fuzz` sets.

use crate::scim::filter::Filter;

/// The attribute and the value that a SCIM filter names.
#[must_use]
pub fn scim_filter(text: &str) -> Option<(String, String)> {
    Filter::parse(text).map(|filter| (filter.attribute, filter.value))
}

#[cfg(test)]
#[path = "../../../fuzz/seeds/mutations.rs"]
mod mutations;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_survive_their_text() {
        for (attribute, value) in
            mutations::texts(include_str!("../../../fuzz/seeds/scim_filter.txt")).filter_map(|text| scim_filter(&text))
        {
            let again = format!("{attribute} eq {}", serde_json::Value::from(value.as_str()));
            assert_eq!(scim_filter(&again), Some((attribute, value)));
        }
    }

    #[test]
    fn seeds_are_read_or_refused() {
        let json = r#"{"organization":"acme","people":[{"username":"ada","email":"a@b.example","role":"admin"}]}"#;
        assert!(mutations::texts(json).filter(|text| crate::Seed::from_yaml(text).is_ok()).count() > 1);
    }
}
