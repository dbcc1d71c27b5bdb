//! What W&B's servers, users and their other programs write.

use std::time::Duration;

use wandb_client::BaseUrl;
use wandb_emulator::Seed;

use super::text;

pub(super) fn import_id(input: &[u8]) {
    if let Some(id) = text(input) {
        wandb_provider::fuzzing::import_id(id);
    }
}

/// A status, a space and a body.
fn answer(input: &[u8]) -> Option<(u16, &[u8])> {
    let (status, body) = input.split_at_checked(4)?;
    Some((text(status)?.trim_end().parse().ok()?, body))
}

/// A server's words are shown to people: without control characters, which could move their cursor.
fn shown<T>(read: Option<Result<T, String>>) {
    if let Some(Err(message)) = read {
        assert!(message.chars().all(|c| !c.is_control() || c == '\n'), "{message:?}");
        assert!(message.len() < 100_000, "a message of {} bytes", message.len());
    }
}

pub(super) fn graphql(input: &[u8]) {
    if let Some((status, body)) = answer(input) {
        shown(wandb_client::fuzzing::graphql(status, body));
    }
}

pub(super) fn scim(input: &[u8]) {
    if let Some((status, body)) = answer(input) {
        shown(wandb_client::fuzzing::scim(status, body));
    }
}

pub(super) fn netrc(input: &[u8]) {
    if let Some(text) = text(input)
        && let Some(password) = wandb_client::fuzzing::netrc(text, "api.wandb.ai")
    {
        assert!(!password.is_empty());
    }
}

pub(super) fn credentials_file(input: &[u8]) {
    let base_url: BaseUrl = "https://api.wandb.ai".parse().expect("an address");
    let _ = wandb_client::fuzzing::credentials_file(input, &base_url, "a.a.a");
}

/// A date, a line's end, and how long to wait.
pub(super) fn headers(input: &[u8]) {
    if let Some((date, asked)) = text(input).and_then(|text| text.split_once('|')) {
        let wait = wandb_client::fuzzing::wait(date, asked);
        assert!(wait.is_none_or(|wait| wait <= Duration::from_hours(24)), "a wait is bounded");
    }
}

pub(super) fn base_url(input: &[u8]) {
    if let Some(text) = text(input)
        && let Ok(url) = text.parse::<BaseUrl>()
    {
        assert_eq!(url.to_string().parse::<BaseUrl>().expect("what was written can be read"), url);
    }
}

pub(super) fn seed(input: &[u8]) {
    if let Some(Err(error)) = text(input).map(Seed::from_yaml) {
        let _ = error.to_string();
    }
}

pub(super) fn scim_filter(input: &[u8]) {
    if let Some((attribute, value)) = text(input).and_then(wandb_emulator::fuzzing::scim_filter) {
        let again = format!("{attribute} eq {}", serde_json::Value::from(value.as_str()));
        assert_eq!(wandb_emulator::fuzzing::scim_filter(&again), Some((attribute, value)), "a filter survives its text");
    }
}
