//! The data source `wandb_team`.

use tfplugin::schema::{list_of, string};
use tfplugin::{Attr, Context, DataSource, Model, Result, Schema};
use wandb_client::{AccountType, Member};

use crate::error::Explain as _;
use crate::provider::Connection;
use crate::visibility;

/// `wandb_team`.
pub(crate) struct TeamDataSource;

#[derive(Model)]
pub(crate) struct TeamModel {
    id: Attr<String>,
    name: Attr<String>,
    members: Attr<Vec<MemberModel>>,
    service_accounts: Attr<Vec<AccountModel>>,
}

#[derive(Model)]
struct MemberModel {
    id: Attr<String>,
    username: Attr<String>,
    email: Attr<String>,
    name: Attr<String>,
    role: Attr<String>,
    status: Attr<String>,
}

#[derive(Model)]
struct AccountModel {
    id: Attr<String>,
    name: Attr<String>,
    username: Attr<String>,
    role: Attr<String>,
}

impl DataSource for TeamDataSource {
    const TYPE_NAME: &'static str = "wandb_team";
    type Data = Connection;
    type Model = TeamModel;

    fn schema(&self) -> Schema {
        let member = Schema::new("")
            .computed("id", string("The account's id; of a pending invitation, the invitation's."))
            .computed("username", string("The account's username. Null for an invitation to someone without one."))
            .computed("email", string("The person's email address."))
            .computed("name", string("The person's display name."))
            .computed(
                "role",
                string("The role in the team, or that of the invitation. Null where the server is too old to tell."),
            )
            .computed("status", string("`active`, or `pending` as long as an invitation was not accepted."));
        let account = Schema::new("")
            .computed("id", string("The account's id."))
            .computed("name", string("The account's name."))
            .computed("username", string("The username that W&B chose for the account."))
            .computed("role", string("The role in the team. Null where the server is too old to tell."));
        Schema::new("A W&B team, the people in it and its service accounts.")
            .required("name", string("The team's name."))
            .computed("id", string("The team's id."))
            .computed(
                "members",
                list_of(member, "The people in the team and the invitations to it. Null where they are hidden."),
            )
            .computed(
                "service_accounts",
                list_of(account, "The service accounts in the team. Null where they are hidden."),
            )
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, config: TeamModel) -> Result<TeamModel> {
        let name = config.name.get()?;
        let found = cx.provider().client.team(name).await.explain(&format!("read the team \"{name}\""))?;
        let team = found.ok_or_else(|| visibility::team_not_found(cx.provider(), name).at("name"))?;
        let all = team.members.as_deref();
        let is_account = |member: &&Member| member.account_type == AccountType::Service;
        let members = all.map(|all| all.iter().filter(|member| !is_account(member)).map(MemberModel::from).collect());
        let accounts = all.map(|all| all.iter().filter(is_account).map(AccountModel::from).collect());
        Ok(TeamModel {
            id: team.id.clone().into(),
            members: members.into(),
            service_accounts: accounts.into(),
            ..config
        })
    }
}

impl From<&Member> for MemberModel {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string().into(),
            username: member.username.clone().into(),
            email: member.email.clone().into(),
            name: member.name.clone().into(),
            role: role(member),
            status: if member.pending { "pending" } else { "active" }.into(),
        }
    }
}

impl From<&Member> for AccountModel {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string().into(),
            name: member.name.clone().into(),
            username: member.username.clone().into(),
            role: role(member),
        }
    }
}

/// Admins are known on every server.
fn role(member: &Member) -> Attr<String> {
    if member.admin { "admin".into() } else { member.role.clone().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(TeamDataSource.schema().agrees_with::<TeamModel>(), Ok(()));
    }
}
