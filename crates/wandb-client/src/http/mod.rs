//! From a request as a value to an answer: authorization, one transport, retries and the server's limits.

pub(crate) mod authorization;
pub(crate) mod clock;
pub(crate) mod failure;
pub(crate) mod request;
pub(crate) mod retry;
#[cfg(test)]
pub(crate) mod scripted;
pub(crate) mod sender;
pub(crate) mod throttle;
pub(crate) mod transport;
pub(crate) mod way;

pub(crate) use failure::{Failure, Reach};
pub(crate) use request::{Effect, Operation, Request, Response};
