//! Which part may know which. The arrows between packages come from cargo, the vocabulary of each part from its source text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

const PROVIDER: &str = "terraform-provider-wandb";

/// The packages of the project and what each may depend on inside the project. Tests may use more: see [`TEST_ARROWS`].
const ARROWS: [(&str, &[&str]); 9] = [
    (PROVIDER, &["tfplugin", "wandb-client"]),
    ("tfplugin", &["tfplugin-derive", "tfplugin-proto"]),
    ("tfplugin-derive", &[]),
    ("tfplugin-proto", &[]),
    ("tfplugin-testing", &["tfplugin", "tfplugin-proto"]),
    ("wandb-client", &[]),
    ("wandb-emulator", &[]),
    ("test-support", &[]),
    ("xtask", &["test-support", "tfplugin-testing"]),
];

/// What tests may use beyond [`ARROWS`]. Client and emulator are not in each other's list on purpose: HTTP alone stands between them, so
/// that no mistake of one is repeated by the other through a shared type.
const TEST_ARROWS: [(&str, &[&str]); 3] = [
    (PROVIDER, &["test-support", "tfplugin-testing", "wandb-emulator"]),
    ("tfplugin", &["test-support", "tfplugin-testing"]),
    ("tfplugin-testing", &["test-support"]),
];

/// The crates of the wire; `tower` and `hyper` are not among them, as an HTTP client needs those too.
const WIRE_CRATES: [&str; 6] = ["tonic", "tonic-prost", "tonic-prost-build", "prost", "prost-types", "protox"];
const WIRE_PACKAGES: [&str; 3] = ["tfplugin-proto", "tfplugin", "tfplugin-testing"];
/// How the wire's crates and the bindings are called in code.
const WIRE_NAMES: [&str; 3] = ["tonic", "prost", "tfplugin_proto"];

#[test]
fn dependencies_run_one_way() -> Result<()> {
    let metadata = metadata()?;
    let known: BTreeSet<_> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut breaches = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some((_, allowed)) = ARROWS.iter().find(|(package, _)| *package == name) else {
            breaches.push(format!("`{name}` has no line in ARROWS"));
            continue;
        };
        let in_tests = TEST_ARROWS.iter().find(|(package, _)| *package == name).map_or(&[][..], |(_, allowed)| allowed);
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            let allowed = allowed.contains(&to) || (is_for_tests(dependency.kind) && in_tests.contains(&to));
            if known.contains(to) && !allowed {
                breaches.push(format!("`{name}` must not depend on `{to}`"));
            }
        }
    }
    assert_none(&breaches);
    Ok(())
}

#[test]
fn only_the_packages_of_the_wire_depend_on_its_crates() -> Result<()> {
    let mut breaches = Vec::new();
    for package in metadata()?.workspace_packages() {
        for dependency in &package.dependencies {
            if WIRE_CRATES.contains(&dependency.name.as_str()) && !WIRE_PACKAGES.contains(&package.name.as_str()) {
                breaches.push(format!("`{}` must not depend on `{}`", package.name, dependency.name));
            }
        }
    }
    assert_none(&breaches);
    Ok(())
}

#[test]
fn inside_the_sdk_only_wire_and_serve_know_the_wire() -> Result<()> {
    let metadata = metadata()?;
    let sources = sources(package(&metadata, "tfplugin")?)?;
    let inside = |source: &&Source| !source.is_in("wire") && !source.is_in("serve");
    let names_the_wire = |line: &str| code(line).any(|word| WIRE_NAMES.contains(&word));
    assert_none(&matches(sources.iter().filter(inside), names_the_wire));
    Ok(())
}

#[test]
fn no_type_of_the_wire_is_part_of_a_public_interface() -> Result<()> {
    let mut breaches = Vec::new();
    for package in metadata()?.workspace_packages() {
        let reexports =
            |line: &str| line.trim_start().starts_with("pub use ") && code(line).any(|word| WIRE_NAMES.contains(&word));
        breaches.extend(matches(&sources(package)?, reexports));
    }
    assert_none(&breaches);
    Ok(())
}

#[test]
fn each_part_keeps_to_its_own_vocabulary() -> Result<()> {
    let metadata = metadata()?;
    let foreign: [(&str, &[&str]); 7] = [
        ("tfplugin", &["wandb", "w&b", "weights & biases"]),
        ("tfplugin-derive", &["wandb", "w&b", "weights & biases"]),
        ("tfplugin-proto", &["wandb", "w&b", "weights & biases"]),
        ("tfplugin-testing", &["wandb", "w&b", "weights & biases"]),
        ("wandb-client", &["terraform", "opentofu", "tfplugin"]),
        ("wandb-emulator", &["terraform", "opentofu", "tfplugin"]),
        ("test-support", &["wandb_team", "wandb_service_account", "wandb_api_key"]),
    ];
    let mut breaches = Vec::new();
    for (name, words) in foreign {
        let sources = sources(package(&metadata, name)?)?;
        breaches.extend(matches(&sources, |line| {
            let line = line.to_lowercase();
            words.iter().any(|word| line.contains(word))
        }));
    }
    assert_none(&breaches);
    Ok(())
}

fn metadata() -> Result<Metadata> {
    MetadataCommand::new().no_deps().exec().context("could not read the workspace")
}

fn package<'a>(metadata: &'a Metadata, name: &str) -> Result<&'a Package> {
    let mut packages = metadata.packages.iter();
    packages.find(|package| package.name.as_str() == name).with_context(|| format!("there is no package `{name}`"))
}

fn is_for_tests(kind: DependencyKind) -> bool {
    kind == DependencyKind::Development
}

/// A Rust file below a package's `src`.
struct Source {
    /// Relative to `src`.
    path: PathBuf,
    /// For messages.
    shown: String,
    text: String,
}

impl Source {
    /// Whether the file belongs to this module of the crate's root.
    fn is_in(&self, module: &str) -> bool {
        self.path.starts_with(module) || self.path == Path::new(module).with_extension("rs")
    }
}

fn sources(package: &Package) -> Result<Vec<Source>> {
    let root = package.manifest_path.parent().context("a manifest has a folder")?.join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone().into_std_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("could not read `{}`", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&root)?.to_path_buf();
                let shown = format!("{}/src/{}", package.name, relative.display());
                sources.push(Source { path: relative, shown, text: fs::read_to_string(&path)? });
            }
        }
    }
    // A rule over no files at all would hold whatever happens.
    anyhow::ensure!(!sources.is_empty(), "`{root}` has no sources");
    Ok(sources)
}

/// The lines that a rule forbids, as `package/src/file.rs:12: text`.
fn matches<'a>(sources: impl IntoIterator<Item = &'a Source>, forbidden: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = sources.into_iter().flat_map(|source| source.text.lines().enumerate().map(move |line| (source, line)));
    let found = lines.filter(|(_, (_, line))| forbidden(line));
    found.map(|(source, (number, line))| format!("{}:{}: {}", source.shown, number + 1, line.trim())).collect()
}

/// The words of a line of code, without a comment at its end.
fn code(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split_once("//").map_or(line, |(code, _)| code);
    code.split(|character: char| !character.is_alphanumeric() && character != '_')
}

fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}
