//! What a provider offers, as `describe-provider` prints it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// All that a provider offers.
#[derive(Deserialize)]
pub(super) struct Catalog {
    pub(super) provider: Schema,
    pub(super) resource_schemas: BTreeMap<String, Schema>,
    pub(super) data_source_schemas: BTreeMap<String, Schema>,
    pub(super) ephemeral_resource_schemas: BTreeMap<String, Schema>,
    pub(super) list_resource_schemas: BTreeMap<String, Schema>,
    pub(super) action_schemas: BTreeMap<String, Schema>,
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) resource_identity_schemas: BTreeMap<String, Identity>,
}

/// What a configuration can say.
#[derive(Deserialize)]
pub(super) struct Schema {
    pub(super) block: Block,
}

/// The content of a schema.
#[derive(Deserialize)]
pub(super) struct Block {
    pub(super) description: String,
    /// Empty where it is not deprecated.
    pub(super) deprecation_message: String,
    pub(super) attributes: Attributes,
}

/// The attributes of an object, by name.
pub(super) type Attributes = BTreeMap<String, Attribute>;

/// One attribute.
#[expect(clippy::struct_excessive_bools, reason = "the flags of an attribute in the protocol")]
#[derive(Deserialize)]
pub(super) struct Attribute {
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) optional: bool,
    pub(super) sensitive: bool,
    pub(super) write_only: bool,
    /// Empty where it is not deprecated.
    pub(super) deprecation_message: String,
    #[serde(flatten)]
    pub(super) content: Content,
}

/// What an attribute holds.
#[derive(Deserialize)]
pub(super) enum Content {
    /// A value of a type constraint.
    #[serde(rename = "type")]
    Value(Value),
    /// Objects with attributes of their own.
    #[serde(rename = "nested_type")]
    Nested(Nested),
}

/// Nested objects.
#[derive(Deserialize)]
pub(super) struct Nested {
    pub(super) nesting_mode: NestingMode,
    pub(super) attributes: Attributes,
}

/// How nested objects are collected.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum NestingMode {
    Single,
    List,
    Set,
    Map,
}

/// A function.
#[derive(Deserialize)]
pub(super) struct Function {
    pub(super) summary: String,
    pub(super) description: String,
    /// Empty where it is not deprecated.
    pub(super) deprecation_message: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) variadic_parameter: Option<Parameter>,
    pub(super) return_type: Value,
}

/// An argument of a function.
#[derive(Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) description: String,
    #[serde(rename = "type")]
    pub(super) ty: Value,
    pub(super) is_nullable: bool,
}

/// What tells one object of a resource from another.
#[derive(Deserialize)]
pub(super) struct Identity {
    pub(super) attributes: BTreeMap<String, IdentityAttribute>,
}

/// A part of an identity.
#[derive(Deserialize)]
pub(super) struct IdentityAttribute {
    #[serde(rename = "type")]
    pub(super) ty: Value,
    pub(super) description: String,
    pub(super) required_for_import: bool,
}
