//! Every form that no public source of W&B documents, and nothing else.
//!
//! W&B's own web pages do these things, so a server can do them; how it is asked is assumed. Each form is used only if
//! the server's schema has it, and its absence is an error that says so. The documents with such forms are in
//! `graphql/documents/assumed/`. Assumed are:
//!
//! - `createServiceAccount` takes `authenticationMethod` and `subject`;
//! - `generateApiKey` takes the owner as `userId` and answers the whole key as `secret`;
//! - `ApiKey` has `createdAt` and `lastUsedAt`;
//! - `Member` has `apiKeys`, null for those who may not see them, and so has `User` for other accounts than the
//!   caller's.

use std::collections::HashMap;
use std::fmt::Write as _;

use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::abilities::Abilities;
use crate::api_keys::{self, ApiKeyInfo, ApiKeyNode, TeamApiKeys};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::graphql::{Connection, Document};
use crate::http::{Effect, Operation};
use crate::ids::UserId;
use crate::member::{AccountType, Member};

/// How many accounts are asked for in one request, where a server cannot be asked for a whole team's keys.
const ACCOUNTS_AT_ONCE: usize = 50;

/// Makes the input of `createServiceAccount` one for a federated account.
pub(crate) fn federate(
    input: &mut Value,
    subject: &str,
    operation: Operation,
    abilities: Abilities,
) -> Result<(), Error> {
    if !abilities.federated_service_accounts {
        return Err(Error::of(operation.name, ErrorKind::Unsupported { what: "federated service accounts" }));
    }
    input["authenticationMethod"] = "FEDERATED_IDENTITY".into();
    input["subject"] = subject.into();
    Ok(())
}

/// Makes the input of `generateApiKey` one for this owner. False if the server takes no owner.
pub(crate) fn own_api_key(input: &mut Value, owner: &UserId, abilities: Abilities) -> bool {
    if abilities.api_key_owner {
        input["userId"] = owner.as_str().into();
    }
    abilities.api_key_owner
}

/// The document of `generateApiKey` that this server understands.
pub(crate) fn generate_api_key(abilities: Abilities) -> Document {
    let document = if abilities.api_key_secret {
        let text = include_str!("graphql/documents/assumed/generate_api_key_with_secret.graphql");
        Document::new("GenerateApiKey", Effect::Mint, text)
    } else {
        api_keys::generate_document()
    };
    document.with(api_key_fields(abilities))
}

/// What of a key this server tells.
fn api_key_fields(abilities: Abilities) -> &'static str {
    if abilities.api_key_times {
        include_str!("graphql/documents/assumed/api_key_fields_with_times.graphql")
    } else {
        include_str!("graphql/documents/api_key_fields.graphql")
    }
}

/// Asks for the keys of a whole team.
pub(crate) fn team_api_keys_document(abilities: Abilities) -> Document {
    let text = include_str!("graphql/documents/assumed/team_api_keys.graphql");
    Document::new("TeamApiKeys", Effect::Read, text).with(api_key_fields(abilities))
}

/// Asks for the keys of so many accounts, which are the variables `u0`, `u1` and so on.
pub(crate) fn accounts_api_keys_document(accounts: usize, abilities: Abilities) -> Document {
    let (mut variables, mut fields) = (String::new(), String::new());
    for index in 0..accounts {
        // Writing to a string does not fail.
        let _ = write!(variables, "$u{index}: String ");
        let _ = write!(fields, "u{index}: users(query: $u{index}) {{ edges {{ node {{ ...UserApiKeys }} }} }} ");
    }
    Document::new("AccountsApiKeys", Effect::Read, format!("query AccountsApiKeys({variables}) {{ {fields} }}"))
        .with(include_str!("graphql/documents/assumed/user_api_keys.graphql"))
        .with(api_key_fields(abilities))
}

#[derive(Deserialize)]
struct TeamData {
    entity: Option<EntityNode>,
}

#[derive(Deserialize)]
struct EntityNode {
    members: Option<Vec<Option<OwnerNode>>>,
}

/// A member or a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerNode {
    id: UserId,
    api_keys: Option<Connection<ApiKeyNode>>,
}

/// An answer for each alias.
type AccountsData = HashMap<String, Option<Connection<OwnerNode>>>;

impl Client {
    /// Reads the keys of a team's accounts: of all its members in one request, or of its service accounts in requests
    /// for 50 of them.
    pub(crate) async fn load_team_api_keys(&self, team: &str) -> Result<TeamApiKeys, Error> {
        let abilities = self.abilities().await?;
        if !abilities.member_api_keys {
            let team = self.visible_team("ApiKeys", team).await?;
            let members = team.visible_members("ApiKeys")?.iter();
            let accounts: Vec<_> = members.filter(|member| member.account_type == AccountType::Service).collect();
            return self.api_keys_of_accounts(&accounts).await;
        }
        let document = team_api_keys_document(abilities);
        let data: TeamData = self.graphql(&document, &json!({ "name": team })).await?;
        let not_visible = |what| Error::of(document.operation().name, ErrorKind::NotVisible { what });
        let entity = data.entity.ok_or_else(|| not_visible(format!("the team `{team}`")))?;
        let members: Option<Vec<_>> = entity.members.and_then(|members| members.into_iter().collect());
        let members = members.ok_or_else(|| not_visible(format!("the members of the team `{team}`")))?;
        Ok(members.into_iter().map(|member| (member.id, visible_keys(member.api_keys))).collect())
    }

    /// Reads the keys of some accounts by their user names, in requests for 50 of them. Whom the server does not show
    /// has no visible keys.
    pub(crate) async fn api_keys_of_accounts(&self, accounts: &[&Member]) -> Result<TeamApiKeys, Error> {
        let abilities = self.abilities().await?;
        let mut keys: TeamApiKeys =
            accounts.iter().filter_map(|account| account.user_id()).map(|id| (id, None)).collect();
        let usernames: Vec<_> = accounts.iter().filter_map(|account| account.username.as_deref()).collect();
        let batches = usernames.chunks(ACCOUNTS_AT_ONCE).map(|batch| async {
            let variables = batch.iter().enumerate().map(|(index, username)| (format!("u{index}"), (*username).into()));
            let variables = variables.collect::<Map<_, _>>().into();
            let document = accounts_api_keys_document(batch.len(), abilities);
            self.graphql::<AccountsData>(&document, &variables).await
        });
        let answers = try_join_all(batches).await?;
        // The server looks for the text anywhere and answers others as well.
        for user in answers.into_iter().flatten().filter_map(|(_, found)| found).flat_map(Connection::into_visible) {
            if let Some(of_account) = keys.get_mut(&user.id) {
                *of_account = visible_keys(user.api_keys);
            }
        }
        Ok(keys)
    }
}

/// The keys, if the server shows them all.
fn visible_keys(keys: Option<Connection<ApiKeyNode>>) -> Option<Vec<ApiKeyInfo>> {
    Some(keys?.into_complete()?.into_iter().map(ApiKeyInfo::from).collect())
}
