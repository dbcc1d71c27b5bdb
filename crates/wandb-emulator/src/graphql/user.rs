//! `User`, and the lists of them.

use std::sync::Arc;

use super::connection;
use super::key::ShownKey;
use super::resolvers::{NoArguments, Resolvers};
use crate::ids::GlobalId as _;
use crate::store::{Account, Entities, Entity};

pub(super) fn register(resolvers: &mut Resolvers) {
    resolvers
        .object::<Account>("User")
        .plain("id", |account| account.id.to_global())
        .plain("username", |account| account.username.clone())
        .plain("email", |account| account.email().map(str::to_owned))
        .plain("name", |account| account.name.clone())
        .plain("admin", |account| account.person().is_some_and(|person| person.instance_admin))
        .plain("flags", |_| "{}")
        .plain("deletedAt", |account| account.deactivated_at)
        .load("entity", async |request, account, _: NoArguments| {
            request.backend.read(&request.caller, move |session| session.default_entity(&account)).await
        })
        .load("apiKeys", async |request, account, _: NoArguments| {
            let keys = request.backend.read(&request.caller, move |session| session.visible_keys(&account)).await?;
            Ok(keys.map(|keys| connection::of(keys.into_iter().map(ShownKey::known).collect())))
        })
        .load("teams", async |request, account, _: NoArguments| {
            let teams = request
                .backend
                .read(&request.caller, move |session| {
                    if !session.may_see_teams_of(&account) {
                        return Ok(None);
                    }
                    Ok(Some(Entities(session.connection).teams_of(account.id)?))
                })
                .await?;
            Ok(teams.map(|teams| connection::of(teams.into_iter().map(Arc::new).collect())))
        });
    connection::register::<Account>(resolvers, "UserConnection", "UserEdge");
    connection::register::<Entity>(resolvers, "EntityConnection", "EntityEdge");
}
