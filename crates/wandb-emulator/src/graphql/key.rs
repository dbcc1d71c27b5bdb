//! `ApiKey`.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::connection;
use super::resolvers::Resolvers;
use crate::ids::GlobalId as _;
use crate::store::ApiKey;

/// A key as it is shown.
#[derive(Debug)]
pub(super) struct ShownKey {
    key: ApiKey,
    /// The key itself, where it stands in place of the key id.
    whole: Option<SecretString>,
}

impl ShownKey {
    /// A key of which only the key id is known.
    pub(super) fn known(key: ApiKey) -> Arc<Self> {
        Arc::new(Self { key, whole: None })
    }

    /// A new key on a server that shows it as its name.
    pub(super) fn whole(key: ApiKey, secret: SecretString) -> Arc<Self> {
        Arc::new(Self { key, whole: Some(secret) })
    }
}

pub(super) fn register(resolvers: &mut Resolvers) {
    resolvers
        .object::<ShownKey>("ApiKey")
        .plain("id", |shown| shown.key.id.to_global())
        .plain("name", |shown| match &shown.whole {
            Some(secret) => secret.expose_secret().to_owned(),
            None => shown.key.key_id.clone(),
        })
        .plain("description", |shown| shown.key.description.clone())
        .plain("createdAt", |shown| shown.key.created_at)
        .plain("lastUsedAt", |shown| shown.key.last_used_at);
    connection::register::<ShownKey>(resolvers, "ApiKeyConnection", "ApiKeyEdge");
}
