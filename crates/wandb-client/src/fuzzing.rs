//! Decoders of what others write, for the fuzz targets: only there in tests and with `--cfg fuzzing`, which `cargo xtask
//! fuzz` sets.

use std::time::Duration;

use ::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::base_url::BaseUrl;
use crate::http::clock::{http_date, retry_after};
use crate::http::{Failure, Response};
use crate::identity::credentials_file;
use crate::scim::answer::List;
use crate::{credentials, graphql, scim};

fn response(status: u16, body: &[u8]) -> Option<Response> {
    let status = StatusCode::from_u16(status).ok()?;
    Some(Response::new(status, HeaderMap::new(), body))
}

fn message(failure: &Failure) -> String {
    failure.kind.to_string()
}

/// Reads an answer to a GraphQL request; the error is what a person would read.
#[must_use]
pub fn graphql(status: u16, body: &[u8]) -> Option<Result<(), String>> {
    Some(graphql::read::<Value>(&response(status, body)?).map(drop).map_err(|failure| message(&failure)))
}

/// Reads an answer to a SCIM request for a list; the error is what a person would read.
#[must_use]
pub fn scim(status: u16, body: &[u8]) -> Option<Result<usize, String>> {
    let read = scim::answer::read::<List<Value>>(&response(status, body)?);
    Some(read.map(|list| list.into_items().0.len()).map_err(|failure| message(&failure)))
}

/// The password for a machine in a netrc file.
#[must_use]
pub fn netrc(text: &str, machine: &str) -> Option<String> {
    let password = credentials::netrc::password(text, &[machine.to_owned()])?;
    Some(password.expose_secret().to_owned())
}

/// Whether a credentials file has a token for a server and an identity.
#[must_use]
pub fn credentials_file(json: &[u8], base_url: &BaseUrl, jwt: &str) -> bool {
    credentials_file::find(json, base_url, jwt).is_some()
}

/// How long the headers `Date` and `Retry-After` of an answer ask to wait.
#[must_use]
pub fn wait(date: &str, asked: &str) -> Option<Duration> {
    // The clock stands still, so that a finding is one every time.
    retry_after(asked, Some(http_date(date).unwrap_or(Timestamp::UNIX_EPOCH)))
}

#[cfg(test)]
#[path = "../../../fuzz/seeds/mutations.rs"]
mod mutations;

#[cfg(test)]
mod tests {
    use super::*;

    /// A status, a space and a body.
    fn answers(seeds: &str) -> impl Iterator<Item = (u16, Vec<u8>)> {
        mutations::of(seeds).filter_map(|input| {
            let (status, body) = input.split_at_checked(4)?;
            Some((std::str::from_utf8(status).ok()?.trim_end().parse().ok()?, body.to_vec()))
        })
    }

    #[test]
    fn answers_are_read_or_their_failure_is_told() {
        for (status, body) in answers(include_str!("../../../fuzz/seeds/graphql.txt")) {
            let _ = graphql(status, &body);
        }
        for (status, body) in answers(include_str!("../../../fuzz/seeds/scim.txt")) {
            let _ = scim(status, &body);
        }
    }

    #[test]
    fn files_of_others_are_read_as_far_as_they_go() {
        let netrc_file = include_str!("../../../fuzz/seeds/netrc.txt").replace('\n', " ");
        assert!(mutations::texts(&netrc_file).filter_map(|text| netrc(&text, "api.wandb.ai")).all(|p| !p.is_empty()));
        let base_url: BaseUrl = "https://api.wandb.ai".parse().unwrap();
        let files = mutations::of(include_str!("../../../fuzz/seeds/credentials_file.txt"));
        assert!(files.filter(|file| credentials_file(file, &base_url, "a.a.a")).count() > 1);
    }

    #[test]
    fn waits_are_bounded() {
        for text in mutations::texts(include_str!("../../../fuzz/seeds/headers.txt")) {
            let Some((date, asked)) = text.split_once('|') else { continue };
            assert!(wait(date, asked).is_none_or(|wait| wait <= Duration::from_hours(24)), "{text}");
        }
    }
}
