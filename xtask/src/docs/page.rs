//! The pages: one for the provider, and one for each thing that it offers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::INDEX;
use super::catalog::{
    Attribute, Attributes, Block, Catalog, Content, Function, Identity, Nested, NestingMode, Parameter,
};
use super::examples::Examples;
use super::markdown::Document;

/// The provider's name, as in the names of its resources.
const PROVIDER: &str = "wandb";

/// The text of each page, by its file below `docs`.
pub(super) type Pages = BTreeMap<PathBuf, String>;

/// What a page is about. Folders, titles and the names of examples are the registry's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Resource,
    DataSource,
    EphemeralResource,
    ListResource,
    Action,
    Function,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Resource, Self::DataSource, Self::EphemeralResource, Self::ListResource, Self::Action, Self::Function];

    /// Below `docs`, and below `examples`.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::EphemeralResource => "ephemeral-resources",
            Self::ListResource => "list-resources",
            Self::Action => "actions",
            Self::Function => "functions",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::EphemeralResource => "Ephemeral Resource",
            Self::ListResource => "List Resource",
            Self::Action => "Action",
            Self::Function => "Function",
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::EphemeralResource => "ephemeral-resource.tf",
            Self::ListResource => "list-resource.tfquery.hcl",
            Self::Action => "action.tf",
            Self::Function => "function.tf",
        }
    }

    /// What its use needs, where not every host has it.
    const fn hosts(self) -> Option<&'static str> {
        match self {
            Self::Resource | Self::DataSource => None,
            Self::EphemeralResource => Some("Ephemeral resources need Terraform 1.10, or OpenTofu 1.11."),
            Self::ListResource => Some("List resources need Terraform 1.14."),
            Self::Action => Some("Actions need Terraform 1.14."),
            Self::Function => Some("Functions of providers need Terraform 1.8, or OpenTofu 1.7."),
        }
    }

    fn page(self, name: &str) -> PathBuf {
        let name = name.strip_prefix(PROVIDER).and_then(|name| name.strip_prefix('_')).unwrap_or(name);
        Path::new(self.folder()).join(name).with_extension("md")
    }

    fn file_of_example(self, name: &str, file: &str) -> PathBuf {
        Path::new(self.folder()).join(name).join(file)
    }
}

/// All pages.
pub(super) fn all(catalog: &Catalog, examples: &Examples) -> Result<Pages> {
    let mut pages = Pages::new();
    pages.insert(INDEX.into(), provider(&catalog.provider.block, examples).context("the provider's page")?);
    let schemas = [
        (Kind::Resource, &catalog.resource_schemas),
        (Kind::DataSource, &catalog.data_source_schemas),
        (Kind::EphemeralResource, &catalog.ephemeral_resource_schemas),
        (Kind::ListResource, &catalog.list_resource_schemas),
        (Kind::Action, &catalog.action_schemas),
    ];
    for (kind, schemas) in schemas {
        for (name, schema) in schemas {
            let mut page = begin(kind, name, &About::from(&schema.block), examples)?;
            arguments(&mut page, &schema.block.attributes).with_context(|| format!("the page of `{name}`"))?;
            if kind == Kind::Resource {
                import(&mut page, name, catalog.resource_identity_schemas.get(name), examples)?;
            }
            pages.insert(kind.page(name), page.finish());
        }
    }
    for (name, function) in &catalog.functions {
        let page = self::function(name, function, examples).with_context(|| format!("the page of `{name}`"))?;
        pages.insert(Kind::Function.page(name), page);
    }
    Ok(pages)
}

fn provider(block: &Block, examples: &Examples) -> Result<String> {
    let mut page = Document::new(&format!("{PROVIDER} Provider"), &block.description);
    page.heading(1, &format!("{PROVIDER} Provider"));
    page.text(&block.description);
    page.heading(2, "Example Usage");
    page.code("terraform", &examples.text(Path::new("provider/provider.tf"))?);
    arguments(&mut page, &block.attributes)?;
    Ok(page.finish())
}

