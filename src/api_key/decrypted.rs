//! The ephemeral resource `wandb_decrypted_api_key`: an encrypted key, opened to feed a write-only attribute.
//!
//! It is local: nothing is asked of a server, and the key is stored nowhere.

use std::io::{self, BufReader, Read as _};
use std::path::Path;

use age::DecryptError;
use age::armor::ArmoredReader;
use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, EphemeralContext, EphemeralResource, Model, Result, Schema};
use wandb_client::ApiKey;

use crate::provider::Connection;

/// `wandb_decrypted_api_key`.
pub(crate) struct DecryptedApiKey;

#[derive(Model)]
pub(crate) struct DecryptedApiKeyModel {
    encrypted_key: Attr<String>,
    identity: Attr<String>,
    identity_file: Attr<String>,
    key: Attr<String>,
    key_id: Attr<String>,
}

type Identities = Vec<Box<dyn age::Identity + Send + Sync>>;

/// No identity file is larger, and no encrypted key.
const LARGEST: u64 = 64 * 1024;
/// What every encrypted key begins with.
const ARMOR: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

impl EphemeralResource for DecryptedApiKey {
    const TYPE_NAME: &'static str = "wandb_decrypted_api_key";
    type Data = Connection;
    type Model = DecryptedApiKeyModel;
    /// There is nothing to close.
    type Private = ();

    fn schema(&self) -> Schema {
        Schema::new(
            "The API key in the `encrypted_key` of a `wandb_api_key`, decrypted while Terraform runs: to hand it to a \
             write-only attribute of another provider, so that the key is in no state.\n\n\
             It is decrypted on this machine with an [age](https://age-encryption.org) identity; the server is not \
             asked.",
        )
        .required("encrypted_key", string("The `encrypted_key` of a `wandb_api_key`."))
        .optional(
            "identity",
            string(
                "The age identity, `AGE-SECRET-KEY-1...`, or several on lines of their own: from an ephemeral variable \
                 or another ephemeral value. Exactly one of `identity` and `identity_file` must be set.",
            )
            .sensitive(),
        )
        .optional(
            "identity_file",
            string("The path of a file with age identities, as `age-keygen` writes it.").validate(not_blank()),
        )
        .computed("key", string("The secret.").sensitive())
        .computed("key_id", string("The first part of the key, by which W&B shows it; not secret."))
    }

    fn validate(&self, config: &DecryptedApiKeyModel, report: &mut Diagnostics) {
        match (&config.identity, &config.identity_file) {
            (Attr::Null, Attr::Null) => report.push(
                Diagnostic::error("No age identity", "Set one of `identity` and `identity_file`.").at("identity_file"),
            ),
            (Attr::Known(_), Attr::Known(_)) => report.push(
                Diagnostic::error(
                    "Two age identities",
                    "Keep one of `identity` and `identity_file`. Either takes several identities, on lines of their own.",
                )
                .at("identity_file"),
            ),
            _ => {}
        }
    }

    async fn open(
        &self,
        _: &mut EphemeralContext<'_, Self>,
        config: DecryptedApiKeyModel,
    ) -> Result<DecryptedApiKeyModel> {
        let identities = match (config.identity.get_optional()?, config.identity_file.get_optional()?) {
            (Some(text), _) => {
                // Without its place, whose text hosts would show.
                parse(text.as_bytes()).map_err(|_| no_identity("`identity` does not hold"))?
            }
            (None, file) => read(Path::new(file.map_or("", String::as_str)))?,
        };
        let Some(encrypted_key) = config.encrypted_key.get_optional()? else {
            return Err(Diagnostic::error(
                "No encrypted key",
                "`encrypted_key` is null: the `wandb_api_key` that it comes from has no `encryption`, or was imported and \
                 not rotated since. Without `encryption` use its `key`.",
            )
            .at("encrypted_key")
            .into());
        };
        let key = decrypt(encrypted_key, &identities)?;
        Ok(DecryptedApiKeyModel {
            key_id: key.key_id().to_owned().into(),
            key: key.expose_secret().to_owned().into(),
            ..config
        })
    }

    async fn close(&self, _: &mut Context<'_, Connection>, (): ()) -> Result<()> {
        Ok(())
    }
}

/// The identities of a text. The error repeats nothing of it.
fn parse(text: &[u8]) -> io::Result<Identities> {
    let identities = age::IdentityFile::from_buffer(text)?.into_identities().map_err(io::Error::other)?;
    if identities.is_empty() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(identities) }
}

