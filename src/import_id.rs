//! Readable ids for import: `team/name`, with `/` and `%` in a part percent-encoded.

use tfplugin::{Diagnostic, Result};

/// Splits an import id into its parts.
///
/// # Errors
/// When it has not just these parts; the message shows the form, such as `TEAM/NAME`.
pub(crate) fn parts<const N: usize>(id: &str, form: &str) -> Result<[String; N]> {
    let decoded: Option<Vec<String>> = id.split('/').map(decode).collect();
    decoded
        .and_then(|parts| <[String; N]>::try_from(parts).ok())
        .filter(|parts| parts.iter().all(|part| !part.is_empty()))
        .ok_or_else(|| {
            let detail =
                format!("The import id \"{id}\" does not have the form `{form}`. A `/` in a name is written `%2F`.");
            Diagnostic::error("Invalid import id", detail).into()
        })
}

/// Writes a part of an id.
pub(crate) fn encode(part: &str) -> String {
    part.replace('%', "%25").replace('/', "%2F")
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_survive() {
        let name = "50% a/b é";
        let id = format!("{}/{}", encode("team"), encode(name));
        assert_eq!(parts::<2>(&id, "TEAM/NAME"), Ok(["team".to_owned(), name.to_owned()]));
    }

    #[test]
    fn another_form_is_refused_and_the_form_is_shown() {
        for id in ["", "team", "team/", "/name", "a/b/c", "a/%zz", "a/%2"] {
            let error = parts::<2>(id, "TEAM/NAME").unwrap_err();
            assert!(error.iter().next().unwrap().detail.contains("`TEAM/NAME`"), "{id}");
        }
    }
}
