//! API keys as objects of the API: made once with their secret, afterwards seen without it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::assumed;
use crate::client::{Changed, Client};
use crate::coalesce::Mark;
use crate::credentials::{ApiKey, has_known_form, key_id};
use crate::error::{Error, ErrorKind};
use crate::graphql::{Document, Success};
use crate::http::Effect;
use crate::ids::{ApiKeyId, UserId};
use crate::json;
use crate::time::ServerTime;

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiKeyInfo {
    /// Its id as an object of the API.
    pub id: ApiKeyId,
    /// The first part of the secret, by which people know the key.
    pub key_id: String,
    /// What it was called when it was made.
    pub description: Option<String>,
    /// When it was made. None where the server does not tell.
    pub created_at: Option<Timestamp>,
    /// When it was last used. None if never, or where the server does not tell ([`Ability::ApiKeyTimes`](crate::Ability)).
    pub last_used_at: Option<Timestamp>,
}

/// An API key that was just made: the only time that its secret is seen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewApiKey {
    /// Its id as an object of the API.
    pub id: ApiKeyId,
    /// The first part of the secret, by which people know the key.
    pub key_id: String,
    /// What it was called.
    pub description: Option<String>,
    /// When it was made. None where the server does not tell.
    pub created_at: Option<Timestamp>,
    /// The secret.
    pub secret: ApiKey,
}

/// The keys of a team's accounts; none for an account whose keys the caller cannot see.
pub(crate) type TeamApiKeys = HashMap<UserId, Option<Vec<ApiKeyInfo>>>;

