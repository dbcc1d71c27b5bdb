//! The client against a scripted HTTP server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this is test code, of which clippy knows only the tests"
)]

mod access;
mod api_keys;
mod coalescing;
mod guarded;
mod identity;
mod memberships;
mod people;
mod proxies;
mod service_accounts;
mod support;
mod team_list;
mod teams;
mod transport;
mod viewer;
