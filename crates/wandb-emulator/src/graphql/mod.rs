//! The GraphQL API.

mod connection;
mod contract;
mod entity;
mod key;
mod mutation;
mod query;
mod resolvers;
mod run;
mod schema;
mod user;
mod variables;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::dynamic::{DynamicRequestExt as _, FieldValue, Schema};
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{Response, Value, Variables};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

pub use contract::{ContractError, Coordinate, NotACoordinate};

use crate::auth::OnBehalfOf;
use crate::backend::Backend;
use crate::deployment::Deployment;
use crate::store::Account;
use contract::Contract;
use resolvers::{Request, Resolvers, Root, code};
use variables::VariableRule;

/// The GraphQL API of one server.
#[derive(Debug)]
pub(crate) struct GraphqlApi {
    schema: Schema,
    variables: VariableRule,
}

/// One request, parsed.
#[derive(Debug, Clone)]
pub(crate) struct GraphqlCall {
    document: ExecutableDocument,
    variables: Variables,
    operation_name: Option<String>,
}

/// What a request asks for, as far as it may be written down: names, and no values.
#[derive(Debug, Clone)]
pub(crate) struct GraphqlOperation {
    /// The operation's name in the document.
    pub(crate) name: Option<String>,
    /// The fields of the root, by their own names.
    pub(crate) fields: Vec<String>,
}

/// A request that is no valid one of GraphQL, with what is wrong.
#[derive(Debug)]
pub(crate) struct NotGraphql(String);

impl IntoResponse for NotGraphql {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "errors": [{ "message": self.0 }] }))).into_response()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    query: String,
    #[serde(default)]
    variables: Option<Variables>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default, rename = "extensions")]
    _extensions: serde::de::IgnoredAny,
}

impl GraphqlApi {
    pub(crate) fn new(deployment: Deployment, lacks: &BTreeSet<Coordinate>) -> Result<Self, ContractError> {
        let mut resolvers = Resolvers::default();
        query::register(&mut resolvers);
        mutation::register(&mut resolvers);
        user::register(&mut resolvers);
        entity::register(&mut resolvers);
        key::register(&mut resolvers);
        run::register(&mut resolvers);
        let whole = Contract::whole()?;
        if let Some(coordinate) = resolvers.coordinates().find(|coordinate| !whole.defines(coordinate)) {
            return Err(ContractError::NoField(coordinate.clone()));
        }
        let contract = whole.offered_by(deployment, lacks)?;
        Ok(Self { schema: schema::build(&contract, resolvers)?, variables: VariableRule::of(&contract) })
    }

    /// The schema that is served, as SDL.
    pub(crate) fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Whether a query or mutation can ask for this field.
    pub(crate) fn has_root_field(&self, name: &str) -> bool {
        self.variables.has_root_field(name)
    }

    /// Executes a request for a caller.
    pub(crate) async fn answer(
        &self,
        backend: &Arc<Backend>,
        caller: Arc<Account>,
        on_behalf_of: OnBehalfOf,
        call: GraphqlCall,
    ) -> axum::response::Response {
        if let Err(misused) = self.variables.check(&call.document) {
            return NotGraphql(misused.to_string()).into_response();
        }
        let mut request = async_graphql::Request::new(String::new()).variables(call.variables);
        request.set_parsed_query(call.document);
        if let Some(name) = call.operation_name {
            request = request.operation_name(name);
        }
        let request = request
            .data(Request { backend: Arc::clone(backend), caller, on_behalf_of })
            .root_value(FieldValue::owned_any(Arc::new(Root)));
        let response = self.schema.execute(request).await;
        (status(&response), Json(response)).into_response()
    }
}

impl GraphqlCall {
    /// Parses a request's body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, NotGraphql> {
        let body: Body = serde_json::from_slice(body).map_err(|error| NotGraphql(error.to_string()))?;
        let document =
            async_graphql::parser::parse_query(&body.query).map_err(|error| NotGraphql(error.to_string()))?;
        Ok(Self {
            document,
            variables: body.variables.unwrap_or_default(),
            operation_name: body.operation_name.filter(|name| !name.is_empty()),
        })
    }

    /// What it asks for; none if it does not say which of several operations.
    pub(crate) fn operation(&self) -> Option<GraphqlOperation> {
        let mut operations = self.document.operations.iter();
        let (name, operation) = match &self.operation_name {
            Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name.as_str() == wanted))?,
            None => operations.next().filter(|_| operations.next().is_none())?,
        };
        let mut fields = Vec::new();
        self.collect_fields(&operation.node, &mut fields);
        Some(GraphqlOperation { name: name.map(ToString::to_string), fields })
    }

    fn collect_fields(&self, operation: &OperationDefinition, fields: &mut Vec<String>) {
        let mut pending = vec![&operation.selection_set.node];
        let mut seen = BTreeSet::new();
        while let Some(selections) = pending.pop() {
            for selection in &selections.items {
                match &selection.node {
                    Selection::Field(field) => fields.push(field.node.name.node.to_string()),
                    Selection::InlineFragment(fragment) => pending.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        // Fragments may be in a circle: validation refuses that, but comes later.
                        if seen.insert(name)
                            && let Some(fragment) = self.document.fragments.get(name)
                        {
                            pending.push(&fragment.node.selection_set.node);
                        }
                    }
                }
            }
        }
    }
}

/// An invalid request is 400. An execution is 200, as long as any of its fields has an answer; if all failed, the error's
/// own status, where it is one that W&B uses so.
fn status(response: &Response) -> StatusCode {
    let Some(first) = response.errors.first() else {
        return StatusCode::OK;
    };
    let all_failed = match &response.data {
        Value::Null => return StatusCode::BAD_REQUEST,
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        _ => false,
    };
    let error_code = first.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    match error_code {
        Some(Value::String(error_code)) if all_failed => match error_code.as_str() {
            code::PERMISSION => StatusCode::FORBIDDEN,
            code::NOT_FOUND => StatusCode::NOT_FOUND,
            code::INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        },
        _ => StatusCode::OK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(query: &str) -> GraphqlOperation {
        let body = json!({ "query": query }).to_string();
        GraphqlCall::parse(body.as_bytes()).unwrap().operation().unwrap()
    }

    #[test]
    fn aliases_and_fragments_are_seen_through() {
        let found = operation(
            "mutation M { result: createTeam { entity { id } } ...More } fragment More on Mutation { x: deleteInvite { success } }",
        );
        assert_eq!(found.name.as_deref(), Some("M"));
        assert_eq!(found.fields, ["createTeam", "deleteInvite"]);
    }

    #[test]
    fn fragments_in_a_circle_end() {
        assert_eq!(operation("{ ...A } fragment A on Query { viewer { id } ...A }").fields, ["viewer"]);
    }

    #[test]
    fn every_version_has_all_its_resolvers() {
        use crate::deployment::Version;
        let nothing = BTreeSet::new();
        for deployment in [
            Deployment::MultiTenant,
            Deployment::Dedicated(Version::new(0, 60, 0)),
            Deployment::SelfManaged(Version::DEFAULT),
        ] {
            GraphqlApi::new(deployment, &nothing).unwrap();
        }
    }
}
