//! The one kind of filter that W&B has: `attribute eq "value"`.

use std::collections::HashMap;

use super::error::ScimError;

/// A filter of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) attribute: String,
    pub(crate) value: String,
}

impl Filter {
    /// The filter of a request, if it has one, by one of these attributes. Other parameters are refused.
    pub(super) fn of(mut query: HashMap<String, String>, attributes: &[&str]) -> Result<Option<Self>, ScimError> {
        let filter = query.remove("filter");
        if let Some(unknown) = query.keys().min() {
            return Err(ScimError::invalid(format!("the emulator does not know the parameter `{unknown}`")));
        }
        let Some(filter) = filter else {
            return Ok(None);
        };
        match Self::parse(&filter) {
            Some(parsed) if attributes.contains(&parsed.attribute.as_str()) => Ok(Some(parsed)),
            _ => Err(ScimError::invalid(format!(
                "the filter `{filter}` is not supported: it takes the form `ATTRIBUTE eq \"VALUE\"`, by {}",
                if attributes.is_empty() { "no attribute here".to_owned() } else { attributes.join(" or ") }
            ))),
        }
    }

    /// Reads `attribute eq "value"`, the value being a JSON text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (attribute, rest) = text.trim().split_once(' ')?;
        let (operator, value) = rest.trim_start().split_once(' ')?;
        if !operator.eq_ignore_ascii_case("eq") {
            return None;
        }
        let value = serde_json::from_str(value.trim_start()).ok()?;
        Some(Self { attribute: attribute.to_owned(), value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equality_with_a_quoted_value_is_a_filter() {
        let filter =
            |attribute: &str, value: &str| Some(Filter { attribute: attribute.to_owned(), value: value.to_owned() });
        assert_eq!(Filter::parse(r#"userName eq "ada""#), filter("userName", "ada"));
        assert_eq!(Filter::parse(r#"displayName  EQ  "a \"b\"""#), filter("displayName", r#"a "b""#));
        for wrong in ["", "userName", "userName eq ada", r#"userName co "a""#, r#"userName eq "a" and x eq "b""#] {
            assert_eq!(Filter::parse(wrong), None, "{wrong}");
        }
    }
}
