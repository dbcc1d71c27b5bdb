//! An organization as large as a test needs it, which the emulator begins with.

use serde_json::{Value, json};

/// A seed (`--seed`) of teams `team-0`, `team-1` and so on, with service accounts `bot-0`, `bot-1` and so on that are spread evenly over
/// them and have one key each, called `ci`. The administrator is `ada`.
#[must_use]
pub fn seed(teams: usize, accounts: usize) -> Value {
    let account = |number: usize| {
        // A key in the form of older servers, unlike every other.
        let key = format!("{:040x}", number + 1);
        json!({ "name": format!("bot-{number}"), "api_keys": [{ "key": key, "description": "ci" }] })
    };
    let team = |team: usize| {
        let accounts: Vec<Value> = (team..accounts).step_by(teams.max(1)).map(account).collect();
        json!({ "name": format!("team-{team}"), "service_accounts": accounts })
    };
    json!({
        "organization": "acme",
        "people": [{ "username": "ada", "email": "ada@acme.example", "role": "admin" }],
        "teams": (0..teams).map(team).collect::<Vec<_>>(),
    })
}