fn read(file: &Path) -> Result<Identities> {
    let mut text = Vec::new();
    let read = std::fs::File::open(file).and_then(|opened| opened.take(LARGEST).read_to_end(&mut text));
    read.map_err(|error| {
        Diagnostic::error(
            "Age identity cannot be read",
            format!("The file `{}` cannot be read: {error}.", file.display()),
        )
        .at("identity_file")
    })?;
    Ok(parse(&text)
        .map_err(|_| no_identity(&format!("The file `{}` does not hold", file.display())).at("identity_file"))?)
}

fn no_identity(what: &str) -> Diagnostic {
    Diagnostic::error(
        "Not an age identity",
        format!(
            "{what} age identities: lines of the form `AGE-SECRET-KEY-1...`, as `age-keygen` writes them. Identities of \
             SSH, of plugins and those that a passphrase protects are not supported."
        ),
    )
}

fn decrypt(encrypted_key: &str, identities: &Identities) -> Result<ApiKey> {
    if !encrypted_key.trim_start().starts_with(ARMOR) {
        return Err(Diagnostic::error(
            "Not an encrypted key",
            "`encrypted_key` is not what age writes. Use the `encrypted_key` of a `wandb_api_key`, as a whole.",
        )
        .at("encrypted_key")
        .into());
    }
    let mut text = String::new();
    let decrypted = age::Decryptor::new_buffered(BufReader::new(ArmoredReader::new(encrypted_key.as_bytes())))
        .and_then(|decryptor| {
            decryptor.decrypt(identities.iter().map(|identity| identity.as_ref() as &dyn age::Identity))
        })
        .and_then(|reader| reader.take(LARGEST).read_to_string(&mut text).map_err(DecryptError::Io));
    match decrypted {
        Ok(_) => Ok(ApiKey::parse(&text).map_err(|reason| {
            Diagnostic::error("Not an API key", format!("What `encrypted_key` holds is not a W&B API key: {reason}."))
                .at("encrypted_key")
        })?),
        Err(DecryptError::NoMatchingKeys) => Err(Diagnostic::error(
            "Wrong age identity",
            "`encrypted_key` is encrypted for others than these identities. Use the identity of one of the recipients in \
             `encryption.age_recipients` of the `wandb_api_key`.",
        )
        .at("encrypted_key")
        .into()),
        Err(_) => Err(Diagnostic::error(
            "Encrypted key damaged",
            "`encrypted_key` cannot be decrypted: a part of it is missing or was changed. Use the `encrypted_key` of a \
             `wandb_api_key`, as a whole.",
        )
        .at("encrypted_key")
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;
    use age::x25519::Identity;

    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

    fn encrypted(text: &str, identity: &Identity) -> String {
        age::encrypt_and_armor(&identity.to_public(), text.as_bytes()).unwrap()
    }

    fn identities(identity: &Identity) -> Identities {
        parse(format!("# created: today\n{}\n", identity.to_string().expose_secret()).as_bytes()).unwrap()
    }

    fn refusal(encrypted_key: &str, identity: &Identity) -> String {
        let report = decrypt(encrypted_key, &identities(identity)).unwrap_err();
        let summary = report.iter().next().unwrap().summary.clone();
        assert!(report.iter().all(|diagnostic| !diagnostic.detail.contains("hunter2")));
        summary
    }

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(DecryptedApiKey.schema().agrees_with::<DecryptedApiKeyModel>(), Ok(()));
    }

    #[test]
    fn a_key_comes_back() {
        let identity = Identity::generate();
        let key = decrypt(&encrypted(KEY, &identity), &identities(&identity)).unwrap();
        assert_eq!((key.expose_secret(), key.key_id()), (KEY, "0123456789abcdef0123"));
    }

    #[test]
    fn what_cannot_be_decrypted_is_told_apart() {
        let identity = Identity::generate();
        let whole = encrypted(KEY, &identity);
        assert_eq!(refusal(&whole, &Identity::generate()), "Wrong age identity");
        assert_eq!(refusal("hunter2", &identity), "Not an encrypted key");
        assert_eq!(refusal(&encrypted("hunter2", &identity), &identity), "Not an API key");
        let lines: Vec<&str> = whole.lines().collect();
        let cut = [&lines[..lines.len() - 3], &lines[lines.len() - 1..]].concat().join("\n");
        assert_eq!(refusal(&cut, &identity), "Encrypted key damaged");
        assert_eq!(refusal(ARMOR, &identity), "Encrypted key damaged");
    }

    #[test]
    fn what_is_no_identity_is_refused_without_being_repeated() {
        for text in ["hunter2", "", "# only a comment\n"] {
            assert!(!parse(text.as_bytes()).err().unwrap().to_string().contains("hunter2"), "{text:?}");
        }
    }
}
