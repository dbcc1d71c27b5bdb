//! GraphQL: documents, the requests made of them, and what their answers say.
//!
//! The documents are text files in `documents/`. Those whose forms are documented by no public source are in
//! `documents/assumed/`, and only [`crate::assumed`] sends them.

mod answer;
mod connection;
mod document;
mod success;

#[cfg(test)]
mod contract_tests;

pub(crate) use answer::read;
pub(crate) use connection::Connection;
pub(crate) use document::Document;
pub(crate) use success::Success;
