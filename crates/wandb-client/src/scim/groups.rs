//! `Groups`: teams, with the people in them. Service accounts are neither shown nor changed here.

use std::collections::HashSet;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{filtered, patch};
use crate::base_url::BaseUrl;
use crate::http::{Effect, Operation, Request};
use crate::ids::UserId;
use crate::membership::MemberChange;
use crate::storage_bucket::StorageBucket;

/// Marks a body as a team.
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Finds a team by its name.
pub(crate) const FIND_GROUP: Operation = Operation { name: "ScimFindGroup", effect: Effect::Read };
/// Finds whether the caller is let in.
pub(crate) const TRY_ACCESS: Operation = Operation { name: "ScimTryAccess", effect: Effect::Read };
/// Lists all teams.
pub(crate) const LIST_GROUPS: Operation = Operation { name: "ScimListGroups", effect: Effect::Read };
/// Makes a team.
pub(crate) const CREATE_GROUP: Operation = Operation { name: "ScimCreateGroup", effect: Effect::Create };
/// Reads a team.
pub(crate) const GET_GROUP: Operation = Operation { name: "ScimGetGroup", effect: Effect::Read };
/// Changes who is in a team. Who left already cannot be taken out again, so it is not sent a second time.
pub(crate) const CHANGE_MEMBERS: Operation = Operation { name: "ScimChangeMembers", effect: Effect::Create };

/// The id of a team in SCIM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct GroupId(String);

impl GroupId {
    /// The team's id as an entity, which is the same.
    pub(crate) fn into_entity(self) -> String {
        self.0
    }
}

/// A team in an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupNode {
    pub(crate) id: GroupId,
    pub(crate) display_name: Option<String>,
    members: Option<Vec<Reference>>,
}

/// W&B answers capital keys where SCIM has small ones.
#[derive(Deserialize)]
struct Reference {
    #[serde(alias = "Value")]
    value: UserId,
}

impl GroupNode {
    /// The people in it.
    pub(crate) fn into_people(self) -> HashSet<UserId> {
        // W&B answers an empty list as null.
        self.members.into_iter().flatten().map(|member| member.value).collect()
    }
}

pub(crate) fn find(base_url: &BaseUrl, team: &str) -> Request {
    filtered(FIND_GROUP, base_url.endpoint(&["scim", "Groups"]), "displayName", team)
}

pub(crate) fn list(base_url: &BaseUrl) -> Request {
    Request::new(LIST_GROUPS, Method::GET, base_url.endpoint(&["scim", "Groups"]))
}

pub(crate) fn create(base_url: &BaseUrl, team: &str, bucket: &StorageBucket) -> Request {
    let body = json!({ "schemas": [SCHEMA], "displayName": team, "storageBucket": bucket.to_json() });
    Request::new(CREATE_GROUP, Method::POST, base_url.endpoint(&["scim", "Groups"]))
        .with_body("application/scim+json", body.to_string().into_bytes())
}

/// The same, for a caller of whom it is not known whether they are let in.
pub(crate) fn find_for_access(base_url: &BaseUrl, team: &str) -> Request {
    filtered(TRY_ACCESS, base_url.endpoint(&["scim", "Groups"]), "displayName", team)
}

pub(crate) fn get(base_url: &BaseUrl, id: &GroupId) -> Request {
    Request::new(GET_GROUP, Method::GET, base_url.endpoint(&["scim", "Groups", &id.0]))
}

/// Makes the changes in the order given; those in a row that add people are one step.
pub(crate) fn change_members(base_url: &BaseUrl, id: &GroupId, changes: &[MemberChange]) -> Request {
    let both_add = |a: &MemberChange, b: &MemberChange| matches!((a, b), (MemberChange::Add(_), MemberChange::Add(_)));
    let steps: Vec<_> = changes.chunk_by(both_add).map(step).collect();
    patch(CHANGE_MEMBERS, base_url.endpoint(&["scim", "Groups", &id.0]), &steps)
}

