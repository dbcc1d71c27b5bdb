//! What can be said of a subject before a token comes: W&B compares it with the token's `sub`, character by character.

/// Why no token can have this subject: it ends the sentence "The subject ...". None if one can.
pub(super) fn refusal(subject: &str) -> Option<String> {
    if subject.is_empty() {
        return Some("is empty".to_owned());
    }
    if subject.ends_with(['\n', '\r']) {
        return Some(
            "ends with a line break, as what is read from a file does: put it into `trimspace(...)`".to_owned(),
        );
    }
    if subject.trim() != subject {
        return Some("begins or ends with white space".to_owned());
    }
    if let Some(wildcard) = subject.chars().find(|c| matches!(c, '*' | '?')) {
        return Some(format!(
            "has the wildcard `{wildcard}`, and W&B knows no patterns: make an account for each subject, with `for_each`"
        ));
    }
    let invisible = subject.chars().find(|c| c.is_control() || is_invisible(*c))?;
    Some(format!("has the invisible character U+{:04X}", u32::from(invisible)))
}

/// What makes it unlikely that a token has this subject: each ends the sentence "The subject ...".
pub(super) fn doubts(subject: &str) -> Vec<String> {
    let mut doubts: Vec<String> = Vec::new();
    if subject.contains("  ") {
        doubts.push("has two spaces in a row".to_owned());
    }
    if let Some(c) = subject.chars().find(|c| looks_like_another(*c)) {
        doubts.push(format!("has `{c}` (U+{:04X}), which looks like a letter or sign that tokens have", u32::from(c)));
    }
    let issuers: [(&str, Look); 4] = [
        ("repo:", github_actions),
        ("project_path:", gitlab_ci),
        ("system:serviceaccount:", kubernetes),
        ("organization:", hcp_terraform),
    ];
    for (prefix, look) in issuers {
        let Some((start, rest)) = subject.split_at_checked(prefix.len()) else { continue };
        if start == prefix {
            doubts.extend(look(rest));
        } else if start.eq_ignore_ascii_case(prefix) {
            doubts.push(format!("begins with `{start}`, and tokens have `{prefix}`, in lower case"));
        }
    }
    doubts
}

/// Looks at what follows the beginning of an issuer's subjects.
type Look = fn(&str) -> Option<String>;

fn github_actions(rest: &str) -> Option<String> {
    if rest.contains("://") || rest.to_ascii_lowercase().starts_with("github.com/") {
        return Some("names the repository by its address: tokens have `repo:OWNER/REPOSITORY:...`".to_owned());
    }
    let Some((repository, context)) = rest.split_once(':') else {
        return Some(
            "names a repository alone: tokens have `:ref:refs/heads/BRANCH`, `:ref:refs/tags/TAG`, \
             `:environment:ENVIRONMENT` or `:pull_request` after it"
                .to_owned(),
        );
    };
    match repository.split('/').collect::<Vec<_>>()[..] {
        [owner, name] if owner.is_empty() || name.is_empty() => {
            return Some("lacks the owner or the repository of `repo:OWNER/REPOSITORY:...`".to_owned());
        }
        [owner, name] if owner.contains('@') != name.contains('@') => {
            return Some(
                "has an id for one of owner and repository: the immutable form has both, \
                 `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:...`"
                    .to_owned(),
            );
        }
        [_, _] => {}
        _ => return Some("does not name the repository as `OWNER/REPOSITORY`".to_owned()),
    }
    let (kind, name) = context.split_once(':').unwrap_or((context, ""));
    match kind {
        "ref" => git_ref(name),
        "environment" if name.is_empty() => Some("names no environment after `environment:`".to_owned()),
        "pull_request" | "environment" => None,
        _ => {
            let word = kind.to_ascii_lowercase().replace('-', "_");
            let meant = match word.as_str() {
                "ref" | "refs" | "branch" | "heads" => "ref:refs/heads/BRANCH",
                "tag" | "tags" => "ref:refs/tags/TAG",
                "environment" | "environments" | "env" => "environment:ENVIRONMENT",
                "pull_request" | "pull_requests" | "pr" => "pull_request",
                // An organization can choose other claims for its subjects.
                _ => return None,
            };
            Some(format!("has `{kind}` after the repository, and tokens have `{meant}`"))
        }
    }
}

fn git_ref(name: &str) -> Option<String> {
    for prefix in ["refs/heads/", "refs/tags/"] {
        if let Some(name) = name.strip_prefix(prefix) {
            return if name.is_empty() {
                Some(format!("names nothing after `{prefix}`"))
            } else {
                name.starts_with("refs/").then(|| "has `refs/` twice: a branch or tag is named without it".to_owned())
            };
        }
    }
    if name.starts_with("refs/pull/") {
        return Some("names a pull request's ref: the tokens of pull requests have `:pull_request`".to_owned());
    }
    Some(format!("has `ref:{name}`, and tokens have `ref:refs/heads/BRANCH` or `ref:refs/tags/TAG`"))
}

fn gitlab_ci(rest: &str) -> Option<String> {
    let form = "tokens have `project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH`, or `tag` and its name";
    let [project, "ref_type", kind, "ref", name] = rest.splitn(5, ':').collect::<Vec<_>>()[..] else {
        return Some(format!("does not have all parts: {form}"));
    };
    if !project.contains('/') || name.is_empty() {
        return Some(format!("lacks the group, the project or the ref: {form}"));
    }
    if !matches!(kind, "branch" | "tag") {
        return Some(format!("has the ref type `{kind}`: {form}"));
    }
    name.starts_with("refs/").then(|| format!("has `{name}` for a ref, and tokens have the name alone: {form}"))
}

