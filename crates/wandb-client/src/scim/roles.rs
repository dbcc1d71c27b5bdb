//! `Roles`: the organization's own roles.

use http::Method;
use serde::Deserialize;

use crate::base_url::BaseUrl;
use crate::http::{Effect, Operation, Request};

/// Lists the roles.
pub(crate) const LIST_ROLES: Operation = Operation { name: "ScimListRoles", effect: Effect::Read };

/// A role in an answer.
#[derive(Deserialize)]
pub(crate) struct RoleNode {
    pub(crate) name: Option<String>,
}

pub(crate) fn all(base_url: &BaseUrl) -> Request {
    Request::new(LIST_ROLES, Method::GET, base_url.endpoint(&["scim", "Roles"]))
}
