//! A document and the request that carries it.

use http::Method;
use serde_json::{Value, json};

use crate::base_url::BaseUrl;
use crate::http::{Effect, Operation, Request};

/// An operation's text, with the fragments that it spreads.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    operation: Operation,
    text: String,
}

impl Document {
    /// `name` is the name of the operation in `text`.
    pub(crate) fn new(name: &'static str, effect: Effect, text: impl Into<String>) -> Self {
        Self { operation: Operation { name, effect }, text: text.into() }
    }

    /// Adds a fragment's definition.
    pub(crate) fn with(mut self, fragment: &str) -> Self {
        self.text.push('\n');
        self.text.push_str(fragment);
        self
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn request(&self, base_url: &BaseUrl, variables: &Value) -> Request {
        let body = json!({ "operationName": self.operation.name, "query": self.text, "variables": variables });
        Request::new(self.operation, Method::POST, base_url.endpoint(&["graphql"]))
            .with_body("application/json", body.to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_post_to_the_endpoint() {
        let document = Document::new("Viewer", Effect::Read, "query Viewer { viewer { ...User } }")
            .with("fragment User on User { id }");
        let base_url = "https://example.com/ml".parse().unwrap();
        let request = document.request(&base_url, &json!({ "name": "x" }));
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), "https://example.com/ml/graphql");
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(
            serde_json::from_slice::<Value>(&request.body).unwrap(),
            json!({
                "operationName": "Viewer",
                "query": "query Viewer { viewer { ...User } }\nfragment User on User { id }",
                "variables": { "name": "x" },
            })
        );
        assert_eq!(format!("{request:?}"), "Viewer: POST /ml/graphql");
    }
}
