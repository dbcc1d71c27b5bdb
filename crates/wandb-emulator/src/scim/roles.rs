//! `Roles`: the organization's own roles in teams.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::error::ScimError;
use super::filter::Filter;
use super::resource::{self, Op, PatchOperation, Resource};
use crate::backend::Session;
use crate::ids::{GlobalId as _, RoleId};
use crate::refusal::Refusal;
use crate::store::{BaseRole, CustomRole, NewCustomRole, Roles};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Role";

/// What the predefined roles may do: a few examples, as W&B does not publish the whole list.
const VIEWER_PERMISSIONS: [&str; 3] = ["project:read", "run:read", "artifact:read"];
const MEMBER_PERMISSIONS: [&str; 9] = [
    "project:read",
    "project:create",
    "project:update",
    "run:read",
    "run:create",
    "run:update",
    "artifact:read",
    "artifact:create",
    "artifact:update",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RoleBody {
    schemas: Option<Vec<String>>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    permissions: Vec<Permission>,
    inherited_from: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    name: String,
}

impl RoleBody {
    fn read(body: &[u8]) -> Result<NewCustomRole, ScimError> {
        let role: Self = resource::read(body)?;
        resource::require_schemas(role.schemas.as_deref(), &[SCHEMA])?;
        let inherited_from = BaseRole::from_word(&role.inherited_from).ok_or_else(|| {
            ScimError::invalid(format!("a role inherits from member or viewer, not from `{}`", role.inherited_from))
        })?;
        let mut new =
            NewCustomRole { name: role.name, description: role.description, inherited_from, permissions: Vec::new() };
        add(&mut new, role.permissions);
        Ok(new)
    }
}

pub(super) async fn list(call: Call, Query(query): Query<HashMap<String, String>>) -> Result<Response, ScimError> {
    Filter::of(query, &[])?;
    let found = call.read(|session| Ok(Roles(session.connection).all()?));
    Ok(resource::list(found.await?.iter().map(show).collect()))
}

pub(super) async fn get(call: Call, Path(id): Path<String>) -> Result<Response, ScimError> {
    let found = call.read(move |session| find(session, &id));
    Ok(show(&found.await?).answer(StatusCode::OK))
}

pub(super) async fn create(call: Call, body: Bytes) -> Result<Response, ScimError> {
    let new = RoleBody::read(&body)?;
    let created = call.write(move |session, _| session.create_role(&new));
    Ok(show(&created.await?).answer(StatusCode::CREATED))
}

pub(super) async fn put(call: Call, Path(id): Path<String>, body: Bytes) -> Result<Response, ScimError> {
    let new = RoleBody::read(&body)?;
    let replaced = call.write(move |session, precondition| {
        let role = find(session, &id)?;
        show(&role).require(precondition)?;
        session.update_role(role.id, &new)
    });
    Ok(show(&replaced.await?).answer(StatusCode::OK))
}

pub(super) async fn patch(call: Call, Path(id): Path<String>, body: Bytes) -> Result<Response, ScimError> {
    let operations = resource::read_patch(&body)?;
    let patched = call.write(move |session, precondition| {
        let role = find(session, &id)?;
        show(&role).require(precondition)?;
        let mut new = NewCustomRole {
            name: role.name,
            description: role.description,
            inherited_from: role.inherited_from,
            permissions: role.permissions,
        };
        for operation in &operations {
            apply(&mut new, operation)?;
        }
        session.update_role(role.id, &new)
    });
    Ok(show(&patched.await?).answer(StatusCode::OK))
}

pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Result<Response, ScimError> {
    let deleted = call.write(move |session, precondition| {
        let role = find(session, &id)?;
        show(&role).require(precondition)?;
        session.delete_role(&role)
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn apply(role: &mut NewCustomRole, operation: &PatchOperation) -> Result<(), Refusal> {
    match (operation.op, operation.path.as_deref()) {
        (Op::Replace, Some("name")) => role.name = operation.value()?,
        (Op::Replace, Some("description")) => role.description = operation.value()?,
        (Op::Replace, Some("permissions")) => {
            role.permissions.clear();
            add(role, operation.value()?);
        }
        (Op::Add, Some("permissions")) => add(role, operation.value()?),
        (Op::Remove, Some("permissions")) => {
            let gone = operation.value::<Vec<Permission>>()?;
            role.permissions.retain(|own| gone.iter().all(|permission| permission.name != *own));
        }
        _ => return Err(operation.unknown()),
    }
    Ok(())
}

fn add(role: &mut NewCustomRole, permissions: Vec<Permission>) {
    for permission in permissions {
        if !role.permissions.contains(&permission.name) {
            role.permissions.push(permission.name);
        }
    }
}

fn find(session: &Session<'_>, id: &str) -> Result<CustomRole, Refusal> {
    let role = match RoleId::from_global(id) {
        Some(id) => Roles(session.connection).by_id(id)?,
        None => None,
    };
    role.ok_or_else(|| Refusal::not_found(format!("there is no role with the id `{id}`")))
}

fn show(role: &CustomRole) -> Resource {
    let id = role.id.to_global();
    let inherited: &[&str] = match role.inherited_from {
        BaseRole::Member => &MEMBER_PERMISSIONS,
        BaseRole::Viewer => &VIEWER_PERMISSIONS,
    };
    let own = role.permissions.iter().map(String::as_str).filter(|own| !inherited.contains(own));
    let permissions: Vec<Value> = inherited
        .iter()
        .map(|name| json!({ "name": name, "isInherited": true }))
        .chain(own.map(|name| json!({ "name": name, "isInherited": false })))
        .collect();
    Resource::new(json!({
        "schemas": [SCHEMA],
        "id": id,
        "name": role.name,
        "description": role.description,
        "inheritedFrom": role.inherited_from.word(),
        "permissions": permissions,
        "meta": {
            "resourceType": "Role",
            "created": role.created_at.to_string(),
            "lastModified": role.updated_at.to_string(),
            "location": format!("Roles/{id}"),
        },
    }))
}
