//! Whom a membership is about, and finding them among the members of a team.

use tfplugin::Attr;
use wandb_client::{AccountType, Member, Person, User};

/// A person by the names that a configuration or a state has for them: the username, the email address, or both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    username: Option<&'a str>,
    email: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn new(username: &'a Attr<String>, email: &'a Attr<String>) -> Self {
        Self { username: username.as_str(), email: email.as_str() }
    }

    /// By what an import id says in place of a name: a username has no `@`.
    pub(super) fn by(name: &'a str) -> Self {
        if name.contains('@') {
            Self { username: None, email: Some(name) }
        } else {
            Self { username: Some(name), email: None }
        }
    }

    /// The name to ask for. `None` where nothing is known of the person.
    pub(super) fn person(self) -> Option<Person<'a>> {
        self.username.map(Person::Username).or_else(|| self.email.map(Person::Email))
    }

    /// The name for messages and ids.
    pub(super) fn name(self) -> &'a str {
        self.username.or(self.email).unwrap_or_default()
    }

    /// The attribute that holds the name.
    pub(super) fn attribute(self) -> &'static str {
        if self.username.is_some() { "username" } else { "email" }
    }

    /// Usernames tell more than addresses, which people change.
    fn is(self, member: &Member) -> bool {
        match (self.username, &member.username) {
            (Some(wanted), Some(found)) => same(wanted, found),
            _ => matches!((self.email, &member.email), (Some(wanted), Some(found)) if same(wanted, found)),
        }
    }
}

/// Whether two names mean the same person: W&B takes no notice of case in them.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

/// A person or an invitation among a team's members: at the place where they were seen last, else by name.
pub(super) fn find<'m>(members: &'m [Member], named: Named<'_>, place: Option<&str>) -> Option<&'m Member> {
    let people = || members.iter().filter(|member| member.account_type != AccountType::Service);
    let in_place = place.and_then(|place| people().find(|member| member.id.as_str() == place));
    // Who was invited and came in by another way is shown twice.
    in_place.or_else(|| people().filter(|member| named.is(member)).min_by_key(|member| member.pending))
}

/// The name by which a member is shown: an invitation may have an address alone.
pub(super) fn shown(member: &Member) -> &str {
    member.username.as_deref().or(member.email.as_deref()).unwrap_or(member.id.as_str())
}

/// Someone with an account among a team's members.
pub(super) fn find_user<'m>(members: &'m [Member], user: &User) -> Option<&'m Member> {
    let named = Named { username: user.username.as_deref(), email: user.email.as_deref() };
    find(members, named, Some(user.id.as_str()))
}

/// The name by which someone with an account is shown.
pub(super) fn shown_user(user: &User) -> &str {
    user.username.as_deref().or(user.email.as_deref()).unwrap_or(user.id.as_str())
}
