//! Exact subjects of identity providers' tokens, one file an issuer.
//!
//! W&B compares a subject exactly, so what is built here has no wildcard and leaves nothing out.

mod github_actions;
mod gitlab_ci;
mod hcp_terraform;
mod kubernetes;

use tfplugin::{FunctionError, Registry};

use super::wrong;

pub(super) fn register<D: Send + Sync + 'static>(registry: &mut Registry<D>) {
    registry
        .function(github_actions::GithubActionsSubject)
        .function(gitlab_ci::GitlabCiSubject)
        .function(hcp_terraform::HcpTerraformSubject)
        .function(kubernetes::KubernetesSubject);
}

/// One part of a subject: there, and neither a pattern nor able to pass for further parts.
fn part<'a>(attribute: &str, value: &'a str, forbidden: &[char]) -> Result<&'a str, FunctionError> {
    if value.is_empty() || value.trim() != value {
        return Err(wrong(attribute, "must be text without white space at its ends"));
    }
    if value.contains(['*', '?']) {
        return Err(wrong(attribute, "must not be a pattern: W&B compares subjects exactly"));
    }
    if value.chars().any(char::is_control) {
        return Err(wrong(attribute, "must not contain line breaks or other control characters"));
    }
    match forbidden.iter().find(|c| value.contains(**c)) {
        Some(c) => Err(wrong(attribute, &format!("must not contain `{c}`"))),
        None => Ok(value),
    }
}

/// The name of a branch or a tag, without what Git puts before it: a subject says that itself.
fn git_name<'a>(attribute: &str, value: &'a str) -> Result<&'a str, FunctionError> {
    let name = part(attribute, value, &[':', ' '])?;
    if name.starts_with("refs/") {
        return Err(wrong(attribute, "must be the name alone, without `refs/heads/` or `refs/tags/`"));
    }
    Ok(name)
}

/// The one of several attributes that is set.
fn only<'a>(choices: &[(&'static str, Option<&'a str>)]) -> Result<(&'static str, &'a str), FunctionError> {
    let mut set = choices.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    if let (Some(only), None) = (set.next(), set.next()) {
        return Ok(only);
    }
    let names: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
    Err(FunctionError::new(format!("set exactly one of {}", names.join(", "))).at(0))
}