/// The top of a page: what it is about, and an example.
fn begin(kind: Kind, name: &str, about: &About<'_>, examples: &Examples) -> Result<Document> {
    let mut page = Document::new(&format!("{name} {} - {PROVIDER}", kind.title()), about.summary);
    page.heading(1, &format!("{name} ({})", kind.title()));
    if !about.deprecation.is_empty() {
        page.text(&format!("~> **Deprecated.** {}", about.deprecation));
    }
    page.text(about.description);
    if let Some(hosts) = kind.hosts() {
        page.text(hosts);
    }
    page.heading(2, "Example Usage");
    page.code("terraform", &examples.text(&kind.file_of_example(name, kind.example()))?);
    Ok(page)
}

/// What the top of a page says.
struct About<'a> {
    /// Only its first line is shown where things are listed.
    summary: &'a str,
    description: &'a str,
    /// Empty where it is not deprecated.
    deprecation: &'a str,
}

impl<'a> From<&'a Block> for About<'a> {
    fn from(Block { description, deprecation_message, .. }: &'a Block) -> Self {
        Self { summary: description, description, deprecation: deprecation_message }
    }
}

impl<'a> From<&'a Function> for About<'a> {
    fn from(Function { summary, description, deprecation_message, .. }: &'a Function) -> Self {
        Self { summary, description, deprecation: deprecation_message }
    }
}

/// All attributes: first those at the root, then those of nested objects, each under its path.
fn arguments(page: &mut Document, attributes: &Attributes) -> Result<()> {
    page.heading(2, "Schema");
    for (title, attributes) in by_usage(attributes) {
        page.heading(3, title);
        page.list(attributes.iter().map(|(name, attribute)| item(name, attribute, &[])).collect::<Result<Vec<_>>>()?);
    }
    nested(page, attributes, &[])
}

fn nested<'a>(page: &mut Document, attributes: &'a Attributes, path: &[&'a str]) -> Result<()> {
    for (name, attribute) in attributes {
        let Content::Nested(Nested { attributes, .. }) = &attribute.content else { continue };
        let path = [path, &[name]].concat();
        page.anchor(&anchor(&path));
        page.heading(3, &format!("Nested Schema for `{}`", path.join(".")));
        for (title, attributes) in by_usage(attributes) {
            page.text(&format!("{title}:"));
            page.list(
                attributes.iter().map(|(name, attribute)| item(name, attribute, &path)).collect::<Result<Vec<_>>>()?,
            );
        }
        nested(page, attributes, &path)?;
    }
    Ok(())
}

type Titled<'a> = (&'static str, Vec<(&'a str, &'a Attribute)>);

/// The attributes by who sets them, without what would be empty.
fn by_usage(attributes: &Attributes) -> Vec<Titled<'_>> {
    let all = |title, matches: fn(&Attribute) -> bool| {
        let attributes = attributes.iter().filter(|(_, attribute)| matches(attribute));
        (title, attributes.map(|(name, attribute)| (name.as_str(), attribute)).collect::<Vec<_>>())
    };
    let mut titled = vec![
        all("Required", |attribute| attribute.required),
        all("Optional", |attribute| attribute.optional),
        all("Read-Only", |attribute| !attribute.required && !attribute.optional),
    ];
    titled.retain(|(_, attributes)| !attributes.is_empty());
    titled
}

