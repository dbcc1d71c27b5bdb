//! `Users`: people. Service accounts can be deleted here and are otherwise not shown.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{filtered, patch};
use crate::base_url::BaseUrl;
use crate::http::{Effect, Operation, Request};
use crate::ids::UserId;
use crate::user::{Person, User};

/// Marks a body as an account.
const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Marks the part of an account that says its teams.
const TEAMS_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:teams:2.0:User";

/// Finds people by a name of theirs.
pub(crate) const FIND_USER: Operation = Operation { name: "ScimFindUser", effect: Effect::Read };
/// Lists all people.
pub(crate) const LIST_USERS: Operation = Operation { name: "ScimListUsers", effect: Effect::Read };
/// Sets a person's role in a team.
pub(crate) const SET_TEAM_ROLE: Operation = Operation { name: "ScimSetTeamRole", effect: Effect::Set };
/// Makes a service account of the organization.
pub(crate) const CREATE_ORGANIZATION_ACCOUNT: Operation =
    Operation { name: "ScimCreateServiceAccount", effect: Effect::Create };
/// Deletes a person or a service account.
pub(crate) const DELETE_USER: Operation = Operation { name: "ScimDeleteUser", effect: Effect::Delete };

pub(crate) fn find(base_url: &BaseUrl, person: Person<'_>) -> Request {
    let (attribute, value) = match person {
        Person::Username(username) => ("userName", username),
        Person::Email(email) => ("emails.value", email),
    };
    filtered(FIND_USER, base_url.endpoint(&["scim", "Users"]), attribute, value)
}

/// Lists all people.
pub(crate) fn all(base_url: &BaseUrl) -> Request {
    Request::new(LIST_USERS, Method::GET, base_url.endpoint(&["scim", "Users"]))
}

pub(crate) fn set_team_role(base_url: &BaseUrl, id: &UserId, team: &str, role: &str) -> Request {
    let roles = json!([{ "teamName": team, "roleName": role }]);
    let url = base_url.endpoint(&["scim", "Users", id.as_str()]);
    patch(SET_TEAM_ROLE, url, &[json!({ "op": "replace", "path": "teamRoles", "value": roles })])
}

pub(crate) fn create_organization_account(base_url: &BaseUrl, default_team: &str, username: &str) -> Request {
    let body = json!({
        "schemas": [USER_SCHEMA, TEAMS_SCHEMA],
        "accountType": "ORG_SERVICE",
        "userName": username,
        (TEAMS_SCHEMA): { "defaultTeam": default_team },
    });
    let url = base_url.endpoint(&["scim", "Users"]);
    Request::new(CREATE_ORGANIZATION_ACCOUNT, Method::POST, url)
        .with_body("application/scim+json", body.to_string().into_bytes())
}

pub(crate) fn delete(base_url: &BaseUrl, id: &UserId) -> Request {
    Request::new(DELETE_USER, Method::DELETE, base_url.endpoint(&["scim", "Users", id.as_str()]))
}

/// An account that was just made.
#[derive(Deserialize)]
pub(crate) struct CreatedNode {
    pub(crate) id: UserId,
}

/// A person in an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserNode {
    id: UserId,
    user_name: Option<String>,
    display_name: Option<String>,
    emails: Option<Emails>,
    active: Option<bool>,
}

/// W&B answers one address where SCIM has a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Emails {
    One(Email),
    Many(Vec<Email>),
}

/// W&B answers capital keys where SCIM has small ones.
#[derive(Deserialize)]
struct Email {
    #[serde(alias = "Value")]
    value: Option<String>,
    #[serde(alias = "Primary")]
    primary: Option<bool>,
}

impl UserNode {
    /// The person, unless deactivated.
    pub(crate) fn into_active(self) -> Option<User> {
        if self.active == Some(false) {
            return None;
        }
        let email = self.emails.and_then(Emails::into_primary);
        Some(User { id: self.id, username: self.user_name, email, name: self.display_name })
    }
}

