//! What a team still holds, for those who want to end it.

use wandb_client::{AccountType, Client, Member, Team};

/// So many are named; the rest are counted.
const MOST_NAMES: usize = 5;

/// Such as `, which still holds 2 people ("ada", "grace") and 1 service account ("ci") with 3 API keys`; empty where
/// nothing is known to be in it.
pub(super) async fn told(client: &Client, team: &Team) -> String {
    let members = team.members.as_deref().unwrap_or_default();
    let is_account = |member: &&Member| member.account_type == AccountType::Service;
    let (accounts, people): (Vec<_>, Vec<_>) = members.iter().partition(is_account);
    let (invited, people): (Vec<_>, Vec<_>) = people.into_iter().partition(|member| member.pending);
    let mut parts = Vec::new();
    parts.extend(counted(&people, "person", "people"));
    parts.extend(counted(&invited, "invitation", "invitations"));
    if let Some(part) = counted(&accounts, "service account", "service accounts") {
        let keys = match keys_of(client, &team.name, &accounts).await {
            None | Some(0) => String::new(),
            Some(1) => " with 1 API key".to_owned(),
            Some(keys) => format!(" with {keys} API keys"),
        };
        parts.push(format!("{part}{keys}"));
    }
    match parts.as_slice() {
        [] => String::new(),
        [only] => format!(", which still holds {only}"),
        [others @ .., last] => format!(", which still holds {} and {last}", others.join(", ")),
    }
}

/// The number and the names.
fn counted(members: &[&Member], one: &str, many: &str) -> Option<String> {
    let word = match members.len() {
        0 => return None,
        1 => one,
        _ => many,
    };
    let mut names: Vec<String> =
        members.iter().take(MOST_NAMES).map(|member| format!("\"{}\"", name(member))).collect();
    if members.len() > MOST_NAMES {
        names.push("...".to_owned());
    }
    Some(format!("{} {word} ({})", members.len(), names.join(", ")))
}

/// People are known by their usernames, accounts by the names that they were given.
fn name(member: &Member) -> &str {
    let (username, name, email) = (member.username.as_deref(), member.name.as_deref(), member.email.as_deref());
    let known = match member.account_type {
        AccountType::Service => name.or(username),
        _ if member.pending => email.or(username),
        _ => username.or(email),
    };
    known.unwrap_or(member.id.as_str())
}

/// The keys of the accounts. `None` where they cannot be seen: the refusal does not depend on them.
async fn keys_of(client: &Client, team: &str, accounts: &[&Member]) -> Option<usize> {
    let mut count = 0;
    for account in accounts {
        count += client.api_keys(team, &account.user_id()?).await.ok()??.len();
    }
    Some(count)
}