fn item(name: &str, attribute: &Attribute, path: &[&str]) -> Result<String> {
    let mut notes = vec![match &attribute.content {
        Content::Value(ty) => type_name(ty).with_context(|| format!("the type of `{name}`"))?,
        Content::Nested(Nested { nesting_mode, .. }) => match nesting_mode {
            NestingMode::Single => "Object",
            NestingMode::List => "List of Object",
            NestingMode::Set => "Set of Object",
            NestingMode::Map => "Map of Object",
        }
        .to_owned(),
    }];
    notes.extend(attribute.sensitive.then(|| "Sensitive".to_owned()));
    notes.extend(attribute.write_only.then(|| "Write-only".to_owned()));
    let deprecated = attribute.deprecation_message.as_str();
    let deprecation = if deprecated.is_empty() { String::new() } else { format!("**Deprecated.** {deprecated}") };
    let see = match &attribute.content {
        Content::Value(_) => String::new(),
        Content::Nested(_) => format!("See [the nested schema](#{}).", anchor(&[path, &[name]].concat())),
    };
    let head = format!("`{name}` ({})", notes.join(", "));
    let parts = [head, deprecation, attribute.description.clone(), see];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

/// As the registry writes it, so that links from elsewhere work.
fn anchor(path: &[&str]) -> String {
    format!("nestedatt--{}", path.join("--"))
}

fn import(page: &mut Document, name: &str, identity: Option<&Identity>, examples: &Examples) -> Result<()> {
    let example = |file| examples.text(&Kind::Resource.file_of_example(name, file));
    page.heading(2, "Import");
    page.text("An `import` block takes over an object that exists already:");
    page.code("terraform", &example("import-by-string-id.tf")?);
    if let Some(identity) = identity {
        page.text("With Terraform or OpenTofu 1.12 and newer, the block can name the object by its identity:");
        page.code("terraform", &example("import-by-identity.tf")?);
        page.list(
            identity
                .attributes
                .iter()
                .map(|(name, attribute)| {
                    let needed = if attribute.required_for_import { "Required" } else { "Optional" };
                    Ok(format!("`{name}` ({}, {needed}) {}", type_name(&attribute.ty)?, attribute.description))
                })
                .collect::<Result<Vec<_>>>()?,
        );
    }
    page.text("The command does so without a block:");
    page.code("shell", &example("import.sh")?);
    Ok(())
}

fn function(name: &str, function: &Function, examples: &Examples) -> Result<String> {
    let mut page = begin(Kind::Function, name, &About::from(function), examples)?;
    let mut signature = Vec::new();
    let mut arguments = Vec::new();
    for parameter in function.parameters.iter().chain(&function.variadic_parameter) {
        let Parameter { name, description, ty, is_nullable } = parameter;
        let ty = type_name(ty)?;
        let null = if *is_nullable { ", may be null" } else { "" };
        signature.push(format!("{name} {}", ty.to_lowercase()));
        arguments.push(format!("`{name}` ({ty}{null}) {description}"));
    }
    if function.variadic_parameter.is_some()
        && let Some(last) = signature.last_mut()
    {
        last.push_str("...");
    }
    page.heading(2, "Signature");
    page.code(
        "text",
        &format!("{name}({}) {}", signature.join(", "), type_name(&function.return_type)?.to_lowercase()),
    );
    if !arguments.is_empty() {
        page.heading(2, "Arguments");
        page.list(arguments);
    }
    Ok(page.finish())
}

/// A type constraint in words: `List of String`.
fn type_name(ty: &Value) -> Result<String> {
    if let Value::String(primitive) = ty {
        return Ok(match primitive.as_str() {
            "string" => "String",
            "number" => "Number",
            "bool" => "Boolean",
            "dynamic" => "Dynamic",
            _ => bail!("there is no type `{ty}`"),
        }
        .to_owned());
    }
    let of = |index: usize| ty.get(index).with_context(|| format!("there is no type `{ty}`"));
    Ok(match of(0)?.as_str() {
        Some("list") => format!("List of {}", type_name(of(1)?)?),
        Some("set") => format!("Set of {}", type_name(of(1)?)?),
        Some("map") => format!("Map of {}", type_name(of(1)?)?),
        Some("object") => "Object".to_owned(),
        Some("tuple") => "Tuple".to_owned(),
        _ => bail!("there is no type `{ty}`"),
    })
}

#[cfg(test)]
mod tests;
