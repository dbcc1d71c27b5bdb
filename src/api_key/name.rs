//! What a key is called in W&B: the name that was chosen, and a tag.
//!
//! The tag tells people the two keys of a resource apart, and finds a key whose creation was not answered. That of a
//! successor follows from the present key, so that a run finds what an interrupted one before it has made.

use std::hash::{BuildHasher as _, RandomState};

use sha2::{Digest as _, Sha256};
use tfplugin::schema::validator::Validator;
use wandb_client::ApiKeyInfo;

use super::model::ApiKeyModel;

/// What follows a name, such as ` [3-k7f2q9]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) version: i64,
    nonce: String,
}

/// Without those that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const NONCE_CHARACTERS: usize = 6;

impl Tag {
    /// Of a key that has no predecessor.
    pub(super) fn first(version: i64) -> Self {
        let random = RandomState::new().hash_one(version);
        Self { version, nonce: nonce(&random.to_be_bytes()) }
    }

    /// Of the key that follows the one with this key id.
    pub(super) fn after(key_id: &str, version: i64) -> Self {
        let digest = Sha256::new_with_prefix(key_id.as_bytes()).chain_update(version.to_be_bytes()).finalize();
        Self { version, nonce: nonce(&digest) }
    }

    /// The whole name of the key that follows this one.
    pub(super) fn successor(state: &ApiKeyModel) -> Option<String> {
        let tag = Self::after(state.key_id.as_str()?, state.secret_version.known()? + 1);
        Some(tag.of(state.name.as_str()?))
    }

    /// The whole name of a key.
    pub(super) fn of(&self, name: &str) -> String {
        format!("{name} [{}-{}]", self.version, self.nonce)
    }
}

fn nonce(bytes: &[u8]) -> String {
    let characters = bytes.iter().take(NONCE_CHARACTERS);
    characters.map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

/// Whether this provider has made the key, by its name: also one that another configuration manages.
pub(crate) fn is_made_here(key: &ApiKeyInfo) -> bool {
    key.description.as_deref().is_some_and(|whole| split(whole).1.is_some())
}

/// A whole name as what people chose and the tag, where there is one.
pub(super) fn split(whole: &str) -> (&str, Option<Tag>) {
    let tagged = || {
        let (name, tag) = whole.strip_suffix(']')?.rsplit_once(" [")?;
        let (version, nonce) = tag.split_once('-')?;
        let number = version.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == version)?;
        let known = nonce.len() == NONCE_CHARACTERS && nonce.bytes().all(|byte| ALPHABET.contains(&byte));
        (known && !name.is_empty()).then(|| (name, Some(Tag { version: number, nonce: nonce.to_owned() })))
    };
    tagged().unwrap_or((whole, None))
}

/// A name that cannot be taken for one with a tag.
pub(super) fn untagged() -> Validator {
    Validator::text("without a tag such as [1-abcdef] at its end, which is added", |name| split(name).1.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_is_taken_apart_again() {
        for name in ["ci", "a [b]", "a [1-b]", "x]", " [", "a/b é"] {
            let tag = Tag::after("0123456789abcdef0123", 12);
            assert_eq!(split(&tag.of(name)), (name, Some(tag)), "{name}");
            assert_eq!(split(name), (name, None), "{name}");
        }
    }

    #[test]
    fn only_its_own_form_is_a_tag() {
        for name in [
            "ci [1-abcde]",
            "ci [1-abcdefg]",
            "ci [0-abcdef]",
            "ci [01-abcdef]",
            "ci [-1-abcdef]",
            "ci [1-abcde1]",
            "ci[1-abcdef]",
        ] {
            assert_eq!(split(name), (name, None), "{name}");
        }
        assert!(untagged().holds(&"ci [prod]".into()));
        assert!(!untagged().holds(&"ci [1-abcdef]".into()));
    }

    #[test]
    fn a_successors_tag_follows_from_the_key_before_it() {
        assert_eq!(Tag::after("abc", 2).of("ci"), Tag::after("abc", 2).of("ci"));
        assert_ne!(Tag::after("abc", 2), Tag::after("abd", 2));
        assert_ne!(Tag::after("abc", 2).nonce, Tag::after("abc", 3).nonce);
        assert_ne!(Tag::first(1), Tag::first(1));
    }
}
