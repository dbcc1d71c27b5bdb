//! Schemas.

use tfplugin_proto::tfplugin6 as proto;

use crate::schema::{Attribute, Attributes, Kind, Nesting, Schema, Usage};

pub(super) fn to_proto(schema: &Schema) -> proto::Schema {
    let block = proto::schema::Block {
        attributes: attributes(schema.attributes()),
        description: schema.description().to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecated: schema.deprecation().is_some(),
        deprecation_message: schema.deprecation().unwrap_or_default().to_owned(),
        ..proto::schema::Block::default()
    };
    proto::Schema { version: schema.state_version(), block: Some(block) }
}

fn attributes(attributes: &Attributes) -> Vec<proto::schema::Attribute> {
    attributes.iter().map(|(name, value)| attribute(name, value)).collect()
}

fn attribute(name: &str, attribute: &Attribute) -> proto::schema::Attribute {
    let (ty, nested_type) = match attribute.kind() {
        Kind::Value(ty) => (ty.to_json(), None),
        Kind::Nested(nesting, nested) => (Vec::new(), Some(object(*nesting, nested))),
    };
    proto::schema::Attribute {
        name: name.to_owned(),
        r#type: ty.into(),
        nested_type,
        description: attribute.description().to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        required: attribute.usage() == Usage::Required,
        optional: matches!(attribute.usage(), Usage::Optional | Usage::OptionalComputed),
        // One with a default is filled in by the provider, which hosts allow of computed attributes only.
        computed: attribute.is_computed(),
        sensitive: attribute.is_sensitive(),
        write_only: attribute.is_write_only(),
        deprecated: attribute.deprecation().is_some(),
        deprecation_message: attribute.deprecation().unwrap_or_default().to_owned(),
    }
}

fn object(nesting: Nesting, nested: &Attributes) -> proto::schema::Object {
    use proto::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes(nested),
        nesting: nesting.into(),
        ..proto::schema::Object::default()
    }
}
