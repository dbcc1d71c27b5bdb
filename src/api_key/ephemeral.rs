//! The ephemeral resource `wandb_api_key`: a key that lives while Terraform runs.
//!
//! It is made on open and revoked on close. A run that is killed leaves its key behind: the key's name carries the time
//! after which it is nobody's, and the next open for the same account and name revokes such keys. Others it leaves alone.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tfplugin::schema::string;
use tfplugin::schema::validator::{Validator, go_duration, length, not_blank, trimmed};
use tfplugin::{
    Attr, Context, Diagnostic, Diagnostics, EphemeralContext, EphemeralResource, Model, Result, Schema, duration,
};
use wandb_client::{ApiKeyId, ApiKeyInfo, Client, ErrorKind, UserId};

use super::owner;
use crate::error::{Explain as _, diagnostic};
use crate::provider::Connection;

/// `wandb_api_key`, as an ephemeral resource.
pub(crate) struct EphemeralApiKey;

#[derive(Model)]
pub(crate) struct EphemeralApiKeyModel {
    service_account_id: Attr<String>,
    name: Attr<String>,
    expiry: Attr<String>,
    key: Attr<String>,
    key_id: Attr<String>,
    expires_at: Attr<String>,
}

/// What `close` must know.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Open {
    /// The key's id as an object of the API.
    object: String,
    name: String,
}

/// No job of the usual CI services runs longer.
const DEFAULT_EXPIRY: &str = "6h";
const DEFAULT_NAME: &str = "terraform";
const SHORTEST_EXPIRY: Duration = Duration::from_mins(10);

impl EphemeralResource for EphemeralApiKey {
    const TYPE_NAME: &'static str = "wandb_api_key";
    type Data = Connection;
    type Model = EphemeralApiKeyModel;
    type Private = Open;

    fn schema(&self) -> Schema {
        Schema::new(
            "An API key of a service account that lives while Terraform runs: made when it is opened, revoked when it \
             is closed, stored nowhere.\n\n\
             Terraform opens it in every plan and every apply, so whoever plans needs the right to make keys. Each \
             time it is another key. A run that is killed leaves its key behind; the next run with the same account \
             and `name` revokes it, once its `expiry` has passed.",
        )
        .required(
            "service_account_id",
            string("The id of the service account that owns the key.").validate(not_blank()),
        )
        .optional(
            "name",
            string(
                "What the key's name in W&B begins with; the time when it expires and a random part follow. Defaults \
                 to `\"terraform\"`.",
            )
            .validate(length(1..=64).and(trimmed())),
        )
        .optional(
            "expiry",
            string(
                "How long after its creation a key that was left behind may be revoked by another run, at least `10m`: \
                 longer than any run takes. Defaults to `\"6h\"`. W&B itself does not end keys.",
            )
            .validate(go_duration().and(long_enough())),
        )
        .computed("key", string("The secret.").sensitive())
        .computed("key_id", string("The first part of the key, by which W&B shows it; not secret."))
        .computed("expires_at", string("When other runs may revoke it, in RFC 3339."))
    }

    fn validate(&self, config: &EphemeralApiKeyModel, report: &mut Diagnostics) {
        if let Err(refused) = owner::refuse_federated(&config.service_account_id) {
            report.extend(refused);
        }
    }

    async fn open(
        &self,
        cx: &mut EphemeralContext<'_, Self>,
        config: EphemeralApiKeyModel,
    ) -> Result<EphemeralApiKeyModel> {
        let client = &cx.provider().client;
        let owner = UserId::new(config.service_account_id.get()?);
        let name = config.name.get_optional()?.map_or(DEFAULT_NAME, String::as_str);
        let expiry = config.expiry.get_optional()?.map_or(DEFAULT_EXPIRY, String::as_str);
        let expiry = duration::parse(expiry).unwrap_or(SHORTEST_EXPIRY);

        let keys = owner::keys(cx.provider(), &owner).await?;
        // By the server's clock, as all who sweep go by it; just asked, so it is there.
        let now = client.server_time().unwrap_or_else(Timestamp::now);
        for warning in sweep(client, &keys, name, now).await {
            cx.warn(warning);
        }
        let expires_at = now.checked_add(expiry).unwrap_or(Timestamp::MAX);
        let tag = Tag { expires_at, nonce: RandomState::new().hash_one(now.as_nanosecond()) };
        let full_name = tag.name(name);
        let action = format!("create the API key \"{full_name}\" of the account `{owner}`");
        let key = match client.create_api_key(&owner, &full_name).await {
            Ok(key) => key,
            Err(error) => {
                if let ErrorKind::NoSecret { id } = error.kind() {
                    // A key that nobody can use must not stay.
                    let revoke = format!(
                        "revoke the API key \"{full_name}\" of the account `{owner}`, which came without its secret; it is \
                         swept once it expires"
                    );
                    client.delete_api_key(id).await.explain(&revoke)?;
                } else if error.is_unclear() {
                    revoke_by_name(cx.provider(), &owner, &full_name).await;
                }
                return Err(diagnostic(&error, &action).into());
            }
        };
        cx.opened(Open { object: key.id.to_string(), name: full_name });
        Ok(EphemeralApiKeyModel {
            key: key.secret.expose_secret().to_owned().into(),
            key_id: key.key_id.into(),
            expires_at: whole_seconds(expires_at).into(),
            ..config
        })
    }