/// A key in an answer. On older servers `name` is the secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeyNode {
    id: ApiKeyId,
    name: Option<SecretString>,
    description: Option<String>,
    created_at: Option<ServerTime>,
    last_used_at: Option<ServerTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GenerateData {
    generate_api_key: GeneratePayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeneratePayload {
    api_key: NewApiKeyNode,
    secret: Option<SecretString>,
}

/// A key that was just made. Its secret is in this answer alone, so the rest is taken as it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewApiKeyNode {
    id: ApiKeyId,
    name: Option<SecretString>,
    #[serde(default, deserialize_with = "json::lenient")]
    description: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    created_at: Option<ServerTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteData {
    delete_api_key: Success,
}

pub(crate) fn generate_document() -> Document {
    Document::new("GenerateApiKey", Effect::Mint, include_str!("graphql/documents/generate_api_key.graphql"))
}

pub(crate) fn delete_document() -> Document {
    Document::new("DeleteApiKey", Effect::Delete, include_str!("graphql/documents/delete_api_key.graphql"))
}

impl Client {
    /// Makes an API key for an account. Keys for another account than the caller's need an ability of the server
    /// ([`Error::is_unsupported`]).
    ///
    /// It is never sent a second time, not even after a refusal for too many requests. After an unclear failure
    /// ([`Error::is_unclear`]) a key may exist whose secret nobody has: look for it by its description. If the server
    /// made the key and does not tell its secret, the error is [`ErrorKind::NoSecret`].
    pub async fn create_api_key(&self, owner: &UserId, description: &str) -> Result<NewApiKey, Error> {
        let abilities = self.abilities().await?;
        let mut input = json!({ "description": description });
        let document = assumed::generate_api_key(abilities);
        if !assumed::own_api_key(&mut input, owner, abilities) && self.caller().await?.id != *owner {
            let kind = ErrorKind::Unsupported { what: "API keys for another account than the caller's" };
            return Err(Error::of(document.operation().name, kind));
        }
        let _change = self.change(Changed::ApiKeysOf(owner.clone()));
        let data: GenerateData = self.graphql(&document, &json!({ "input": input })).await?;
        let GeneratePayload { api_key: NewApiKeyNode { id, name, description, created_at }, secret } =
            data.generate_api_key;
        // Where the payload has no secret, the name is the secret, or this server does not tell it.
        let whole_key = |name: &SecretString| has_known_form(name.expose_secret());
        let secret = secret.or_else(|| name.filter(whole_key)).and_then(ApiKey::issued);
        let created_at = created_at.map(|time| time.0);
        match secret {
            Some(secret) => Ok(NewApiKey { id, key_id: secret.key_id().to_owned(), description, created_at, secret }),
            None => Err(Error::of(document.operation().name, ErrorKind::NoSecret { id })),
        }
    }

    /// The API keys of an account in a team, without their secrets. None if the account is not in the team. What the
    /// caller cannot see in full is an error ([`Error::is_not_visible`]), so a key that is not in the list is gone.
    pub async fn api_keys(&self, team: &str, owner: &UserId) -> Result<Option<Vec<ApiKeyInfo>>, Error> {
        self.api_keys_showing(team, owner, |_| true).await
    }

    /// The same, read anew unless what was read before shows what is looked for.
    async fn api_keys_showing(
        &self,
        team: &str,
        owner: &UserId,
        shows: impl Fn(&[ApiKeyInfo]) -> bool,
    ) -> Result<Option<Vec<ApiKeyInfo>>, Error> {
        let not_visible = |what: String| Error::of("ApiKeys", ErrorKind::NotVisible { what });
        let hidden = || not_visible(format!("the API keys of the account `{owner}`"));
        let (mark, keys_mark) = (self.inner().teams.mark(), self.inner().team_api_keys.mark());
        // Keys that cannot be seen do not become visible by another look.
        let shows = |keys: &TeamApiKeys| keys.get(owner).is_none_or(|keys| keys.as_deref().is_none_or(&shows));
        if let Some(keys) = self.team_api_keys(team, keys_mark, shows).await?.get(owner) {
            return keys.clone().map(Some).ok_or_else(hidden);
        }
        let visible = self.visible_team_showing("ApiKeys", team, mark, |team| team.may_have(owner)).await?;
        let members = visible.visible_members("ApiKeys")?;
        let Some(member) = members.iter().find(|member| member.user_id().as_ref() == Some(owner)) else {
            return Ok(None);
        };
        // In the team, but not among those whose keys were read together: it came later, or never is.
        let keys = if self.abilities().await?.member_api_keys {
            let is_there = |keys: &TeamApiKeys| keys.contains_key(owner);
            self.team_api_keys(team, keys_mark, is_there).await?
        } else {
            Arc::new(self.api_keys_of_accounts(&[member]).await?)
        };
        keys.get(owner).cloned().flatten().map(Some).ok_or_else(hidden)
    }

    /// Whether this server tells when keys were made and last used.
    pub async fn tells_key_use(&self) -> Result<bool, Error> {
        Ok(self.abilities().await?.api_key_times)
    }

    /// An API key of an account in a team. None if the key or the account is gone; what the caller cannot see in full
    /// is an error ([`Error::is_not_visible`]).
    pub async fn api_key(&self, team: &str, owner: &UserId, id: &ApiKeyId) -> Result<Option<ApiKeyInfo>, Error> {
        let keys = self.api_keys_showing(team, owner, |keys| keys.iter().any(|key| key.id == *id)).await?;
        Ok(keys.and_then(|keys| keys.into_iter().find(|key| key.id == *id)))
    }

    /// Revokes an API key at once. False if the server knows no such key: it is gone already, or the caller sees nothing of
    /// its owner.
    pub async fn delete_api_key(&self, id: &ApiKeyId) -> Result<bool, Error> {
        let _change = self.change(Changed::ApiKey(id.clone()));
        let document = delete_document();
        let deleted = self.graphql(&document, &json!({ "input": { "id": id.as_str() } })).await;
        document.check_removed(deleted.map(|data: DeleteData| data.delete_api_key))
    }

    /// The keys of the team's accounts, read together, and anew after the mark unless they show what is looked for.
    pub(crate) async fn team_api_keys(
        &self,
        team: &str,
        mark: Mark,
        shows: impl Fn(&TeamApiKeys) -> bool,
    ) -> Result<Arc<TeamApiKeys>, Error> {
        let load = || {
            let (client, name) = (self.clone(), team.to_owned());
            async move { client.load_team_api_keys(&name).await.map(Arc::new) }
        };
        let shows = |keys: &Arc<TeamApiKeys>| shows(keys);
        self.inner().team_api_keys.get_enough(team.to_owned(), mark, load, shows).await
    }
}

impl From<ApiKeyNode> for ApiKeyInfo {
    fn from(node: ApiKeyNode) -> Self {
        Self {
            id: node.id,
            key_id: node.name.as_ref().map(|name| key_id(name.expose_secret()).to_owned()).unwrap_or_default(),
            description: node.description,
            created_at: node.created_at.map(|time| time.0),
            last_used_at: node.last_used_at.map(|time| time.0),
        }
    }
}
