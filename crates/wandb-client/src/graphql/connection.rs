//! Lists in the form of edges and nodes.

use serde::Deserialize;

/// A list as GraphQL servers answer it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Connection<T> {
    edges: Vec<Option<Edge<T>>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Edge<T> {
    node: Option<T>,
}

impl<T> Connection<T> {
    /// All items. None if the server holds some of them back, by a null in their place: then nothing is known to be
    /// absent.
    pub(crate) fn into_complete(self) -> Option<Vec<T>> {
        self.edges.into_iter().map(|edge| edge?.node).collect()
    }

    /// The items that the server shows, whatever it holds back.
    pub(crate) fn into_visible(self) -> Vec<T> {
        self.edges.into_iter().filter_map(|edge| edge?.node).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_held_back_makes_the_list_incomplete() {
        for (json, expected) in [
            (r#"{"edges":[{"node":1},{"node":2}]}"#, Some(vec![1, 2])),
            (r#"{"edges":[]}"#, Some(vec![])),
            (r#"{"edges":[{"node":1},{"node":null}]}"#, None),
            (r#"{"edges":[null]}"#, None),
        ] {
            let connection: Connection<u8> = serde_json::from_str(json).unwrap();
            let visible = connection.clone().into_visible().len();
            assert_eq!(visible, json.matches(char::is_numeric).count(), "{json}");
            assert_eq!(connection.into_complete(), expected, "{json}");
        }
    }
}
