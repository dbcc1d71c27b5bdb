use std::fs;

use serde_json::json;

use super::*;

/// A provider with one thing of each kind.
fn catalog() -> Catalog {
    let attribute = |content: (&str, Value), flags: &[&str], description: &str| {
        let mut attribute = json!({
            "description": description, "deprecation_message": "", "required": false, "optional": false,
            "sensitive": false, "write_only": false,
        });
        for flag in flags {
            attribute[flag] = true.into();
        }
        attribute[content.0] = content.1;
        attribute
    };
    let text = || ("type", json!("string"));
    let member = json!({
        "nesting_mode": "list",
        "attributes": { "roles": attribute(("type", json!(["set", "string"])), &["optional"], "What it may do.") },
    });
    let schema = |description: &str, attributes: Value| json!({ "block": { "description": description, "deprecation_message": "", "attributes": attributes } });
    let one = |name: &str| json!({ name: schema("One.", json!({})) });
    let token = attribute(text(), &["optional", "sensitive"], "Who you are.");
    let thing = json!({
        "id": attribute(text(), &[], "The thing's id."),
        "name": attribute(text(), &["required"], "What it is called."),
        "note": attribute(text(), &["optional", "write_only"], ""),
        "members": attribute(("nested_type", member), &["optional"], "Who is in it."),
    });
    let parameter = |name: &str, description: &str, is_nullable: bool| json!({ "name": name, "description": description, "type": "string", "is_nullable": is_nullable });
    let join = json!({
        "summary": "Joins.",
        "description": "Joins texts.",
        "deprecation_message": "Use `other`.",
        "parameters": [parameter("with", "Between them.", true)],
        "variadic_parameter": parameter("texts", "The texts.", false),
        "return_type": ["map", "number"],
    });
    let name = json!({ "type": "string", "description": "Its name.", "required_for_import": true });
    serde_json::from_value(json!({
        "provider": schema("Manages things.\n\nIn detail.", json!({ "token": token })),
        "resource_schemas": { "wandb_thing": schema("A thing.", thing) },
        "data_source_schemas": one("wandb_thing"),
        "ephemeral_resource_schemas": one("wandb_secret"),
        "list_resource_schemas": one("wandb_thing"),
        "action_schemas": one("wandb_do"),
        "functions": { "join": join },
        "resource_identity_schemas": { "wandb_thing": { "attributes": { "name": name } } },
    }))
    .unwrap()
}

const EXAMPLES: [&str; 10] = [
    "provider/provider.tf",
    "resources/wandb_thing/resource.tf",
    "resources/wandb_thing/import.sh",
    "resources/wandb_thing/import-by-string-id.tf",
    "resources/wandb_thing/import-by-identity.tf",
    "data-sources/wandb_thing/data-source.tf",
    "ephemeral-resources/wandb_secret/ephemeral-resource.tf",
    "list-resources/wandb_thing/list-resource.tfquery.hcl",
    "actions/wandb_do/action.tf",
    "functions/join/function.tf",
];

/// The pages with these examples, each of which has its own name as text.
fn pages(examples: &[&str]) -> Result<Pages> {
    let folder = tempfile::tempdir()?;
    for example in examples {
        let file = folder.path().join(example);
        fs::create_dir_all(file.parent().unwrap())?;
        fs::write(file, format!("{example}\n"))?;
    }
    all(&catalog(), &Examples::in_folder(folder.path().to_path_buf()))
}

#[test]
fn each_thing_has_its_page_in_the_registrys_layout() {
    let pages = pages(&EXAMPLES).unwrap();
    let names: Vec<_> = pages.keys().map(|name| name.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "actions/do.md",
            "data-sources/thing.md",
            "ephemeral-resources/secret.md",
            "functions/join.md",
            "index.md",
            "list-resources/thing.md",
            "resources/thing.md",
        ]
    );
}

#[test]
fn a_page_without_its_example_is_an_error() {
    for missing in EXAMPLES {
        let rest: Vec<_> = EXAMPLES.into_iter().filter(|example| *example != missing).collect();
        let error = format!("{:#}", pages(&rest).unwrap_err());
        assert!(error.contains(missing), "{error}");
    }
}

#[test]
fn a_resource_shows_how_it_is_used_what_it_holds_and_how_it_is_imported() {
    assert_eq!(
        pages(&EXAMPLES).unwrap()[Path::new("resources/thing.md")],
        r#"---
# Written by `cargo xtask docs` from the provider's schemas and examples.
page_title: "wandb_thing Resource - wandb"
subcategory: ""
description: |-
  A thing.
---

# wandb_thing (Resource)

A thing.

## Example Usage

```terraform
resources/wandb_thing/resource.tf
```

## Schema

### Required

- `name` (String) What it is called.

### Optional

- `members` (List of Object) Who is in it. See [the nested schema](#nestedatt--members).
- `note` (String, Write-only)

### Read-Only

- `id` (String) The thing's id.

<a id="nestedatt--members"></a>

### Nested Schema for `members`

Optional:

- `roles` (Set of String) What it may do.

## Import

An `import` block takes over an object that exists already:

```terraform
resources/wandb_thing/import-by-string-id.tf
```

With Terraform or OpenTofu 1.12 and newer, the block can name the object by its identity:

```terraform
resources/wandb_thing/import-by-identity.tf
```

- `name` (String, Required) Its name.

The command does so without a block:

```shell
resources/wandb_thing/import.sh
```
"#
    );
}

#[test]
fn a_function_shows_its_signature() {
    let page = &pages(&EXAMPLES).unwrap()[Path::new("functions/join.md")];
    let (_, body) = page.split_once("# join (Function)\n\n").unwrap();
    assert_eq!(
        body,
        r"~> **Deprecated.** Use `other`.

Joins texts.

Functions of providers need Terraform 1.8, or OpenTofu 1.7.

## Example Usage

```terraform
functions/join/function.tf
```

## Signature

```text
join(with string, texts string...) map of number
```

## Arguments

- `with` (String, may be null) Between them.
- `texts` (String) The texts.
"
    );
}

#[test]
fn the_provider_has_its_description_in_full() {
    let page = &pages(&EXAMPLES).unwrap()[Path::new("index.md")];
    assert!(page.contains("description: |-\n  Manages things.\n---\n"), "{page}");
    assert!(page.contains("# wandb Provider\n\nManages things.\n\nIn detail.\n\n## Example Usage\n"), "{page}");
    assert!(page.contains("- `token` (String, Sensitive) Who you are.\n"), "{page}");
}

#[test]
fn types_are_told_in_words() {
    let cases = [
        (json!("bool"), "Boolean"),
        (json!(["list", ["map", "dynamic"]]), "List of Map of Dynamic"),
        (json!(["object", { "a": "string" }]), "Object"),
    ];
    for (ty, expected) in cases {
        assert_eq!(type_name(&ty).unwrap(), expected);
    }
    for ty in [json!("text"), json!(["list"]), json!(null)] {
        assert!(type_name(&ty).is_err(), "{ty}");
    }
}
