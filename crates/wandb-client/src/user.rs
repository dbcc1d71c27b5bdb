//! People, by their names.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::graphql::{Connection, Document};
use crate::http::Effect;
use crate::ids::UserId;
use crate::names;
use crate::scim::users::UserNode as ScimUser;
use crate::scim::{self, List, users};

/// The name of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person<'a> {
    /// The unique name of the account.
    Username(&'a str),
    /// The address.
    Email(&'a str),
}

/// A person who has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The unique name.
    pub username: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The display name.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    users: Option<Connection<UserNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserNode {
    id: UserId,
    username: Option<String>,
    email: Option<String>,
    name: Option<String>,
    deleted_at: Option<IgnoredAny>,
}

pub(crate) fn users_document() -> Document {
    Document::new("Users", Effect::Read, include_str!("graphql/documents/users.graphql"))
}

impl<'a> Person<'a> {
    /// The name itself.
    fn name(self) -> &'a str {
        match self {
            Self::Username(name) | Self::Email(name) => name,
        }
    }

    /// What someone has in place of this name.
    fn name_of(self, user: &User) -> Option<&str> {
        match self {
            Self::Username(_) => user.username.as_deref(),
            Self::Email(_) => user.email.as_deref(),
        }
    }

    fn among(self, users: impl IntoIterator<Item = User>, operation: &'static str) -> Result<Option<User>, Error> {
        names::find(users, self.name(), |user| self.name_of(user)).map_err(|kind| Error::of(operation, kind))
    }
}

impl Client {
    /// A person who has an account, compared without regard to case: by SCIM, else among those whom GraphQL shows this
    /// caller. None if there is nobody of that name, or nobody whom a caller sees who may not use SCIM. Who was deleted
    /// or deactivated is nobody.
    pub async fn find_user(&self, person: Person<'_>) -> Result<Option<User>, Error> {
        if self.inner().scim_hides_people.get().is_none() {
            match self.find_user_by_scim(person).await {
                Err(error) if error.is_forbidden() || error.is_unsupported() => {
                    self.inner().scim_hides_people.get_or_init(|| ());
                }
                result => return result,
            }
        }
        let document = users_document();
        let data: Data = self.graphql(&document, &json!({ "query": person.name() })).await?;
        // The server looks for the text anywhere and answers others as well.
        let users = data.users.map(Connection::into_visible).unwrap_or_default();
        person.among(users.into_iter().filter_map(UserNode::into_active), document.operation().name)
    }

    /// The same for a caller who looks for many people, and may use SCIM: all people are asked for in one request, and
    /// remembered for as long as what is read of teams. Where the server does not show them all, each is asked for.
    pub async fn find_user_among_all(&self, person: Person<'_>) -> Result<Option<User>, Error> {
        let client = self.clone();
        let load = || async move {
            let list: List<ScimUser> = client.scim(|| users::all(client.base_url()), scim::read).await?;
            let people = list.into_all(users::LIST_USERS, "all people")?;
            Ok(people.into_iter().filter_map(ScimUser::into_active).collect())
        };
        match self.inner().people.get((), load).await {
            Ok(people) => {
                let folded = person.name().to_lowercase();
                let is_alike = |user: &&User| person.name_of(user).is_some_and(|name| name.to_lowercase() == folded);
                person.among(people.iter().filter(is_alike).cloned(), users::LIST_USERS.name)
            }
            Err(error) if error.is_forbidden() || error.is_unsupported() || error.is_not_visible() => {
                self.find_user(person).await
            }
            Err(error) => Err(error),
        }
    }

    /// Whether an account of this id lives, in teams or in none: a person or a service account, looked for by a name of it.
    /// False is not "gone": the account may have another name by now, or be one that the caller cannot see.
    pub async fn sees_account(&self, id: &UserId, name: &str) -> Result<bool, Error> {
        let data: Data = self.graphql(&users_document(), &json!({ "query": name })).await?;
        let users = data.users.map(Connection::into_visible).unwrap_or_default();
        Ok(users.into_iter().filter_map(UserNode::into_active).any(|user| user.id == *id))
    }

    async fn find_user_by_scim(&self, person: Person<'_>) -> Result<Option<User>, Error> {
        let list: List<ScimUser> = self.scim(|| users::find(self.base_url(), person), scim::read).await?;
        let (users, is_whole) = list.into_items();
        match person.among(users.into_iter().filter_map(ScimUser::into_active), users::FIND_USER.name)? {
            None if !is_whole => {
                Err(Error::of(users::FIND_USER.name, ErrorKind::NotVisible { what: "all people".to_owned() }))
            }
            user => Ok(user),
        }
    }
}

impl UserNode {
    /// The person, unless deleted.
    fn into_active(self) -> Option<User> {
        let Self { id, username, email, name, deleted_at } = self;
        deleted_at.is_none().then_some(User { id, username, email, name })
    }
}
