//! The fixture of a host: the values that it sent, each once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// A line of the recorder.
#[derive(Deserialize)]
struct Line {
    /// Whose value it is: `provider`, a resource type, or `data.` and a data source.
    of: String,
    /// The call, `plan_resource_change`.
    call: String,
    /// The field of its request, `prior_state`.
    field: String,
    /// The type by which it is to be read.
    r#type: Value,
    /// In base64.
    #[serde(flatten)]
    bytes: Bytes,
}

#[derive(Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Bytes {
    Msgpack(String),
    Json(String),
}

/// Types by whose they are, and the values of each with the fields that they were sent in.
#[derive(Default)]
pub(super) struct Recording {
    types: BTreeMap<String, Value>,
    values: BTreeMap<(String, Bytes), BTreeSet<String>>,
}

impl Recording {
    /// Adds what a recorder in front of this provider wrote.
    pub(super) fn add(&mut self, provider: &str, lines: &str) -> Result<()> {
        for line in lines.lines() {
            let line: Line = serde_json::from_str(line).context("the recorder wrote something else than its lines")?;
            let of = format!("{provider}/{}", line.of);
            self.types.insert(of.clone(), line.r#type);
            let sent_as = self.values.entry((of, line.bytes)).or_default();
            sent_as.insert(format!("{}.{}", line.call, line.field));
        }
        Ok(())
    }

    /// How many different values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The fixture: one line for each type and each value, in an order that does not depend on the host's, so that a diff shows what changed.
    pub(super) fn to_json(&self) -> String {
        let types = self.types.iter().map(|(of, constraint)| format!("{}:{constraint}", json!(of)));
        let values = self.values.iter().map(|((of, bytes), sent_as)| {
            let (form, bytes) = match bytes {
                Bytes::Msgpack(bytes) => ("msgpack", bytes),
                Bytes::Json(bytes) => ("json", bytes),
            };
            json!({ "of": of, form: bytes, "sent_as": sent_as }).to_string()
        });
        let lines = |lines: Vec<String>| lines.join(",\n");
        format!("{{\"types\":{{\n{}\n}},\"values\":[\n{}\n]}}\n", lines(types.collect()), lines(values.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_sent_twice_is_kept_once() {
        let line = |call: &str, bytes: &str| {
            format!(r#"{{"of":"echo_values","call":"{call}","field":"config","type":"string","msgpack":"{bytes}"}}"#)
        };
        let mut recording = Recording::default();
        recording.add("echo", &[line("plan", "oWI="), line("plan", "oWE="), line("apply", "oWE=")].join("\n")).unwrap();
        let fixture: Value = serde_json::from_str(&recording.to_json()).unwrap();
        let expected = json!({
            "types": { "echo/echo_values": "string" },
            "values": [
                { "of": "echo/echo_values", "msgpack": "oWE=", "sent_as": ["apply.config", "plan.config"] },
                { "of": "echo/echo_values", "msgpack": "oWI=", "sent_as": ["plan.config"] },
            ],
        });
        assert_eq!(fixture, expected);
    }
}