/// The step of one change, or of some that add people.
fn step(changes: &[MemberChange]) -> Value {
    if let [MemberChange::Remove(user)] = changes {
        // A value in a filter is written as in JSON.
        let path = format!("members[value eq {}]", Value::from(user.as_str()));
        return json!({ "op": "remove", "path": path });
    }
    let people: Vec<_> = changes.iter().map(|change| json!({ "value": change.user().as_str() })).collect();
    json!({ "op": "add", "path": "members", "value": people })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage_bucket::StorageProvider;

    fn base_url() -> BaseUrl {
        "https://example.com".parse().unwrap()
    }

    fn add(id: &str) -> MemberChange {
        MemberChange::Add(UserId::new(id))
    }

    fn remove(id: &str) -> MemberChange {
        MemberChange::Remove(UserId::new(id))
    }

    #[test]
    fn changes_stay_in_order_and_additions_in_a_row_are_one_step() {
        let changes = [add("a"), add("b"), remove("a"), remove("c"), add("a")];
        let request = change_members(&base_url(), &GroupId("RW50aXR5Ojc=".into()), &changes);
        assert_eq!(request.method, Method::PATCH);
        assert_eq!(request.url.as_str(), "https://example.com/scim/Groups/RW50aXR5Ojc=");
        assert_eq!(request.headers["content-type"], "application/scim+json");
        assert_eq!(
            serde_json::from_slice::<Value>(&request.body).unwrap(),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [
                    { "op": "add", "path": "members", "value": [{ "value": "a" }, { "value": "b" }] },
                    { "op": "remove", "path": r#"members[value eq "a"]"# },
                    { "op": "remove", "path": r#"members[value eq "c"]"# },
                    { "op": "add", "path": "members", "value": [{ "value": "a" }] },
                ],
            })
        );
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_a_filter() {
        let request = change_members(&base_url(), &GroupId("g".into()), &[remove(r#"a"] or members[value eq "b"#)]);
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["Operations"][0]["path"], r#"members[value eq "a\"] or members[value eq \"b"]"#);
    }

    #[test]
    fn a_team_is_found_by_its_name_and_read_by_its_id() {
        let request = find(&base_url(), "vision");
        assert_eq!((&request.method, request.url.path()), (&Method::GET, "/scim/Groups"));
        assert_eq!(request.url.query(), Some("filter=displayName+eq+%22vision%22"));
        let request = get(&base_url(), &GroupId("RW50aXR5Ojc=".into()));
        assert_eq!((&request.method, request.url.path()), (&Method::GET, "/scim/Groups/RW50aXR5Ojc="));
    }

    #[test]
    fn a_team_is_made_with_its_bucket() {
        let bucket =
            StorageBucket { path: Some("wandb/".into()), ..StorageBucket::new("acme-runs", StorageProvider::Gcp) };
        let request = create(&base_url(), "vision", &bucket);
        assert_eq!((&request.method, request.url.path()), (&Method::POST, "/scim/Groups"));
        assert_eq!(request.headers["content-type"], "application/scim+json");
        assert_eq!(
            serde_json::from_slice::<Value>(&request.body).unwrap(),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": "vision",
                "storageBucket": { "name": "acme-runs", "provider": "GCP", "path": "wandb/" },
            })
        );
    }

    #[test]
    fn members_come_in_the_form_of_w_and_b_and_of_scim() {
        let people = |members: Value| {
            let group: GroupNode = serde_json::from_value(json!({ "id": "g", "members": members })).unwrap();
            let mut people: Vec<_> = group.into_people().into_iter().map(|user| user.as_str().to_owned()).collect();
            people.sort();
            people
        };
        assert_eq!(people(json!([{ "Value": "a", "Ref": "Users/a", "Type": "User", "Display": "ada" }])), ["a"]);
        assert_eq!(people(json!([{ "value": "b" }, { "value": "a" }])), ["a", "b"]);
        assert!(people(Value::Null).is_empty());
    }
}
