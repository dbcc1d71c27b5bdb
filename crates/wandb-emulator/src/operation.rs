//! What a request asks for, in names that can be counted and matched.

use axum::http::Method;

use crate::graphql::GraphqlOperation;

/// The operation of a request.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// A GraphQL operation that could be read.
    Graphql(GraphqlOperation),
    /// Anything else, by method and route.
    Route(String),
}

/// The routes of SCIM, of the token exchange and of the file stream, as they are counted.
const ROUTES: [&str; 19] = [
    "GET /scim/Users",
    "POST /scim/Users",
    "GET /scim/Users/{id}",
    "PATCH /scim/Users/{id}",
    "DELETE /scim/Users/{id}",
    "GET /scim/Groups",
    "POST /scim/Groups",
    "GET /scim/Groups/{id}",
    "PATCH /scim/Groups/{id}",
    "PUT /scim/Groups/{id}",
    "GET /scim/Roles",
    "POST /scim/Roles",
    "GET /scim/Roles/{id}",
    "PATCH /scim/Roles/{id}",
    "PUT /scim/Roles/{id}",
    "DELETE /scim/Roles/{id}",
    "POST /files/{entity}/{project}/{run}/file_stream",
    "POST /oidc/token",
    "POST /graphql",
];

/// Whether requests are counted under this name because of their route.
pub(crate) fn is_route(label: &str) -> bool {
    ROUTES.contains(&label)
}

impl Operation {
    /// The operation of this method and path, where it is not a GraphQL one.
    pub(crate) fn of_route(method: &Method, path: &str) -> Self {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let route = match segments.as_slice() {
            ["scim", resource @ ("Users" | "Groups" | "Roles")] => format!("/scim/{resource}"),
            ["scim", resource @ ("Users" | "Groups" | "Roles"), _] => format!("/scim/{resource}/{{id}}"),
            ["files", _, _, _, "file_stream"] => "/files/{entity}/{project}/{run}/file_stream".to_owned(),
            ["graphql"] => "/graphql".to_owned(),
            ["oidc", "token"] => "/oidc/token".to_owned(),
            _ => return Self::Route("unknown".to_owned()),
        };
        Self::Route(format!("{method} {route}"))
    }

    /// The names under which it is counted, and by which faults find it.
    pub(crate) fn labels(&self) -> Vec<String> {
        match self {
            Self::Graphql(operation) => operation.fields.clone(),
            Self::Route(route) => vec![route.clone()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_named_without_ids() {
        let label = |method, path| Operation::of_route(&method, path).labels().join(",");
        assert_eq!(label(Method::GET, "/scim/Users"), "GET /scim/Users");
        assert_eq!(label(Method::PATCH, "/scim/Groups/RW50aXR5OjE="), "PATCH /scim/Groups/{id}");
        assert_eq!(label(Method::POST, "/oidc/token"), "POST /oidc/token");
        let stream = "POST /files/{entity}/{project}/{run}/file_stream";
        assert_eq!(label(Method::POST, "/files/research/vision/8x2k/file_stream"), stream);
        assert_eq!(label(Method::GET, "/scim/Users/1/2"), "unknown");
    }
}
