//! The data source `wandb_user`.

use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Attr, Context, DataSource, Diagnostic, Diagnostics, Model, Result, Schema};
use wandb_client::Person;

use crate::error::Explain as _;
use crate::provider::Connection;
use crate::visibility;

/// `wandb_user`.
pub(crate) struct UserDataSource;

#[derive(Model)]
pub(crate) struct UserModel {
    id: Attr<String>,
    username: Attr<String>,
    email: Attr<String>,
    name: Attr<String>,
}

impl DataSource for UserDataSource {
    const TYPE_NAME: &'static str = "wandb_user";
    type Data = Connection;
    type Model = UserModel;

    fn schema(&self) -> Schema {
        Schema::new(
            "A person with an account in the organization. Admins of the organization find everyone, other accounts those \
             who are in a team with them.",
        )
        .optional_computed(
            "username",
            string("The username, in any case. Exactly one of `username` and `email` is to be set.")
                .validate(not_blank()),
        )
        .optional_computed("email", string("The email address, in any case.").validate(not_blank()))
        .computed("id", string("The account's id."))
        .computed("name", string("The display name."))
    }

    fn validate(&self, config: &UserModel, report: &mut Diagnostics) {
        let detail = match (&config.username, &config.email) {
            (Attr::Null, Attr::Null) => "Neither `username` nor `email` is set, so it is not said who is looked for.",
            (Attr::Known(_), Attr::Known(_)) => {
                "Both `username` and `email` are set, and they may mean different people."
            }
            _ => return,
        };
        report.push(
            Diagnostic::error("One of `username` and `email` needed", format!("{detail} Set exactly one of them."))
                .at("username"),
        );
    }

    async fn read(&self, cx: &mut Context<'_, Connection>, config: UserModel) -> Result<UserModel> {
        let (username, email) = (config.username.get_optional()?, config.email.get_optional()?);
        let (person, attribute, name) = match (username, email) {
            (Some(name), _) => (Person::Username(name), "username", name),
            (None, Some(name)) => (Person::Email(name), "email", name),
            (None, None) => return Err(Diagnostic::bug("A person is looked for without a name.").into()),
        };
        let found = cx.provider().client.find_user(person).await.explain(&format!("look for \"{name}\""))?;
        let not_found = || {
            Diagnostic::error(
                "Person not found",
                format!(
                    "Nobody whom the account {} can see has the {} \"{name}\". Check the spelling, or use the credential \
                     of an admin of the organization.",
                    visibility::caller(cx.provider()),
                    if attribute == "email" { "email address" } else { attribute },
                ),
            )
            .at(attribute)
        };
        let user = found.ok_or_else(not_found)?;
        Ok(UserModel {
            id: user.id.to_string().into(),
            // What is configured stays as it is written.
            username: username.cloned().or(user.username).into(),
            email: email.cloned().or(user.email).into(),
            name: user.name.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(UserDataSource.schema().agrees_with::<UserModel>(), Ok(()));
    }
}
