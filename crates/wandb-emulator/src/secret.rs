//! Secrets: how they are made, and the digest that alone is kept.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::deployment::KeyForm;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
const V1_PREFIX: &str = "wandb_v1_";
const V1_LENGTH: usize = 86;
const LEGACY_LENGTH: usize = 40;
const KEY_ID_LENGTH: usize = 20;

/// The SHA-256 of a secret. Secrets are long and random, so neither salt nor stretching would add anything; and whoever
/// can time a look-up by digest learns nothing about a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl rusqlite::ToSql for SecretDigest {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

/// Where secrets come from.
#[derive(Debug, Clone)]
pub(crate) enum SecretSource {
    /// The operating system's random numbers.
    Random,
    /// Always the same secret for the same object, for tests and demonstrations.
    Deterministic { seed: String },
}

/// The operating system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub(crate) struct NoRandomness(#[source] getrandom::Error);

impl SecretSource {
    /// A new API key, the `number`th of this server.
    pub(crate) fn api_key(&self, form: KeyForm, number: i64) -> Result<SecretString, NoRandomness> {
        let label = format!("api key {number}");
        let key = match form {
            KeyForm::Legacy => self.text(&label, HEXADECIMAL, LEGACY_LENGTH)?,
            KeyForm::LegacyLocal => format!("local-{}", self.text(&label, HEXADECIMAL, LEGACY_LENGTH)?),
            KeyForm::V1 => {
                format!("{V1_PREFIX}{}", self.text(&label, ALPHANUMERIC, V1_LENGTH - V1_PREFIX.len())?)
            }
        };
        Ok(key.into())
    }

    /// A new access token, the `number`th of this server.
    pub(crate) fn access_token(&self, number: i64) -> Result<SecretString, NoRandomness> {
        Ok(format!("wb_at_{}", self.text(&format!("access token {number}"), ALPHANUMERIC, 64)?).into())
    }

    /// A text of letters and digits that makes a name unique.
    pub(crate) fn suffix(&self, label: &str) -> Result<String, NoRandomness> {
        self.text(label, b"0123456789abcdefghijklmnopqrstuvwxyz", 8)
    }

    fn text(&self, label: &str, alphabet: &[u8], length: usize) -> Result<String, NoRandomness> {
        // Bytes beyond the largest multiple of the alphabet's size would make its first characters likelier.
        let limit = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(length);
        for block in 0_u64.. {
            let accepted = self.block(label, block)?.into_iter().map(usize::from).filter(|byte| *byte < limit);
            text.extend(accepted.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(length - text.len()));
            if text.len() == length {
                break;
            }
        }
        Ok(text)
    }

    fn block(&self, label: &str, block: u64) -> Result<[u8; 32], NoRandomness> {
        match self {
            Self::Random => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(NoRandomness)?;
                Ok(bytes)
            }
            Self::Deterministic { seed } => {
                Ok(Sha256::digest(format!("{}:{seed}:{}:{label}:{block}", seed.len(), label.len())).into())
            }
        }
    }
}

/// The part of a key that stays visible.
pub(crate) fn key_id(key: &SecretString) -> String {
    key.expose_secret().chars().take(KEY_ID_LENGTH).collect()
}

/// Whether a text has the form of a key that W&B makes.
pub(crate) fn is_api_key(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(V1_PREFIX) {
        return text.len() == V1_LENGTH && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    let digits = text.strip_prefix("local-").unwrap_or(text);
    digits.len() == LEGACY_LENGTH && digits.bytes().all(|byte| HEXADECIMAL.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [KeyForm; 3] = [KeyForm::Legacy, KeyForm::LegacyLocal, KeyForm::V1];

    #[test]
    fn every_form_that_is_made_is_recognized() {
        for form in FORMS {
            let key = SecretSource::Random.api_key(form, 1).unwrap();
            assert!(is_api_key(key.expose_secret()), "{form:?}");
            assert_eq!(key_id(&key).len(), 20);
        }
        for wrong in ["", "wandb_v1_short", &"0".repeat(39), &"g".repeat(40), &"A".repeat(40)] {
            assert!(!is_api_key(wrong), "{wrong}");
        }
    }

    #[test]
    fn deterministic_keys_depend_on_seed_and_number_alone() {
        let source = |seed: &str| SecretSource::Deterministic { seed: seed.to_owned() };
        let key = |seed: &str, number| source(seed).api_key(KeyForm::V1, number).unwrap().expose_secret().to_owned();
        assert_eq!(key("a", 1), key("a", 1));
        assert_ne!(key("a", 1), key("a", 2));
        assert_ne!(key("a", 1), key("b", 1));
    }
}
