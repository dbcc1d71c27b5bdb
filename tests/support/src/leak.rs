//! Looks for secrets where none may be: as they are, and in the forms in which programs pass them on.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

/// A secret is found by any piece of this length: a part of it is a leak as well.
const PIECE: usize = 16;
/// So much of an API key is its id, which is not secret.
const KEY_ID: usize = 20;

/// The secrets that are looked for. It prints as their number alone.
#[derive(Default)]
pub struct Secrets {
    whole: HashSet<String>,
    pieces: HashSet<[u8; PIECE]>,
}

impl Secrets {
    /// Looks for this secret too. One that is too short to have a secret part of 16 characters is an error: looking for less
    /// would find what is none.
    pub fn add(&mut self, secret: &str) -> Result<()> {
        ensure!(secret.len() >= KEY_ID + PIECE, "a secret of {} characters cannot be looked for", secret.len());
        if !self.whole.insert(secret.to_owned()) {
            return Ok(());
        }
        // Keys are letters, digits, `_` and `-`, which neither URLs nor JSON escape: those forms are the secret itself.
        self.add_pieces(&secret.as_bytes()[KEY_ID..]);
        // What stands before it in Base64 (`api:`, a user name) only moves it by 0, 1 or 2 bytes.
        for before in 0..3 {
            let mut text = vec![b' '; before];
            text.extend_from_slice(secret.as_bytes());
            // The first of those that hold nothing of the key's id; the last ones also depend on what follows.
            let first = (before + KEY_ID).div_ceil(3) * 4;
            for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
                let encoded = engine.encode(&text).into_bytes();
                if let Some(secret_part) = encoded.get(first..encoded.len() - 4) {
                    self.add_pieces(secret_part);
                }
            }
        }
        Ok(())
    }

    fn add_pieces(&mut self, text: &[u8]) {
        self.pieces.extend(text.windows(PIECE).filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok()));
    }

    /// How many secrets are looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.whole.len()
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Where the first piece of a secret begins.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        text.windows(PIECE).position(|piece| self.pieces.contains(piece))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "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";
    const LEGACY: &str = "0123456789abcdef0123fedcba98765432100f1e";

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(NEW).unwrap();
        secrets.add(LEGACY).unwrap();
        secrets
    }

    #[test]
    fn secrets_are_found_in_every_form() {
        let secrets = secrets();
        assert_eq!(secrets.len(), 2);
        for secret in [NEW, LEGACY] {
            let forms = [
                secret.to_owned(),
                format!("a line before\n{{\"key\":\"{secret}\"}} and after"),
                format!("https://example.com/?key={secret}&x=1"),
                secret[KEY_ID + 2..KEY_ID + 2 + PIECE].to_owned(),
                BASE64_STANDARD.encode(format!("api:{secret}")),
                BASE64_STANDARD.encode(format!(":{secret}")),
                BASE64_STANDARD.encode(format!("ada:{secret}")),
                BASE64_URL_SAFE.encode(format!("someone:{secret}\n")),
            ];
            for (index, form) in forms.iter().enumerate() {
                assert!(secrets.find(form.as_bytes()).is_some(), "form {index}");
            }
        }
    }

    #[test]
    fn what_is_no_secret_is_not_found() {
        let secrets = secrets();
        for harmless in [
            &NEW[..KEY_ID],
            &LEGACY[..KEY_ID],
            &NEW[..KEY_ID + PIECE - 1],
            "wandb_v1_0000000000000000000000000000000000000000000000000000000000",
            &BASE64_STANDARD.encode(format!("api:{}", &NEW[..KEY_ID])),
        ] {
            assert_eq!(secrets.find(harmless.as_bytes()), None);
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(format!("{:?}", secrets()), "Secrets(2)");
    }
}
