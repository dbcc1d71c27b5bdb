//! `Entity`, `Organization`, and `Member`.

use std::sync::Arc;

use super::connection;
use super::key::ShownKey;
use super::resolvers::{NoArguments, Resolvers};
use crate::backend::RosterEntry;
use crate::ids::GlobalId as _;
use crate::store::{Account, Entities, Entity, EntityKind, Organization, TeamRole};

/// The organization, by its name.
#[derive(Debug)]
struct NamedOrganization(String);

pub(super) fn register(resolvers: &mut Resolvers) {
    resolvers
        .object::<Entity>("Entity")
        .plain("id", |entity| entity.id.to_global())
        .plain("name", |entity| entity.name.clone())
        .plain("available", |_| false)
        .plain("photoUrl", |_| None::<String>)
        .plain("readOnly", |_| false)
        .plain("readOnlyAdmin", |_| false)
        .plain("isTeam", |entity| entity.kind == EntityKind::Team)
        .plain("entityType", |entity| entity.kind.word())
        .plain("privateOnly", |_| false)
        .plain("storageBytes", |_| 0)
        .plain("codeSavingEnabled", |_| true)
        .plain("defaultAccess", |_| "USER_WRITE")
        .plain("isPaid", |_| true)
        .plain("limits", |_| "{}")
        .load("members", async |request, entity, _: NoArguments| {
            let roster = request.backend.read(&request.caller, move |session| session.roster(&entity)).await?;
            Ok(roster.into_iter().map(Arc::new).collect::<Vec<_>>())
        })
        .load("organization", async |request, entity, _: NoArguments| {
            if entity.kind == EntityKind::User {
                return Ok(None);
            }
            let read =
                request.backend.read(&request.caller, |session| Ok(Organization(session.connection).get()?.name));
            Ok(Some(Arc::new(NamedOrganization(read.await?))))
        });
    resolvers
        .object::<NamedOrganization>("Organization")
        .plain("name", |organization| organization.0.clone())
        .plain("coreWeaveOrganizationId", |_| None::<String>)
        .load("orgEntity", async |request, _, _: NoArguments| {
            let read =
                request.backend.read(&request.caller, |session| Ok(Entities(session.connection).organization()?));
            Ok(read.await?.map(Arc::new))
        });
    register_member(resolvers);
}

fn register_member(resolvers: &mut Resolvers) {
    resolvers
        .object::<RosterEntry>("Member")
        .plain("id", |entry| match &**entry {
            RosterEntry::Invited(invitation) => invitation.id.to_global(),
            RosterEntry::Member(member) => member.account.id.to_global(),
        })
        .plain("admin", |entry| match &**entry {
            RosterEntry::Invited(invitation) => invitation.admin,
            RosterEntry::Member(member) => member.role == TeamRole::Admin,
        })
        .plain("pending", |entry| matches!(&**entry, RosterEntry::Invited(_)))
        .plain("email", |entry| match &**entry {
            RosterEntry::Invited(invitation) => Some(invitation.email.clone()),
            RosterEntry::Member(member) => member.account.email().map(str::to_owned),
        })
        .plain("username", |entry| account(entry).map(|account| account.username.clone()))
        .plain("name", |entry| match &**entry {
            RosterEntry::Invited(invitation) => invitation.email.clone(),
            RosterEntry::Member(member) => member.account.name.clone(),
        })
        .plain("photoUrl", |_| None::<String>)
        .plain("accountType", |entry| {
            account(entry).map(|account| if account.service().is_some() { "SERVICE" } else { "MEMBER" })
        })
        .plain("apiKey", |_| None::<String>)
        .plain("role", |entry| match &**entry {
            RosterEntry::Invited(invitation) => (if invitation.admin { "admin" } else { "member" }).to_owned(),
            RosterEntry::Member(member) => member.role.name().to_owned(),
        })
        .load("apiKeys", async |request, entry, _: NoArguments| {
            let read = request.backend.read(&request.caller, move |session| match account(&entry) {
                Some(account) => session.visible_keys(account),
                None => Ok(None),
            });
            Ok(read.await?.map(|keys| connection::of(keys.into_iter().map(ShownKey::known).collect())))
        });
}

fn account(entry: &RosterEntry) -> Option<&Account> {
    match entry {
        RosterEntry::Invited(_) => None,
        RosterEntry::Member(member) => Some(&member.account),
    }
}
