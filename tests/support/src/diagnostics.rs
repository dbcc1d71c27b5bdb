//! The diagnostics of a host's `-json` output, in a form to compare and to read.
//!
//! A terminal's form would be wrapped by width, and differ between hosts in its frames; what the provider said is the same in all.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One error or warning as the host shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    /// The title.
    pub summary: String,
    /// The text below it; may be empty.
    #[serde(default)]
    pub detail: String,
    /// The object that it is about, `terraform_data.this`.
    #[serde(default)]
    pub address: Option<String>,
    /// The part of the configuration that it points at.
    #[serde(default)]
    pub snippet: Option<Snippet>,
}

/// The configuration that a diagnostic points at.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Snippet {
    /// The block around it, `resource "terraform_data" "this"`.
    #[serde(default)]
    pub context: Option<String>,
    /// The line or lines.
    pub code: String,
}

/// A line of `-json` output; lines of other types are skipped.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    diagnostic: Option<Diagnostic>,
}

/// All diagnostics in the output of `plan -json`, `apply -json` or `destroy -json`, in order.
pub fn parse(output: &str) -> Result<Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    for text in output.lines().filter(|line| line.starts_with('{')) {
        let line: Line = serde_json::from_str(text).with_context(|| format!("not a line of -json output: {text}"))?;
        diagnostics.extend(line.diagnostic);
    }
    Ok(diagnostics)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == "error" { "Error" } else { "Warning" };
        writeln!(formatter, "{severity}: {}", self.summary)?;
        if let Some(address) = &self.address {
            writeln!(formatter, "  with {address}")?;
        }
        if let Some(snippet) = &self.snippet {
            let context = snippet.context.as_deref().unwrap_or("the configuration");
            writeln!(formatter, "  in {context}: {}", snippet.code.trim())?;
        }
        if !self.detail.is_empty() {
            writeln!(formatter, "\n{}", self.detail)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_are_found_among_other_lines() {
        let output = concat!(
            r#"{"@level":"info","@message":"Terraform 1.11.4","type":"version"}"#,
            "\nnot json\n",
            r#"{"@level":"error","@message":"Error: No","type":"diagnostic","diagnostic":{"severity":"error","summary":"No","detail":"Why.","#,
            r#""address":"terraform_data.a","range":{"filename":"main.tf"},"snippet":{"context":"resource \"terraform_data\" \"a\"","code":"  name = 1"}}}"#,
        );
        let diagnostics = parse(output).unwrap();
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(
            diagnostics[0].to_string(),
            "Error: No\n  with terraform_data.a\n  in resource \"terraform_data\" \"a\": name = 1\n\nWhy.\n"
        );
    }
}
