//! Lists in the form of connections: `edges`, each with its `node`.

use std::any::Any;
use std::sync::Arc;

use super::resolvers::Resolvers;

/// A list of objects that are read from `T`s.
#[derive(Debug)]
pub(super) struct Connection<T>(Vec<Arc<T>>);

/// One place in the list.
#[derive(Debug)]
struct Edge<T>(Arc<T>);

pub(super) fn of<T>(nodes: Vec<Arc<T>>) -> Arc<Connection<T>> {
    Arc::new(Connection(nodes))
}

pub(super) fn register<T: Any + Send + Sync>(resolvers: &mut Resolvers, connection: &'static str, edge: &'static str) {
    resolvers.object::<Connection<T>>(connection).plain("edges", |connection| {
        connection.0.iter().map(|node| Arc::new(Edge(Arc::clone(node)))).collect::<Vec<_>>()
    });
    resolvers.object::<Edge<T>>(edge).plain("node", |edge| Arc::clone(&edge.0));
}
