//! Finding a service account by what people call it.

use tfplugin::{Attr, Diagnostic, Result};
use wandb_client::ServiceAccount;

use super::id;
use super::resource::{AuthenticationMethod, Scope, ServiceAccountModel};
use crate::error::Explain as _;
use crate::provider::Connection;
use crate::{import_id, visibility};

/// The forms of an import id.
const FORMS: &str = "TEAM/NAME` or `organization/DEFAULT_TEAM/NAME";

/// What an import names.
pub(super) struct Target {
    scope: Scope,
    team: String,
    /// The name, or the id written as `id:...`.
    name: String,
}

impl Target {
    /// Reads an import id.
    pub(super) fn parse(id: &str) -> Result<Self> {
        if let Ok([scope, team, name]) = import_id::parts(id, FORMS)
            && scope == Scope::Organization.as_str()
        {
            return Ok(Self { scope: Scope::Organization, team, name });
        }
        let [team, name] = import_id::parts(id, FORMS)?;
        Ok(Self { scope: Scope::Team, team, name })
    }

    /// The account of this id, which the team shows.
    pub(super) fn by_id(team: &str, id: &str) -> Self {
        Self { scope: Scope::Team, team: team.to_owned(), name: format!("id:{id}") }
    }

    /// The account's state, in which what W&B does not tell is null.
    pub(super) async fn import(self, connection: &Connection) -> Result<ServiceAccountModel> {
        let Self { scope, team, name } = self;
        let account = find(connection, &team, &name).await?;
        // An id that is copied from another state may say that the account is federated.
        let is_federated = name.strip_prefix("id:").is_some_and(|id| id::is_federated(&id.into()));
        let id = if is_federated { id::federated(&account.id) } else { account.id.to_string().into() };
        let name = if account.has_name(&name) { name } else { account.name };
        let team = Attr::from(team);
        let state = ServiceAccountModel {
            id,
            name: name.into(),
            scope: scope.into(),
            team: Attr::Null,
            default_team: Attr::Null,
            subject: Attr::Null,
            authentication_method: Attr::Null,
            force_destroy: Attr::Null,
        };
        Ok(match scope {
            Scope::Team => ServiceAccountModel { team, ..state },
            // These are always built-in.
            Scope::Organization => ServiceAccountModel {
                default_team: team,
                authentication_method: AuthenticationMethod::ApiKey.into(),
                ..state
            },
        })
    }
}

/// The account that a team shows, by its name, or by its id written as `id:...`.
pub(crate) async fn find(connection: &Connection, team: &str, name: &str) -> Result<ServiceAccount> {
    choose(named(connection, team, name).await?, team, name)
}

/// The accounts that a team shows.
pub(super) async fn all(connection: &Connection, team: &str) -> Result<Vec<ServiceAccount>> {
    seen(connection, team, connection.client.service_accounts(team).await)
}

/// Those of a team's accounts that are named so.
pub(super) async fn named(connection: &Connection, team: &str, name: &str) -> Result<Vec<ServiceAccount>> {
    let is_named = |account: &ServiceAccount| match name.strip_prefix("id:") {
        Some(id) => account.id == id::of_api(id),
        None => account.has_name(name),
    };
    seen(connection, team, connection.client.service_accounts_where(team, is_named).await)
}

fn seen(
    connection: &Connection,
    team: &str,
    accounts: std::result::Result<Vec<ServiceAccount>, wandb_client::Error>,
) -> Result<Vec<ServiceAccount>> {
    match accounts {
        Err(error) if error.is_not_visible() => Err(visibility::team_not_found(connection, team).into()),
        accounts => accounts.explain(&format!("read the service accounts of the team \"{team}\"")),
    }
}

/// The one account that is named so.
pub(super) fn choose(mut found: Vec<ServiceAccount>, team: &str, name: &str) -> Result<ServiceAccount> {
    match found.len() {
        0 => Err(Diagnostic::error(
            "Service account not found",
            format!("The team \"{team}\" has no service account \"{name}\"."),
        )
        .into()),
        1 => Ok(found.remove(0)),
        _ => {
            let ids: Vec<String> =
                found.iter().map(|account| format!("  {}/id:{}", import_id::encode(team), account.id)).collect();
            Err(Diagnostic::error(
                "Several service accounts of this name",
                format!(
                    "The team \"{team}\" has several service accounts named \"{name}\". Name the one that is meant by \
                     its id:\n\n{}",
                    ids.join("\n")
                ),
            )
            .into())
        }
    }
}
