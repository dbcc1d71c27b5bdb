//! The file that values are written to.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;
use tonic::Status;

use crate::sent::{Encoded, Sent, Subject};
use crate::types::Types;

/// Appends to a file that several recorders may write at the same time, one for each process that the host starts.
pub(crate) struct Record(PathBuf);

impl Record {
    /// Writes to this file.
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Appends the values of a request.
    pub(crate) fn append(&self, call: &str, request: &impl Sent, types: &Types) -> Result<(), Status> {
        let subject = request.subject();
        let of = match subject {
            Subject::Provider => "provider".to_owned(),
            Subject::Resource(name) => name.to_owned(),
            Subject::DataSource(name) => format!("data.{name}"),
        };
        let Some(constraint) = types.get(&subject) else { return Ok(()) };
        let lines = request.values().into_iter().map(|(field, value)| {
            let (form, bytes) = match value {
                Encoded::Msgpack(bytes) => ("msgpack", bytes),
                Encoded::Json(bytes) => ("json", bytes),
            };
            let bytes = BASE64_STANDARD.encode(bytes);
            format!("{}\n", json!({ "call": call, "field": field, "of": of, "type": constraint, form: bytes }))
        });
        self.write(&lines.collect::<String>())
            .map_err(|error| Status::internal(format!("could not write `{}`: {error}", self.0.display())))
    }

    /// In one write, so that lines of several processes do not mix.
    fn write(&self, lines: &str) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).open(&self.0)?.write_all(lines.as_bytes())
    }
}
