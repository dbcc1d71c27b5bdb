//! `Mutation`, with its inputs and payloads. A payload is read from what was made.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::key::ShownKey;
use super::resolvers::{Input, NoArguments, Resolvers, Root};
use crate::deployment::KeyForm;
use crate::ids::GlobalId as _;
use crate::refusal::Refusal;
use crate::store::{Account, Accounts, Authentication, Entity, Invitation};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateTeam {
    team_name: String,
    team_admin_user_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateInvite {
    entity_name: String,
    email: Option<String>,
    username: Option<String>,
    admin: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeleteInvite {
    id: Option<String>,
    entity_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateUser {
    email: String,
    admin: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateServiceAccount {
    entity_name: String,
    description: String,
    authentication_method: Option<String>,
    subject: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GenerateApiKey {
    description: Option<String>,
    user_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeleteApiKey {
    id: String,
}

/// The payload of what succeeds without having anything to show.
#[derive(Debug)]
struct Done;

/// A new key, and the secret beside it.
#[derive(Debug)]
struct GeneratedKey {
    key: Arc<ShownKey>,
    secret: SecretString,
}

pub(super) fn register(resolvers: &mut Resolvers) {
    register_fields(resolvers);
    resolvers.object::<Entity>("CreateTeamPayload").plain("entity", Arc::clone);
    resolvers.object::<Invitation>("CreateInvitePayload").plain("invite", Arc::clone);
    resolvers.object::<Done>("DeleteInvitePayload").plain("success", |_| true);
    resolvers.object::<Account>("CreateUserPayload").plain("user", Arc::clone);
    resolvers.object::<Account>("CreateServiceAccountPayload").plain("user", Arc::clone);
    resolvers.object::<Done>("DeleteApiKeyPayload").plain("success", |_| true);
    resolvers
        .object::<GeneratedKey>("GenerateApiKeyPayload")
        .plain("apiKey", |generated| Arc::clone(&generated.key))
        .plain("secret", |generated| generated.secret.expose_secret().to_owned());
    resolvers
        .object::<Invitation>("Invite")
        .plain("id", |invitation| invitation.id.to_global())
        .plain("name", |invitation| invitation.email.clone())
        .plain("email", |invitation| invitation.email.clone())
        .plain("createdAt", |invitation| invitation.created_at)
        .load("toUser", async |request, invitation, _: NoArguments| {
            let read = request.backend.read(&request.caller, move |session| {
                Ok(match invitation.account {
                    Some(account) => Accounts(session.connection).by_id(account)?,
                    None => None,
                })
            });
            Ok(read.await?.map(Arc::new))
        });
}

fn register_fields(resolvers: &mut Resolvers) {
    resolvers
        .object::<Root>("Mutation")
        .load("createTeam", async |request, _, Input::<CreateTeam> { input }| {
            let write = request.backend.write(&request.caller, move |session| {
                session.create_team(&input.team_name, input.team_admin_user_name.as_deref())
            });
            Ok(Arc::new(write.await?))
        })
        .load("createInvite", async |request, _, Input::<CreateInvite> { input }| {
            let write = request.backend.write(&request.caller, move |session| {
                session.invite(
                    &input.entity_name,
                    input.email.as_deref(),
                    input.username.as_deref(),
                    input.admin.unwrap_or(false),
                )
            });
            Ok(Arc::new(write.await?))
        })
        .load("deleteInvite", async |request, _, Input::<DeleteInvite> { input }| {
            let (Some(id), Some(team)) = (input.id, input.entity_name) else {
                return Err(Refusal::invalid("`id` and `entityName` are both needed"));
            };
            request.backend.write(&request.caller, move |session| session.remove_from_team(&id, &team)).await?;
            Ok(Arc::new(Done))
        })
        .load("createUser", async |request, _, Input::<CreateUser> { input }| {
            let write = request
                .backend
                .write(&request.caller, move |session| session.create_user(&input.email, input.admin.unwrap_or(false)));
            Ok(Arc::new(write.await?))
        })
        .load("createServiceAccount", async |request, _, Input::<CreateServiceAccount> { input }| {
            let authentication = authentication(input.authentication_method.as_deref(), input.subject)?;
            let write = request.backend.write(&request.caller, move |session| {
                session.create_service_account(&input.entity_name, &input.description, authentication)
            });
            Ok(Arc::new(write.await?))
        })
        .load("generateApiKey", async |request, _, Input::<GenerateApiKey> { input }| {
            let minted = request
                .backend
                .write(&request.caller, move |session| {
                    session.generate_api_key(input.user_id.as_deref(), input.description.as_deref())
                })
                .await?;
            let key = match request.backend.deployment.key_form() {
                KeyForm::V1 => ShownKey::known(minted.key),
                KeyForm::Legacy | KeyForm::LegacyLocal => ShownKey::whole(minted.key, minted.secret.clone()),
            };
            Ok(Arc::new(GeneratedKey { key, secret: minted.secret }))
        })
        .load("deleteApiKey", async |request, _, Input::<DeleteApiKey> { input }| {
            request.backend.write(&request.caller, move |session| session.delete_api_key(&input.id)).await?;
            Ok(Arc::new(Done))
        });
}

fn authentication(method: Option<&str>, subject: Option<String>) -> Result<Authentication, Refusal> {
    match (method.unwrap_or("BUILT_IN"), subject) {
        ("BUILT_IN", None) => Ok(Authentication::BuiltIn),
        ("BUILT_IN", Some(_)) => Err(Refusal::invalid("a built-in service account has no subject")),
        ("FEDERATED_IDENTITY", Some(subject)) if !subject.is_empty() => Ok(Authentication::Federated { subject }),
        ("FEDERATED_IDENTITY", _) => Err(Refusal::invalid("a federated service account needs a subject")),
        (other, _) => Err(Refusal::invalid(format!("there is no authentication method `{other}`"))),
    }
}
