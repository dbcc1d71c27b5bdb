//! What a server said about a failure, made safe to show.

use std::borrow::Cow;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::credentials::{has_known_form, key_id};

/// What stands in place of a credential.
const REDACTED: &str = "[redacted]";
/// What is shorter is found in other words as well, and protects nothing.
const SHORTEST_SECRET: usize = 8;
/// More of a message is not shown.
const LONGEST: usize = 1000;

/// A server's own message about a failure. It is kept as it came, but for control characters, excessive length and
/// anything that has the form of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerMessage {
    text: String,
    code: Option<String>,
    path: Option<String>,
}

impl ServerMessage {
    /// `secret` is what the request authenticated with.
    pub(crate) fn new(text: &str, secret: Option<&SecretString>) -> Self {
        let secret = secret.map(ExposeSecret::expose_secret).filter(|secret| secret.len() >= SHORTEST_SECRET);
        let text = secret.map_or_else(|| text.into(), |secret| Cow::from(text.replace(secret, REDACTED)));
        Self { text: redacted(&text), code: None, path: None }
    }

    pub(crate) fn with_code(mut self, code: Option<&str>) -> Self {
        self.code = code.map(redacted);
        self
    }

    pub(crate) fn with_path(mut self, path: Option<&str>) -> Self {
        self.path = path.map(redacted);
        self
    }

    /// The message.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The machine-readable code, where the server gave one, such as `PERMISSION_ERROR`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Which part of the request it is about, such as `entity.members`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }
}

impl fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All messages of one answer, in the server's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerMessages(Vec<ServerMessage>);

impl ServerMessages {
    /// The messages.
    #[must_use]
    pub fn as_slice(&self) -> &[ServerMessage] {
        &self.0
    }
}

impl FromIterator<ServerMessage> for ServerMessages {
    fn from_iter<I: IntoIterator<Item = ServerMessage>>(messages: I) -> Self {
        Self(messages.into_iter().collect())
    }
}

impl fmt::Display for ServerMessages {
    /// Continues a sentence: nothing, or a colon and the messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, message) in self.0.iter().enumerate() {
            write!(f, "{}{message}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

/// A server's text in one line of bearable length, without credentials.
fn redacted(text: &str) -> String {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    let mut shown = String::new();
    let mut rest = text.trim_end_matches(|end: char| end.is_whitespace() || end == '.');
    let mut is_after_scheme = false;
    while let Some(next) = rest.chars().next() {
        let end = if is_after_scheme && is_opaque(next) {
            rest.find(|character| !is_opaque(character)).unwrap_or(rest.len())
        } else {
            rest.find(|character| is_part(character) != is_part(next)).unwrap_or(rest.len())
        };
        let (run, after) = rest.split_at(end);
        rest = after;
        if is_opaque(next) && is_after_scheme && !is_prose(run) || is_part(next) && is_credential(run) {
            shown.push_str(REDACTED);
        } else {
            shown.extend(run.chars().map(|character| if character.is_control() { ' ' } else { character }));
        }
        is_after_scheme = if is_part(next) {
            ["basic", "bearer"].iter().any(|scheme| run.eq_ignore_ascii_case(scheme))
        } else {
            is_after_scheme && run.chars().all(char::is_whitespace)
        };
    }
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &shown[..end]),
        None => shown,
    }
}

/// Whether a credential of an `Authorization` header may have this character.
fn is_opaque(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '~' | '+' | '/' | '=')
}

/// Whether a word after `Basic` or `Bearer` belongs to a sentence, as in "Bearer token expected".
fn is_prose(word: &str) -> bool {
    word.trim_end_matches('.').bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a word has the form of an API key or of a signed token.
fn is_credential(word: &str) -> bool {
    let word = word.trim_matches(|edge| matches!(edge, '.' | '-'));
    let is_token = word.starts_with("eyJ") && word.len() > 40;
    let is_long_key = word.starts_with("wandb_v") && key_id(word).len() < word.len();
    has_known_form(word) || is_token || is_long_key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_repeated() {
        let key = "0123456789abcdef0123456789abcdef01234567";
        let new_key = format!("wandb_v1_{}", "aB3_".repeat(19));
        let token = format!("eyJ{}.eyJ{}.c2ln", "a".repeat(30), "b".repeat(30));
        for (text, expected) in [
            ("team `x` is taken.\n", "team `x` is taken"),
            (&format!("bad key {key}.") as &str, "bad key [redacted]"),
            (&format!("\"local-{key}\" is old"), "\"[redacted]\" is old"),
            (&format!("key={new_key};"), "key=[redacted];"),
            (&format!("jti of {token} is known"), "jti of [redacted] is known"),
            ("the key wandb_v1_0123456789a is gone", "the key wandb_v1_0123456789a is gone"),
            ("got `Authorization: Basic YXBpOmh1bnRlcjI=`", "got `Authorization: Basic [redacted]`"),
            ("bad header: bearer  op4que/T0ken+x~y.", "bad header: bearer  [redacted]"),
            ("Bearer token expected, Basic authentication given", "Bearer token expected, Basic authentication given"),
            ("\"Bearer\": 12", "\"Bearer\": 12"),
            ("two\r\nlines\u{1b}[31m", "two  lines [31m"),
            ("größer", "größer"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn what_was_sent_is_not_repeated_whatever_its_form() {
        let secret = SecretString::from("opaque secret of a gateway");
        let text = format!("{}opaque secret of a gateway", "a".repeat(LONGEST - 6));
        let message = ServerMessage::new(&text, Some(&secret));
        assert!(!message.text().contains("opaque"), "a secret is not cut in two: {message}");
        let short = SecretString::from("an");
        assert_eq!(ServerMessage::new("an answer", Some(&short)).text(), "an answer");
    }

    #[test]
    fn long_messages_are_cut() {
        let shown = redacted(&"ä ".repeat(LONGEST));
        assert_eq!(shown.chars().count(), LONGEST + 3);
    }

    #[test]
    fn messages_continue_a_sentence() {
        let messages = ["one", "two"].map(|text| ServerMessage::new(text, None));
        assert_eq!(ServerMessages::from_iter(messages).to_string(), ": one; two");
        assert_eq!(ServerMessages::default().to_string(), "");
    }
}
