//! `Users`: people. Service accounts are made and deleted here, but neither shown nor changed.

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
use crate::backend::{NewScimServiceAccount, Session};
use crate::ids::{AccountId, GlobalId as _};
use crate::refusal::Refusal;
use crate::store::{
    Account, AccountKind, Accounts, Entities, Members, NewPerson, OrganizationRole, Person, Scope, Seat, TeamRole,
};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const TEAMS_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:teams:2.0:User";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewUser {
    schemas: Option<Vec<String>>,
    user_name: String,
    display_name: Option<String>,
    emails: Option<Vec<Email>>,
    account_type: Option<String>,
    models_seat: Option<String>,
    weave_role: Option<String>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:teams:2.0:User")]
    teams: Option<TeamsExtension>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Email {
    #[serde(default)]
    primary: bool,
    value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TeamsExtension {
    default_team: Option<String>,
    #[serde(default)]
    teams: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RoleInTeam {
    team_name: String,
    role_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Activity {
    active: bool,
}

pub(super) async fn list(call: Call, Query(query): Query<HashMap<String, String>>) -> Result<Response, ScimError> {
    let filter = Filter::of(query, &["userName", "emails.value"])?;
    let found = call.read(move |session| {
        let accounts = Accounts(session.connection);
        let found = match filter {
            None => accounts.all()?,
            Some(filter) if filter.attribute == "userName" => {
                accounts.by_username(&filter.value)?.into_iter().collect()
            }
            Some(filter) => accounts.by_email(&filter.value)?.into_iter().collect(),
        };
        found.iter().filter_map(|account| Some(show(session, account, account.person()?))).collect()
    });
    Ok(resource::list(found.await?))
}

pub(super) async fn get(call: Call, Path(id): Path<String>) -> Result<Response, ScimError> {
    let found = call.read(move |session| {
        let (account, person) = find_person(session, &id)?;
        show(session, &account, &person)
    });
    Ok(found.await?.answer(StatusCode::OK))
}

pub(super) async fn create(call: Call, body: Bytes) -> Result<Response, ScimError> {
    let new: NewUser = resource::read(&body)?;
    resource::require_schemas(new.schemas.as_deref(), &[SCHEMA, TEAMS_SCHEMA])?;
    let created = call.write(move |session, _| match new.account_type.as_deref() {
        None => create_person(session, new),
        Some("SERVICE") => create_service_account(session, new, Scope::Team),
        Some("ORG_SERVICE") => create_service_account(session, new, Scope::Organization),
        Some(other) => Err(Refusal::invalid(format!("there is no account type `{other}`"))),
    });
    Ok(created.await?.answer(StatusCode::CREATED))
}

fn create_person(session: &Session<'_>, new: NewUser) -> Result<Resource, Refusal> {
    let mut emails = new.emails.unwrap_or_default();
    let primary = emails.iter().position(|email| email.primary).unwrap_or(0);
    if emails.is_empty() {
        return Err(Refusal::invalid("`emails` is needed"));
    }
    let teams = new.teams.unwrap_or_default();
    if session.deployment.is_multi_tenant() {
        if new.models_seat.is_some() || new.weave_role.is_some() {
            return Err(Refusal::invalid("`modelsSeat` and `weaveRole` are not for multi-tenant deployments"));
        }
    } else if !teams.teams.is_empty() {
        return Err(Refusal::invalid("`teams` is for multi-tenant deployments only"));
    }
    if teams.default_team.is_some() {
        return Err(Refusal::invalid("`defaultTeam` is for service accounts only"));
    }
    let account = session.add_person(&NewPerson {
        name: new.display_name.unwrap_or_else(|| new.user_name.clone()),
        username: new.user_name,
        person: Person {
            email: emails.swap_remove(primary).value,
            role: OrganizationRole::Member,
            instance_admin: false,
            models_seat: seat("modelsSeat", new.models_seat.as_deref())?,
            weave_role: seat("weaveRole", new.weave_role.as_deref())?,
        },
    })?;
    for name in &teams.teams {
        let team = Entities(session.connection)
            .team(name)?
            .ok_or_else(|| Refusal::invalid(format!("there is no team `{name}`")))?;
        session.set_team_role(&team, &account, &TeamRole::MEMBER)?;
    }
    let (account, person) = find_person(session, &account.id.to_global())?;
    show(session, &account, &person)
}

fn create_service_account(session: &Session<'_>, new: NewUser, scope: Scope) -> Result<Resource, Refusal> {
    if !session.deployment.has_scim_service_accounts() {
        return Err(Refusal::invalid("this server cannot create service accounts by SCIM"));
    }
    if new.models_seat.is_some() || new.weave_role.is_some() {
        return Err(Refusal::invalid("`modelsSeat` and `weaveRole` are not for service accounts"));
    }
    if new.emails.is_some() {
        return Err(Refusal::invalid("`emails` is not for service accounts"));
    }
    let teams = new.teams.unwrap_or_default();
    let default_team =
        teams.default_team.ok_or_else(|| Refusal::invalid(format!("`{TEAMS_SCHEMA}` with `defaultTeam` is needed")))?;
    if !teams.teams.is_empty() && !session.deployment.is_multi_tenant() {
        return Err(Refusal::invalid("`teams` is for multi-tenant deployments only"));
    }
    if scope == Scope::Team && teams.teams.iter().any(|team| *team != default_team) {
        return Err(Refusal::invalid("a service account of a team is in its default team only"));
    }
    let account = session.create_account_by_scim(&NewScimServiceAccount {
        name: new.display_name.unwrap_or_else(|| new.user_name.clone()),
        username: new.user_name,
        scope,
        default_team: default_team.clone(),
        teams: teams.teams.clone(),
    })?;
    let mut shown = core(&account);
    shown["accountType"] = json!(new.account_type);
    shown["emails"] = Value::Null;
    shown[TEAMS_SCHEMA] = json!({ "defaultTeam": default_team, "teams": teams.teams });
    Ok(Resource::new(shown))
}

pub(super) async fn patch(call: Call, Path(id): Path<String>, body: Bytes) -> Result<Response, ScimError> {
    let operations = resource::read_patch(&body)?;
    let patched = call.write(move |session, precondition| {
        let (account, person) = find_person(session, &id)?;
        show(session, &account, &person)?.require(precondition)?;
        let mut draft = Draft { name: account.name.clone(), person, active: None };
        for operation in &operations {
            draft.apply(session, &account, operation)?;
        }
        draft.store(session, &account)
    });
    Ok(patched.await?.answer(StatusCode::OK))
}

/// What a patch is to leave of a person.
struct Draft {
    name: String,
    person: Person,
    /// None where the patch says nothing about it.
    active: Option<bool>,
}

impl Draft {
    /// Does one step. Roles in teams are set at once, all else when the draft is stored.
    fn apply(&mut self, session: &Session<'_>, account: &Account, operation: &PatchOperation) -> Result<(), Refusal> {
        if operation.op != Op::Replace {
            return Err(operation.unknown());
        }
        let multi_tenant = session.deployment.is_multi_tenant();
        match operation.path.as_deref() {
            None => {
                let Activity { active } = operation.value()?;
                if active && multi_tenant {
                    return Err(Refusal::invalid("a person cannot be reactivated on a multi-tenant deployment"));
                }
                self.active = Some(active);
            }
            Some("emails") => self.person.email = operation.value()?,
            Some("displayName") if !multi_tenant => self.name = operation.value()?,
            Some("organizationRole") => {
                let role: String = operation.value()?;
                self.person.role = OrganizationRole::from_word(&role)
                    .ok_or_else(|| Refusal::invalid(format!("there is no organization role `{role}`")))?;
            }
            Some("modelsSeat") if !multi_tenant => {
                self.person.models_seat = seat("modelsSeat", Some(&operation.value::<String>()?))?;
            }
            Some("weaveRole") if !multi_tenant => {
                self.person.weave_role = seat("weaveRole", Some(&operation.value::<String>()?))?;
            }
            Some("teamRoles") => {
                for role in operation.value::<Vec<RoleInTeam>>()? {
                    set_team_role(session, account, &role)?;
                }
            }
            Some(_) => return Err(operation.unknown()),
        }
        Ok(())
    }

    /// Stores it, and shows what is left. On a multi-tenant deployment a deactivated person is gone from the organization.
    fn store(self, session: &Session<'_>, account: &Account) -> Result<Resource, Refusal> {
        session.update_person(account, &self.name, &self.person)?;
        if let Some(active) = self.active {
            session.set_active(account, active)?;
        }
        let (account, person) = find_person(session, &account.id.to_global())?;
        let shown = show(session, &account, &person)?;
        if self.active == Some(false) && session.deployment.is_multi_tenant() {
            session.delete_account(&account)?;
        }
        Ok(shown)
    }
}

fn set_team_role(session: &Session<'_>, account: &Account, wanted: &RoleInTeam) -> Result<(), Refusal> {
    let team = Entities(session.connection)
        .team(&wanted.team_name)?
        .ok_or_else(|| Refusal::invalid(format!("there is no team `{}`", wanted.team_name)))?;
    if Members(session.connection).role(team.id, account.id)?.is_none() {
        return Err(Refusal::invalid(format!("`{}` is not in the team `{}`", account.username, team.name)));
    }
    let role = session.team_role(&wanted.role_name)?;
    session.set_team_role(&team, account, &role)
}

pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Result<Response, ScimError> {
    let deleted = call.write(move |session, precondition| {
        let account = find(session, &id)?;
        if let Some(person) = account.person() {
            show(session, &account, person)?.require(precondition)?;
        }
        session.delete_account(&account)
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn find(session: &Session<'_>, id: &str) -> Result<Account, Refusal> {
    let account = match AccountId::from_global(id) {
        Some(id) => Accounts(session.connection).by_id(id)?,
        None => None,
    };
    account.ok_or_else(|| Refusal::not_found(format!("there is no user with the id `{id}`")))
}

fn find_person(session: &Session<'_>, id: &str) -> Result<(Account, Person), Refusal> {
    let account = find(session, id)?;
    match account.kind.clone() {
        AccountKind::Person(person) => Ok((account, person)),
        // They can be deleted by their id, so hiding that they exist would be in vain; W&B shows none all the same.
        AccountKind::Service(_) => Err(Refusal::not_found(format!("there is no user with the id `{id}`"))),
    }
}

fn seat(attribute: &str, word: Option<&str>) -> Result<Option<Seat>, Refusal> {
    let Some(word) = word else {
        return Ok(None);
    };
    match Seat::from_word(word) {
        Some(seat) => Ok(Some(seat)),
        None => Err(Refusal::invalid(format!("`{word}` is no value of `{attribute}`: full, viewer or none"))),
    }
}

fn core(account: &Account) -> Value {
    let id = account.id.to_global();
    json!({
        "schemas": [SCHEMA],
        "id": id,
        "userName": account.username,
        "displayName": account.name,
        "active": account.deactivated_at.is_none(),
        "meta": {
            "resourceType": "User",
            "created": account.created_at.to_string(),
            "lastModified": account.updated_at.to_string(),
            "location": format!("Users/{id}"),
        },
    })
}

fn show(session: &Session<'_>, account: &Account, person: &Person) -> Result<Resource, Refusal> {
    let roles = Members(session.connection).roles_of(account.id)?;
    let mut shown = core(account);
    shown["emails"] = json!({ "Value": person.email, "Display": "", "Type": "", "Primary": true });
    shown["organizationRole"] = json!(person.role.word());
    shown["teamRoles"] =
        roles.iter().map(|(team, role)| json!({ "teamName": team, "roleName": role.name() })).collect();
    shown["groups"] = roles.iter().map(|(team, _)| json!({ "value": team })).collect();
    if !session.deployment.is_multi_tenant() {
        shown["modelsSeat"] = json!(person.models_seat.map(Seat::word));
        shown["weaveRole"] = json!(person.weave_role.map(Seat::word));
    }
    Ok(Resource::new(shown))
}
