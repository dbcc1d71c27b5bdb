//! In which form a secret goes to the state.

use std::io::Write as _;

use age::armor::{ArmoredWriter, Format};
use age::x25519::Recipient;
use age::{EncryptError, Encryptor};
use tfplugin::value::Path;
use tfplugin::{Attr, Diagnostic, Diagnostics, Result};
use wandb_client::ApiKey;

use super::model::Encryption;

/// In which form a secret goes to the state. Made before the secret is, so that nothing can be wrong with it then.
pub(super) enum Storage {
    /// As it is.
    Plain,
    /// As an age file for these recipients.
    Encrypted(Vec<Recipient>),
}

/// A secret as the state takes it.
pub(super) struct Stored {
    pub(super) key: Attr<String>,
    pub(super) encrypted_key: Attr<String>,
}

impl Storage {
    /// As configured.
    pub(super) fn of(encryption: &Attr<Encryption>) -> Result<Self> {
        let Some(encryption) = encryption.get_optional()? else { return Ok(Self::Plain) };
        let mut recipients = Vec::new();
        for text in &encryption.age_recipients.get()?.0 {
            recipients.push(recipient(text.get()?)?);
        }
        Ok(Self::Encrypted(recipients))
    }

    /// The secret in this form.
    pub(super) fn store(&self, secret: &ApiKey) -> std::result::Result<Stored, EncryptError> {
        match self {
            Self::Plain => Ok(Stored { key: secret.expose_secret().to_owned().into(), encrypted_key: Attr::Null }),
            Self::Encrypted(recipients) => {
                let encrypted = encrypt(recipients, secret.expose_secret().as_bytes())?;
                Ok(Stored { key: Attr::Null, encrypted_key: encrypted.into() })
            }
        }
    }
}

fn encrypt(recipients: &[Recipient], secret: &[u8]) -> std::result::Result<String, EncryptError> {
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|recipient| recipient as _))?;
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armor)?;
    writer.write_all(secret)?;
    let text = writer.finish()?.finish()?;
    String::from_utf8(text).map_err(|error| std::io::Error::other(error).into())
}

/// Judges the recipients that are known.
pub(super) fn validate(encryption: &Attr<Encryption>, report: &mut Diagnostics) {
    let recipients = encryption.known().and_then(|encryption| encryption.age_recipients.known());
    for text in recipients.into_iter().flat_map(|recipients| &recipients.0).filter_map(Attr::as_str) {
        if let Err(refusal) = recipient(text) {
            report.push(refusal);
        }
    }
}

fn recipient(text: &str) -> std::result::Result<Recipient, Diagnostic> {
    // A secret without its place, whose text hosts would show.
    if text.trim_start().to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err(Diagnostic::error(
            "Secret given as an age recipient",
            "One of `age_recipients` is an age identity, which is secret: it decrypts. Give its public key, which \
             begins with `age1` and which `age-keygen -y` prints. The identity stands in the configuration now; make a \
             new one if others could read that.",
        ));
    }
    text.parse().map_err(|reason| {
        Diagnostic::error(
            "Invalid age recipient",
            format!(
                "{text:?} is no public key of age: {reason}. One begins with `age1` and has 62 characters, as \
                 `age-keygen -y` prints it."
            ),
        )
        .at(Path::from("encryption").attribute("age_recipients"))
    })
}

#[cfg(test)]
mod tests {
    use age::x25519::Identity;
    use tfplugin::model::Set;

    use super::*;

    fn encryption(recipients: &[&str]) -> Attr<Encryption> {
        let recipients = recipients.iter().map(|recipient| (*recipient).into()).collect();
        Encryption { age_recipients: Set(recipients).into() }.into()
    }

    #[test]
    fn each_recipient_can_decrypt() {
        let identities = [Identity::generate(), Identity::generate()];
        let recipients = identities.each_ref().map(|identity| identity.to_public().to_string());
        let storage = Storage::of(&encryption(&recipients.each_ref().map(String::as_str))).unwrap();
        let secret = ApiKey::parse(&"a1".repeat(20)).unwrap();
        let Stored { key, encrypted_key } = storage.store(&secret).unwrap();
        assert!(key.is_null());
        let text = encrypted_key.as_str().unwrap();
        assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(!text.contains(secret.expose_secret()));
        for identity in &identities {
            assert_eq!(age::decrypt(identity, text.as_bytes()).unwrap(), secret.expose_secret().as_bytes());
        }
        assert!(age::decrypt(&Identity::generate(), text.as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_recipient_is_told_and_a_secret_is_not_repeated() {
        let identity = Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
        let mut report = Diagnostics::new();
        validate(&encryption(&[&secret, "age1abc", &identity.to_public().to_string()]), &mut report);
        let summaries: Vec<_> = report.iter().map(|diagnostic| diagnostic.summary.as_str()).collect();
        assert_eq!(summaries, ["Secret given as an age recipient", "Invalid age recipient"]);
        let details: Vec<_> = report.iter().map(|diagnostic| diagnostic.detail.as_str()).collect();
        insta::assert_snapshot!(details.join("\n\n"));
        assert!(report.iter().all(|diagnostic| !diagnostic.detail.contains(&secret[16..])));
        assert!(Storage::of(&encryption(&["age1abc"])).is_err());
    }
}