impl Emails {
    /// The address that is marked as the primary one, else the first.
    fn into_primary(self) -> Option<String> {
        let mut emails = match self {
            Self::One(email) => vec![email],
            Self::Many(emails) => emails,
        };
        // The sort is stable.
        emails.sort_by_key(|email| email.primary != Some(true));
        emails.into_iter().find_map(|email| email.value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn base_url() -> BaseUrl {
        "https://example.com".parse().unwrap()
    }

    #[test]
    fn a_delete_is_one_request_on_the_object() {
        let request = delete(&base_url(), &UserId::new("VXNlcjoxMg=="));
        assert_eq!(request.method, Method::DELETE);
        assert_eq!(request.url.as_str(), "https://example.com/scim/Users/VXNlcjoxMg==");
        assert!(request.body.is_empty() && request.headers.is_empty());
    }

    #[test]
    fn an_account_of_the_organization_has_a_default_team() {
        let request = create_organization_account(&base_url(), "vision", "platform");
        assert_eq!((&request.method, request.url.path()), (&Method::POST, "/scim/Users"));
        assert_eq!(request.headers["content-type"], "application/scim+json");
        assert_eq!(
            serde_json::from_slice::<Value>(&request.body).unwrap(),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                            "urn:ietf:params:scim:schemas:extension:teams:2.0:User"],
                "accountType": "ORG_SERVICE",
                "userName": "platform",
                "urn:ietf:params:scim:schemas:extension:teams:2.0:User": { "defaultTeam": "vision" },
            })
        );
    }

    #[test]
    fn people_are_found_by_a_quoted_value() {
        for (person, expected) in [
            (Person::Username("ada"), r#"userName eq "ada""#),
            (Person::Email("ada+x@acme.example"), r#"emails.value eq "ada+x@acme.example""#),
            (Person::Username(r#"" or "a" eq "a"#), r#"userName eq "\" or \"a\" eq \"a""#),
        ] {
            let request = find(&base_url(), person);
            assert_eq!((&request.method, request.url.path()), (&Method::GET, "/scim/Users"));
            let query: Vec<_> = request.url.query_pairs().collect();
            assert_eq!(query, [("filter".into(), expected.into())]);
        }
    }

    #[test]
    fn a_role_is_set_in_one_team_and_no_other() {
        let request = set_team_role(&base_url(), &UserId::new("VXNlcjox"), "vision", "viewer");
        assert_eq!(request.method, Method::PATCH);
        assert_eq!(request.url.as_str(), "https://example.com/scim/Users/VXNlcjox");
        assert_eq!(request.headers["content-type"], "application/scim+json");
        assert_eq!(
            serde_json::from_slice::<Value>(&request.body).unwrap(),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "replace", "path": "teamRoles",
                                 "value": [{ "teamName": "vision", "roleName": "viewer" }] }],
            })
        );
    }

    #[test]
    fn addresses_come_in_the_form_of_w_and_b_and_of_scim() {
        for (emails, expected) in [
            (json!({ "Value": "a@x", "Display": "", "Type": "", "Primary": true }), Some("a@x")),
            (json!([{ "value": "b@x" }, { "primary": true, "value": "a@x" }]), Some("a@x")),
            (json!([{ "value": "a@x" }, { "value": "b@x" }]), Some("a@x")),
            (json!([]), None),
            (Value::Null, None),
        ] {
            let user: UserNode = serde_json::from_value(json!({ "id": "VXNlcjox", "emails": emails })).unwrap();
            assert_eq!(user.into_active().unwrap().email.as_deref(), expected, "{emails}");
        }
    }

    #[test]
    fn who_was_deactivated_is_nobody() {
        let user: UserNode = serde_json::from_value(json!({ "id": "VXNlcjox", "active": false })).unwrap();
        assert_eq!(user.into_active(), None);
    }
}
