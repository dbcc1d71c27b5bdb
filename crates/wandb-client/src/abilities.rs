//! What this server's schema has, asked once and only when first needed.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::graphql::Document;
use crate::http::Effect;

/// What not every server can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ability {
    /// Service accounts that log in with identity tokens.
    FederatedServiceAccounts,
    /// Service accounts of the whole organization. SCIM makes them, so the caller must be let into SCIM as well.
    OrganizationServiceAccounts,
    /// Making API keys for another account than the caller's.
    ApiKeysForAccounts,
    /// Telling when a key was made and when it was last used. Without it, `last_used_at` says nothing where it is none.
    ApiKeyTimes,
    /// Telling the roles of members beside whether they are administrators.
    MemberRoles,
}

/// The first version of W&B Server whose SCIM makes service accounts.
const SCIM_SERVICE_ACCOUNTS_SINCE: [u32; 2] = [0, 81];

/// The fields that not every server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Abilities {
    /// `Entity.organization`.
    pub(crate) organizations: bool,
    /// `Member.role`.
    pub(crate) member_role: bool,
    /// `Member.apiKeys`.
    pub(crate) member_api_keys: bool,
    /// `ApiKey.createdAt` and `ApiKey.lastUsedAt`.
    pub(crate) api_key_times: bool,
    /// The input of `createServiceAccount` takes an authentication method and a subject.
    pub(crate) federated_service_accounts: bool,
    /// The input of `generateApiKey` takes an owner.
    pub(crate) api_key_owner: bool,
    /// The payload of `generateApiKey` has the secret.
    pub(crate) api_key_secret: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    entity: Option<Type>,
    member: Option<Type>,
    api_key: Option<Type>,
    create_service_account: Option<Type>,
    generate_api_key: Option<Type>,
    generated_api_key: Option<Type>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
}

pub(crate) fn document() -> Document {
    Document::new("ServerAbilities", Effect::Read, include_str!("graphql/documents/abilities.graphql"))
}

impl Client {
    /// Whether this server can do something. Asked once, and only when first needed.
    pub async fn offers(&self, ability: Ability) -> Result<bool, Error> {
        Ok(match ability {
            Ability::FederatedServiceAccounts => self.abilities().await?.federated_service_accounts,
            Ability::OrganizationServiceAccounts => self.known_server().await?.is_at_least(SCIM_SERVICE_ACCOUNTS_SINCE),
            Ability::ApiKeysForAccounts => self.abilities().await?.api_key_owner,
            Ability::ApiKeyTimes => self.abilities().await?.api_key_times,
            Ability::MemberRoles => self.abilities().await?.member_role,
        })
    }

    /// What the server's schema has.
    pub(crate) async fn abilities(&self) -> Result<Abilities, Error> {
        let client = self.clone();
        let ask = || async move {
            let data: Data = client.graphql(&document(), &json!({})).await?;
            Ok(Abilities::from(data))
        };
        self.inner().abilities.get((), ask).await
    }
}

impl From<Data> for Abilities {
    fn from(data: Data) -> Self {
        let [entity, member, api_key] = [data.entity, data.member, data.api_key].map(names);
        let [account_input, key_input, key_payload] =
            [data.create_service_account, data.generate_api_key, data.generated_api_key].map(names);
        Self {
            organizations: entity.contains("organization"),
            member_role: member.contains("role"),
            member_api_keys: member.contains("apiKeys"),
            api_key_times: api_key.contains("createdAt") && api_key.contains("lastUsedAt"),
            federated_service_accounts: account_input.contains("authenticationMethod")
                && account_input.contains("subject"),
            api_key_owner: key_input.contains("userId"),
            api_key_secret: key_payload.contains("secret"),
        }
    }
}

/// The names of a type's fields. A type that the server lacks has none.
fn names(of: Option<Type>) -> HashSet<String> {
    let lists = of.into_iter().flat_map(|of| [of.fields, of.input_fields]);
    lists.flatten().flatten().map(|field| field.name).collect()
}
