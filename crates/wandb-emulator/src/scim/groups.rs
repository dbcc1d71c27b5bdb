//! `Groups`: teams, with the people in them. There is no way to rename or delete one.

use std::collections::{BTreeSet, HashMap};

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Call;
use super::error::ScimError;
use super::filter::Filter;
use super::resource::{self, Op, PatchOperation, Resource};
use crate::backend::Session;
use crate::ids::{AccountId, EntityId, GlobalId as _};
use crate::refusal::Refusal;
use crate::store::{Account, Accounts, Entities, Entity, EntityKind, Members, TeamRole};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Group {
    schemas: Option<Vec<String>>,
    display_name: String,
    #[serde(default)]
    members: Option<Vec<MemberReference>>,
    storage_bucket: Option<StorageBucket>,
}

/// A person, by id or email.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberReference {
    value: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StorageBucket {
    name: String,
    provider: Provider,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azure_tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azure_client_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Provider {
    Coreweave,
    Aws,
    Azure,
    Gcp,
    Minio,
}

impl StorageBucket {
    /// What W&B checks before it makes the team, as far as an emulator can that reaches no cloud.
    fn check(&self) -> Result<(), Refusal> {
        if self.name.trim().is_empty() {
            return Err(Refusal::invalid("a storage bucket needs a name"));
        }
        let azure = self.azure_tenant_id.is_some() || self.azure_client_id.is_some();
        if azure && self.provider != Provider::Azure {
            return Err(Refusal::invalid("`azureTenantId` and `azureClientId` are for the provider AZURE only"));
        }
        if self.aws_external_id.is_some() && self.provider != Provider::Aws {
            return Err(Refusal::invalid("`awsExternalId` is for the provider AWS only"));
        }
        Ok(())
    }
}

pub(super) async fn list(call: Call, Query(query): Query<HashMap<String, String>>) -> Result<Response, ScimError> {
    let filter = Filter::of(query, &["displayName"])?;
    let found = call.read(move |session| {
        let entities = Entities(session.connection);
        let found = match filter {
            None => entities.teams()?,
            Some(filter) => entities.team(&filter.value)?.into_iter().collect(),
        };
        found.iter().map(|team| show(session, team)).collect()
    });
    Ok(resource::list(found.await?))
}

pub(super) async fn get(call: Call, Path(id): Path<String>) -> Result<Response, ScimError> {
    let found = call.read(move |session| show(session, &find(session, &id)?));
    Ok(found.await?.answer(StatusCode::OK))
}

pub(super) async fn create(call: Call, body: Bytes) -> Result<Response, ScimError> {
    let new: Group = resource::read(&body)?;
    resource::require_schemas(new.schemas.as_deref(), &[SCHEMA])?;
    let created = call.write(move |session, _| {
        let bucket = new.storage_bucket.as_ref().map(stored).transpose()?;
        let team = session.add_team(&new.display_name, bucket.as_ref())?;
        for person in find_people(session, new.members.as_deref().unwrap_or_default())? {
            session.set_team_role(&team, &person, &TeamRole::MEMBER)?;
        }
        session.admit_organization_accounts(&team)?;
        show(session, &team)
    });
    Ok(created.await?.answer(StatusCode::CREATED))
}

fn stored(bucket: &StorageBucket) -> Result<Value, Refusal> {
    bucket.check()?;
    serde_json::to_value(bucket).map_err(|error| Refusal::invalid(error.to_string()))
}

pub(super) async fn put(call: Call, Path(id): Path<String>, body: Bytes) -> Result<Response, ScimError> {
    let wanted: Group = resource::read(&body)?;
    resource::require_schemas(wanted.schemas.as_deref(), &[SCHEMA])?;
    let replaced = call.write(move |session, precondition| {
        let team = find(session, &id)?;
        show(session, &team)?.require(precondition)?;
        if wanted.display_name != team.name {
            return Err(Refusal::invalid(format!("the team `{}` cannot be renamed", team.name)));
        }
        if wanted.storage_bucket.is_some() {
            return Err(Refusal::invalid("the storage bucket of a team is set when it is made, and only then"));
        }
        let wanted = find_people(session, wanted.members.as_deref().unwrap_or_default())?;
        let keep: BTreeSet<AccountId> = wanted.iter().map(|person| person.id).collect();
        add(session, &team, &wanted)?;
        for person in people(session, team.id)?.iter().filter(|person| !keep.contains(&person.id)) {
            session.remove_member(&team, person.id)?;
        }
        show(session, &team)
    });
    Ok(replaced.await?.answer(StatusCode::OK))
}

pub(super) async fn patch(call: Call, Path(id): Path<String>, body: Bytes) -> Result<Response, ScimError> {
    let operations = resource::read_patch(&body)?;
    let patched = call.write(move |session, precondition| {
        let team = find(session, &id)?;
        show(session, &team)?.require(precondition)?;
        for operation in &operations {
            apply(session, &team, operation)?;
        }
        show(session, &team)
    });
    Ok(patched.await?.answer(StatusCode::OK))
}

fn apply(session: &Session<'_>, team: &Entity, operation: &PatchOperation) -> Result<(), Refusal> {
    let path = operation.path.as_deref().unwrap_or_default();
    if operation.op == Op::Add && path == "members" {
        let people = find_people(session, &operation.value::<Vec<MemberReference>>()?)?;
        return add(session, team, &people);
    }
    if operation.op != Op::Remove {
        return Err(operation.unknown());
    }
    let leaving = if path == "members" && operation.value.is_none() {
        people(session, team.id)?
    } else if path == "members" {
        find_people(session, &operation.value::<Vec<MemberReference>>()?)?
    } else {
        let inner = path.strip_prefix("members[").and_then(|rest| rest.strip_suffix(']'));
        match inner.and_then(Filter::parse) {
            Some(filter) if filter.attribute == "value" => vec![find_person(session, &filter.value)?],
            _ => return Err(operation.unknown()),
        }
    };
    for person in leaving {
        if Members(session.connection).role(team.id, person.id)?.is_none() {
            return Err(Refusal::invalid(format!("`{}` is not in the team `{}`", person.username, team.name)));
        }
        session.remove_member(team, person.id)?;
    }
    Ok(())
}

/// Adds people who are not in the team yet; the others keep their roles.
fn add(session: &Session<'_>, team: &Entity, people: &[Account]) -> Result<(), Refusal> {
    for person in people {
        if Members(session.connection).role(team.id, person.id)?.is_none() {
            session.set_team_role(team, person, &TeamRole::MEMBER)?;
        }
    }
    Ok(())
}

fn find(session: &Session<'_>, id: &str) -> Result<Entity, Refusal> {
    let team = match EntityId::from_global(id) {
        Some(id) => Entities(session.connection).by_id(id)?.filter(|entity| entity.kind == EntityKind::Team),
        None => None,
    };
    team.ok_or_else(|| Refusal::not_found(format!("there is no group with the id `{id}`")))
}

fn find_people(session: &Session<'_>, references: &[MemberReference]) -> Result<Vec<Account>, Refusal> {
    references.iter().map(|reference| find_person(session, &reference.value)).collect()
}

fn find_person(session: &Session<'_>, reference: &str) -> Result<Account, Refusal> {
    let accounts = Accounts(session.connection);
    let account = match AccountId::from_global(reference) {
        Some(id) => accounts.by_id(id)?,
        None => accounts.by_email(reference)?,
    };
    account
        .filter(|account| account.person().is_some())
        .ok_or_else(|| Refusal::invalid(format!("`{reference}` is neither the id nor the email of a person")))
}

fn people(session: &Session<'_>, team: EntityId) -> Result<Vec<Account>, Refusal> {
    let members = Members(session.connection).of_team(team)?.into_iter().map(|member| member.account);
    Ok(members.filter(|account| account.person().is_some()).collect())
}

fn show(session: &Session<'_>, team: &Entity) -> Result<Resource, Refusal> {
    let id = team.id.to_global();
    let members: Vec<Value> = people(session, team.id)?
        .iter()
        .map(|person| {
            let id = person.id.to_global();
            json!({ "Value": id, "Ref": format!("Users/{id}"), "Type": "User", "Display": person.username })
        })
        .collect();
    Ok(Resource::new(json!({
        "schemas": [SCHEMA],
        "id": id,
        "displayName": team.name,
        "members": if members.is_empty() { Value::Null } else { members.into() },
        "meta": {
            "resourceType": "Group",
            "created": team.created_at.to_string(),
            "lastModified": team.updated_at.to_string(),
            "location": format!("Groups/{id}"),
        },
    })))
}