fn kubernetes(rest: &str) -> Option<String> {
    let form = "tokens have `system:serviceaccount:NAMESPACE:NAME`";
    match rest.split(':').collect::<Vec<_>>()[..] {
        [namespace, name] if !namespace.is_empty() && !name.is_empty() => {
            let has_capitals = rest.chars().any(|c| c.is_ascii_uppercase());
            has_capitals.then(|| "has capital letters, which names in Kubernetes do not have".to_owned())
        }
        _ => Some(format!("does not have all parts: {form}")),
    }
}

fn hcp_terraform(rest: &str) -> Option<String> {
    let form = "tokens have `organization:ORGANIZATION:project:PROJECT:workspace:WORKSPACE:run_phase:plan`, or `apply`";
    match rest.split(':').collect::<Vec<_>>()[..] {
        [_, "project", _, "workspace", _, "run_phase", "plan" | "apply"] => None,
        [_, "project", _, "workspace", _, "run_phase", phase] => Some(format!("has the run phase `{phase}`: {form}")),
        _ => Some(format!("does not have all parts: {form}")),
    }
}

/// Characters of no width, which no issuer writes.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Signs that word processors put in place of others, and letters of other scripts that look like Latin ones.
fn looks_like_another(c: char) -> bool {
    let is_space = c.is_whitespace() && c != ' ';
    let is_sign = matches!(c, '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{201f}' | '\u{2026}' | '\u{2044}' | '\u{2215}');
    let is_letter = matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{4ff}');
    let is_wide = matches!(c, '\u{ff01}'..='\u{ff5e}');
    is_space || is_sign || is_letter || is_wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_token_can_have_is_refused() {
        for (subject, expected) in [
            ("", "is empty"),
            (" repo:a/b:pull_request", "begins or ends with white space"),
            ("repo:a/b:pull_request\n", "ends with a line break"),
            ("repo:a/b:ref:refs/heads/*", "has the wildcard `*`"),
            ("repo:a/b:ref:refs/heads/release-?", "has the wildcard `?`"),
            ("repo:a/b:\tpull_request", "has the invisible character U+0009"),
            ("repo:a/b\u{200b}:pull_request", "has the invisible character U+200B"),
        ] {
            let refusal = refusal(subject).unwrap_or_default();
            assert!(refusal.starts_with(expected), "{subject:?}: {refusal}");
        }
    }

    #[test]
    fn exact_subjects_raise_no_doubt() {
        for subject in [
            "repo:acme/ml:ref:refs/heads/main",
            "repo:acme/ml:ref:refs/tags/v1",
            "repo:acme/ml:environment:prod/eu",
            "repo:acme/ml:pull_request",
            "repo:acme@1/ml@23:ref:refs/heads/a/b",
            "repo:acme/ml:job_workflow_ref:acme/ml/.github/workflows/ci.yml@refs/heads/main",
            "project_path:acme/ml/training:ref_type:branch:ref:main",
            "project_path:acme/ml:ref_type:tag:ref:v1:0",
            "system:serviceaccount:ml:trainer",
            "organization:acme:project:Default Project:workspace:ml:run_phase:apply",
            "somebody@acme.example",
            "größe",
        ] {
            assert_eq!((refusal(subject), doubts(subject)), (None, Vec::new()), "{subject}");
        }
    }

    #[test]
    fn what_only_looks_right_raises_a_doubt() {
        for (subject, expected) in [
            ("Repo:acme/ml:pull_request", "begins with `Repo:`"),
            ("System:ServiceAccount:ml:trainer", "begins with `System:ServiceAccount:`"),
            ("repo:acme/ml", "names a repository alone"),
            ("repo:https://github.com/acme/ml:pull_request", "names the repository by its address"),
            ("repo:github.com/acme/ml:pull_request", "names the repository by its address"),
            ("repo:ml:pull_request", "does not name the repository"),
            ("repo:/ml:pull_request", "lacks the owner"),
            ("repo:acme@1/ml:pull_request", "has an id for one of"),
            ("repo:acme/ml:ref:refs/heads/refs/heads/main", "has `refs/` twice"),
            ("repo:acme/ml:ref:main", "has `ref:main`"),
            ("repo:acme/ml:ref:refs/heads/", "names nothing after `refs/heads/`"),
            ("repo:acme/ml:ref:refs/pull/1/merge", "names a pull request's ref"),
            ("repo:acme/ml:environment:", "names no environment"),
            ("repo:acme/ml:branch:main", "has `branch` after the repository, and tokens have `ref:refs/heads/BRANCH`"),
            ("repo:acme/ml:pull-request", "has `pull-request` after the repository"),
            ("repo:acme/ml:Environment:prod", "has `Environment` after the repository"),
            ("project_path:acme/ml", "does not have all parts"),
            ("project_path:ml:ref_type:branch:ref:main", "lacks the group"),
            ("project_path:acme/ml:ref_type:heads:ref:main", "has the ref type `heads`"),
            ("project_path:acme/ml:ref_type:branch:ref:refs/heads/main", "has `refs/heads/main` for a ref"),
            ("system:serviceaccount:ml", "does not have all parts"),
            ("system:serviceaccount:ML:trainer", "has capital letters"),
            ("organization:acme:project:p:workspace:w", "does not have all parts"),
            ("organization:acme:project:p:workspace:w:run_phase:both", "has the run phase `both`"),
            ("repo:acme/ml:environment:a  b", "has two spaces in a row"),
            ("repo:\u{430}cme/ml:pull_request", "has `\u{430}` (U+0430)"),
            ("repo:acme/ml\u{ff1a}pull_request", "has `\u{ff1a}` (U+FF1A)"),
        ] {
            let doubts = doubts(subject);
            assert!(doubts.iter().any(|doubt| doubt.starts_with(expected)), "{subject}: {doubts:?}");
        }
    }
}
