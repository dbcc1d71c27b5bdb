//! `Query`, and `ServerInfo`.

use std::sync::Arc;

use serde::Deserialize;

use super::connection;
use super::resolvers::{NoArguments, Resolvers, Root};
use crate::deployment::Deployment;

#[derive(Debug, Deserialize)]
struct Users {
    query: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

/// A feature of a server that clients ask for by name, and that the emulator does not have.
#[derive(Debug)]
struct Feature(&'static str);

/// The names that W&B's SDK knows, of features around runs and artifacts.
const FEATURES: [&str; 5] =
    ["LARGE_FILENAMES", "ARTIFACT_TAGS", "CLIENT_IDS", "ARTIFACT_REGISTRY_SEARCH", "STRUCTURED_CONSOLE_LOGS"];

/// The version of a server that has one.
#[derive(Debug)]
struct InstalledVersion(String);

pub(super) fn register(resolvers: &mut Resolvers) {
    resolvers
        .object::<Root>("Query")
        .load("viewer", async |request, _, _: NoArguments| Ok(request.caller))
        .load("users", async |request, _, arguments: Users| {
            let search = request
                .backend
                .read(&request.caller, move |session| session.search_accounts(arguments.query.as_deref()));
            Ok(connection::of(search.await?.into_iter().map(Arc::new).collect()))
        })
        .load("entity", async |request, _, arguments: Named| {
            let read = request.backend.read(&request.caller, move |session| session.visible_entity(&arguments.name));
            Ok(read.await?.map(Arc::new))
        })
        .load("serverInfo", async |request, _, _: NoArguments| Ok(Arc::new(request.backend.deployment)));
    resolvers
        .object::<Deployment>("ServerInfo")
        .plain("features", |_| FEATURES.map(|name| Arc::new(Feature(name))).to_vec())
        .plain("latestLocalVersionInfo", |deployment| {
            deployment.version().map(|version| Arc::new(InstalledVersion(version.to_string())))
        });
    resolvers.object::<Feature>("ServerFeature").plain("name", |feature| feature.0).plain("isEnabled", |_| false);
    resolvers
        .object::<InstalledVersion>("LatestLocalVersionInfo")
        .plain("versionOnThisInstanceString", |version| version.0.clone());
}
