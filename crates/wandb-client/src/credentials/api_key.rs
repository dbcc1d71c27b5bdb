//! API keys, as a type that cannot be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// Keys made since 2025 begin so.
const VERSION_1: &str = "wandb_v1_";
/// Legacy keys of self-managed servers begin so.
const LOCAL: &str = "local-";
/// Legacy keys are this many hexadecimal digits.
const LEGACY_DIGITS: usize = 40;
/// How much of a key W&B shows as its key id.
const KEY_ID_CHARACTERS: usize = 20;
/// Shortest and longest key of version 1 that is believed; today's have some 86 characters.
const VERSION_1_CHARACTERS: std::ops::RangeInclusive<usize> = 40..=256;

/// An API key: the secret itself. It has no `Display`, its `Debug` shows nothing, and its memory is wiped when dropped.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// Why a text is not an API key. No variant repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidApiKey {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// The text has characters that no key has, such as white space or quotes.
    #[error("it has characters that no API key has; were quotes or a line break copied with it?")]
    Characters,
    /// It has none of the known forms.
    #[error(
        "it has {characters} characters and none of the known forms: 40 hexadecimal digits, those with `local-` before \
         them, or a longer key that begins with `wandb_v1_`; was it cut short?"
    )]
    UnknownForm {
        /// How long the text is.
        characters: usize,
    },
}

impl ApiKey {
    /// A key as a person gave it, without the white space around it. Its form is checked, as a cut or mistyped key
    /// would otherwise be noticed only by the server, which cannot say what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidApiKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidApiKey::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(InvalidApiKey::Characters);
        }
        if !has_known_form(text) {
            return Err(InvalidApiKey::UnknownForm { characters: text.len() });
        }
        Ok(Self(text.into()))
    }

    /// A key as the server made it, whatever its form: refusing a new form here would lose the key. None if it is
    /// empty.
    pub(crate) fn issued(secret: SecretString) -> Option<Self> {
        (!secret.expose_secret().is_empty()).then_some(Self(secret))
    }

    /// The secret. Whoever asks for it answers for where it goes.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// The key's first part, which W&B shows as its key id.
    #[must_use]
    pub fn key_id(&self) -> &str {
        key_id(self.expose_secret())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

/// What of a key's `name` may be shown. Older servers answer the whole key as its name, newer ones the key id.
pub(crate) fn key_id(name: &str) -> &str {
    name.char_indices().nth(KEY_ID_CHARACTERS).map_or(name, |(end, _)| &name[..end])
}

/// Whether a text without white space has the form of a whole key.
pub(crate) fn has_known_form(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(VERSION_1) {
        return VERSION_1_CHARACTERS.contains(&text.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    }
    let digits = text.strip_prefix(LOCAL).unwrap_or(text);
    digits.len() == LEGACY_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGACY: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn known_forms_are_keys() {
        let version_1 = format!("{VERSION_1}{}", "aB3_".repeat(19));
        for text in [LEGACY, &LEGACY.to_uppercase(), &format!("local-{LEGACY}"), &version_1, &format!(" {LEGACY}\n")] {
            assert_eq!(ApiKey::parse(text).unwrap().expose_secret(), text.trim());
        }
    }

    #[test]
    fn odd_forms_are_named_and_never_repeated() {
        for (text, expected) in [
            (" \n", InvalidApiKey::Empty),
            (&format!("\"{LEGACY}\"") as &str, InvalidApiKey::Characters),
            (&LEGACY.replace('4', " "), InvalidApiKey::Characters),
            (&LEGACY[..39], InvalidApiKey::UnknownForm { characters: 39 }),
            (&LEGACY.replace('f', "g"), InvalidApiKey::UnknownForm { characters: 40 }),
            ("wandb_v1_short", InvalidApiKey::UnknownForm { characters: 14 }),
        ] {
            let error = ApiKey::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text:?}");
            assert!(!error.to_string().contains(&LEGACY[..8]), "{error}");
        }
    }

    #[test]
    fn a_key_shows_only_its_id() {
        let key = ApiKey::parse(LEGACY).unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
        assert_eq!(key.key_id(), &LEGACY[..20]);
        assert_eq!(key_id("short"), "short");
    }

    #[test]
    fn an_issued_key_may_have_any_form_but_not_none() {
        assert_eq!(ApiKey::issued("wandb_v9_x".into()).unwrap().expose_secret(), "wandb_v9_x");
        assert!(ApiKey::issued("".into()).is_none());
    }
}
