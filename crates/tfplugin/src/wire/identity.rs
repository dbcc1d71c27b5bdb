//! Identities.

use tfplugin_proto::tfplugin6 as proto;

use super::dynamic_value;
use crate::diagnostic::Result;
use crate::resource::IdentitySchema;
use crate::value::Value;

pub(super) fn schema_to_proto(schema: &IdentitySchema) -> proto::ResourceIdentitySchema {
    let attributes =
        schema.attributes().iter().map(|(name, attribute)| proto::resource_identity_schema::IdentityAttribute {
            name: name.clone(),
            r#type: attribute.value_type.to_json().into(),
            required_for_import: attribute.required_for_import,
            optional_for_import: !attribute.required_for_import,
            description: attribute.description.clone(),
        });
    proto::ResourceIdentitySchema { version: schema.identity_version(), identity_attributes: attributes.collect() }
}

/// Reads an identity; none where the host has none, or the resource.
pub(super) fn decode(identity: Option<&proto::ResourceIdentityData>, schema: &IdentitySchema) -> Result<Option<Value>> {
    let data = identity.and_then(|identity| identity.identity_data.as_ref());
    if data.is_none() || schema.is_none() {
        return Ok(None);
    }
    Ok(Some(dynamic_value::decode(data, &schema.object_type())?).filter(|value| !value.is_null()))
}

pub(super) fn encode(identity: Option<&Value>, schema: &IdentitySchema) -> Result<Option<proto::ResourceIdentityData>> {
    let Some(identity) = identity else { return Ok(None) };
    let identity_data = Some(dynamic_value::encode(identity, &schema.object_type())?);
    Ok(Some(proto::ResourceIdentityData { identity_data }))
}
