//! The data source `wandb_team`.

use tfplugin::schema::{boolean, list_of, string};
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
}

#[derive(Model)]
struct MemberModel {
    id: Attr<String>,
    username: Attr<String>,
    email: Attr<String>,
    name: Attr<String>,
    role: Attr<String>,
    pending: Attr<bool>,
    service_account: Attr<bool>,
}

impl DataSource for TeamDataSource {
    const TYPE_NAME: &'static str = "wandb_team";
    type Data = Connection;
    type Model = TeamModel;

    fn schema(&self) -> Schema {
        let member = Schema::new("")
            .computed("id", string("The account's id; of a pending invitation, the invitation's."))
            .computed("username", string("The account's username."))
            .computed("email", string("The account's email address. Service accounts have none."))
            .computed("name", string("The account's display name."))
            .computed("role", string("The role in the team. Null where the server is too old to tell."))
            .computed("pending", boolean("Whether this is an invitation that was not accepted yet."))
            .computed("service_account", boolean("Whether this is a service account."));
        Schema::new("A W&B team and who is in it.")
            .required("name", string("The team's name."))
            .computed("id", string("The team's id."))
            .computed(
                "members",
                list_of(
                    member,
                    "The people, invitations and service accounts in the team. Null where they are hidden.",
                ),
            )
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, config: TeamModel) -> Result<TeamModel> {
        let name = config.name.get()?;
        let found = cx.provider().client.team(name).await.explain(&format!("read the team \"{name}\""))?;
        let team = found.ok_or_else(|| visibility::team_not_found(cx.provider(), name).at("name"))?;
        let members = team.members.as_ref().map(|members| members.iter().map(MemberModel::from).collect::<Vec<_>>());
        Ok(TeamModel { id: team.id.clone().into(), members: members.into(), ..config })
    }
}

impl From<&Member> for MemberModel {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.to_string().into(),
            username: member.username.clone().into(),
            email: member.email.clone().into(),
            name: member.name.clone().into(),
            role: member.role.clone().into(),
            pending: member.pending.into(),
            service_account: (member.account_type == AccountType::Service).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(TeamDataSource.schema().agrees_with::<TeamModel>(), Ok(()));
    }
}
