//! Everything that the backend knows, less the digests of secrets.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::ids::GlobalId as _;
use crate::store::{
    Account, AccountKind, Accounts, ApiKeys, Authentication, Entities, Entity, Invitations, Members, Organization,
    Projects, Roles, Run, Runs,
};

pub(super) fn dump(connection: &Connection) -> rusqlite::Result<Value> {
    let organization = Organization(connection).get()?;
    let accounts: Vec<Account> = Accounts(connection).all()?;
    let accounts: Vec<Value> =
        accounts.iter().map(|account| dump_account(connection, account)).collect::<Result<_, _>>()?;
    let teams: Vec<Value> =
        Entities(connection).teams()?.iter().map(|team| dump_team(connection, team)).collect::<Result<_, _>>()?;
    let roles: Vec<Value> = Roles(connection)
        .all()?
        .iter()
        .map(|role| {
            json!({
                "id": role.id.to_global(),
                "name": role.name,
                "description": role.description,
                "inherited_from": role.inherited_from.word(),
                "permissions": role.permissions,
            })
        })
        .collect();
    let runs: Vec<Value> =
        Runs(connection).all()?.iter().map(|run| dump_run(connection, run)).collect::<Result<_, _>>()?;
    Ok(json!({
        "organization": organization.name,
        "deployment": organization.deployment.kind().to_string(),
        "version": organization.deployment.version().map(|version| version.to_string()),
        "settings": organization.settings,
        "accounts": accounts,
        "teams": teams,
        "roles": roles,
        "runs": runs,
    }))
}

fn dump_account(connection: &Connection, account: &Account) -> rusqlite::Result<Value> {
    let keys: Vec<Value> = ApiKeys(connection)
        .of(account.id)?
        .iter()
        .map(|key| {
            json!({
                "id": key.id.to_global(),
                "key_id": key.key_id,
                "description": key.description,
                "created_at": key.created_at,
                "last_used_at": key.last_used_at,
            })
        })
        .collect();
    let mut dumped = json!({
        "id": account.id.to_global(),
        "username": account.username,
        "name": account.name,
        "created_at": account.created_at,
        "deactivated_at": account.deactivated_at,
        "api_keys": keys,
    });
    match &account.kind {
        AccountKind::Person(person) => {
            dumped["kind"] = json!("person");
            dumped["email"] = json!(person.email);
            dumped["organization_role"] = json!(person.role.word());
            dumped["instance_admin"] = json!(person.instance_admin);
        }
        AccountKind::Service(service) => {
            let (method, subject) = match &service.authentication {
                Authentication::BuiltIn => ("api_key", None),
                Authentication::Federated { subject } => ("federated_identity", Some(subject)),
            };
            dumped["kind"] = json!("service_account");
            dumped["scope"] = json!(service.scope.word());
            dumped["authentication_method"] = json!(method);
            dumped["subject"] = json!(subject);
            dumped["default_team"] = json!(Entities(connection).by_id(service.default_team)?.map(|team| team.name));
        }
    }
    Ok(dumped)
}

fn dump_team(connection: &Connection, team: &Entity) -> rusqlite::Result<Value> {
    let members: Vec<Value> = Members(connection)
        .of_team(team.id)?
        .iter()
        .map(|member| {
            json!({
                "id": member.account.id.to_global(),
                "username": member.account.username,
                "role": member.role.name(),
            })
        })
        .collect();
    let invitations: Vec<Value> = Invitations(connection)
        .of_team(team.id)?
        .iter()
        .map(|invitation| {
            json!({ "id": invitation.id.to_global(), "email": invitation.email, "admin": invitation.admin })
        })
        .collect();
    Ok(json!({
        "id": team.id.to_global(),
        "name": team.name,
        "storage_bucket": team.storage_bucket,
        "members": members,
        "invitations": invitations,
    }))
}

fn dump_run(connection: &Connection, run: &Run) -> rusqlite::Result<Value> {
    let project = Projects(connection).by_id(run.project)?;
    let entity = match &project {
        Some(project) => Entities(connection).by_id(project.entity)?,
        None => None,
    };
    let username = |account| match account {
        Some(account) => Ok::<_, rusqlite::Error>(Accounts(connection).by_id(account)?.map(|account| account.username)),
        None => Ok(None),
    };
    Ok(json!({
        "id": run.id.to_global(),
        "entity": entity.map(|entity| entity.name),
        "project": project.map(|project| project.name),
        "name": run.name,
        "state": run.state.word(),
        "author": username(run.author)?,
        "user": username(run.user)?,
        "history_lines": run.history_lines,
    }))
}