    async fn close(&self, cx: &mut Context<'_, Connection>, open: Open) -> Result<()> {
        let revoked = cx.provider().client.delete_api_key(&ApiKeyId::new(&open.object)).await;
        revoked.explain(&format!("revoke the ephemeral API key \"{}\"", open.name)).map(drop)
    }
}

/// Revokes what earlier runs left behind under this name. What cannot be revoked is told and stops nothing.
async fn sweep(client: &Client, keys: &[ApiKeyInfo], name: &str, now: Timestamp) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for key in keys {
        let Some(full_name) = &key.description else { continue };
        if client.own_key_id() == Some(&key.key_id) {
            // A run that outlives its key's expiry, and uses the key itself.
            continue;
        }
        if Tag::of(full_name, name).is_none_or(|tag| tag.expires_at > now) {
            continue;
        }
        if let Err(error) = client.delete_api_key(&key.id).await {
            let action = format!("revoke the API key \"{full_name}\", which an earlier run left behind");
            let Diagnostic { detail, .. } = diagnostic(&error, &action);
            warnings.push(Diagnostic::warning("API key left behind", detail));
        }
    }
    warnings
}

/// After an answer that was lost: a key of this name, which is unlike any other, may exist, and nobody has its secret.
/// If this fails too, the key is swept once it expires.
async fn revoke_by_name(connection: &Connection, owner: &UserId, full_name: &str) {
    let Ok(keys) = owner::keys(connection, owner).await else { return };
    for key in keys.iter().filter(|key| key.description.as_deref() == Some(full_name)) {
        if connection.client.delete_api_key(&key.id).await.is_err() {
            tracing::warn!(key_id = key.key_id, "a key whose secret was lost could not be revoked");
        }
    }
}

/// What the name of an ephemeral key says behind the part that people chose.
#[derive(Debug, PartialEq, Eq)]
struct Tag {
    expires_at: Timestamp,
    nonce: u64,
}

/// Marks ephemeral keys, and the form of what follows.
const MARK: &str = " (ephemeral 1, expires ";

impl Tag {
    fn name(&self, name: &str) -> String {
        format!("{name}{MARK}{}, {:016x})", whole_seconds(self.expires_at), self.nonce)
    }

    /// The tag of an ephemeral key of this name; `None` for every other key.
    fn of(full_name: &str, name: &str) -> Option<Self> {
        let rest = full_name.strip_prefix(name)?.strip_prefix(MARK)?.strip_suffix(')')?;
        let (expires_at, nonce) = rest.split_once(", ")?;
        let tag = Self { expires_at: expires_at.parse().ok()?, nonce: u64::from_str_radix(nonce, 16).ok()? };
        (tag.name(name) == full_name).then_some(tag)
    }
}

/// In RFC 3339 without fractions.
fn whole_seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

fn long_enough() -> Validator {
    Validator::text("at least `10m`", |text| duration::parse(text).is_ok_and(|expiry| expiry >= SHORTEST_EXPIRY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(EphemeralApiKey.schema().agrees_with::<EphemeralApiKeyModel>(), Ok(()));
    }

    #[test]
    fn only_ephemeral_keys_of_the_same_name_are_known_by_it() {
        let tag = Tag { expires_at: "2026-11-27T18:00:00Z".parse().unwrap(), nonce: 255 };
        let name = tag.name("ci");
        assert_eq!(name, "ci (ephemeral 1, expires 2026-11-27T18:00:00Z, 00000000000000ff)");
        assert_eq!(Tag::of(&name, "ci"), Some(tag));
        for (full_name, other) in [
            (name.as_str(), "c"),
            (name.as_str(), "other"),
            ("ci", "ci"),
            ("ci (ephemeral 1, expires soon, 00000000000000ff)", "ci"),
            ("ci (ephemeral 1, expires 2026-11-27T18:00:00Z, ff)", "ci"),
            ("ci (ephemeral 2, expires 2026-11-27T18:00:00Z, 00000000000000ff)", "ci"),
            ("ci (ephemeral 1, expires 2026-11-27T18:00:00Z, 00000000000000ff) copy", "ci"),
        ] {
            assert_eq!(Tag::of(full_name, other), None, "{full_name}");
        }
    }
}
