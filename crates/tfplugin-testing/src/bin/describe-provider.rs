//! Prints all that a provider offers, as JSON: `describe-provider PATH`.
//!
//! The form is that of a provider in the answer to `terraform providers schema -json`. A host shows only what its version knows; this shows
//! everything that the binary says of itself, without a host.

use std::collections::BTreeMap;
use std::env;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use serde_json::{Map, Value, json};
use tfplugin_proto::tfplugin6::function::Parameter;
use tfplugin_proto::tfplugin6::schema::object::NestingMode;
use tfplugin_proto::tfplugin6::schema::{Attribute, Block, Object};
use tfplugin_proto::tfplugin6::{
    Diagnostic, Function, ResourceIdentitySchema, Schema, get_functions, get_provider_schema,
    get_resource_identity_schemas,
};
use tfplugin_testing::{HostError, Launch};

/// Why there is no description.
#[derive(Debug, thiserror::Error)]
enum DescribeError {
    #[error("usage: describe-provider PATH")]
    Usage,
    #[error("the provider could not be asked")]
    Host(#[from] HostError),
    #[error("the provider answered \"{summary}\": {detail}")]
    Refused { summary: String, detail: String },
    #[error("the schema of {of} has blocks; describe them by nested attributes")]
    Blocks { of: String },
    #[error("a type is not JSON")]
    Type(#[from] serde_json::Error),
    #[error("the description could not be written")]
    Write(#[from] std::io::Error),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = describe().await else { return ExitCode::SUCCESS };
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(stderr(), "error: {text}");
    ExitCode::FAILURE
}

async fn describe() -> Result<(), DescribeError> {
    let mut arguments = env::args_os().skip(1);
    let (Some(program), None) = (arguments.next(), arguments.next()) else { return Err(DescribeError::Usage) };
    let host = Launch::new(program).host().await?;
    let mut provider = host.provider();
    let call = |status| DescribeError::Host(HostError::from(status));
    let schemas = provider.get_provider_schema(get_provider_schema::Request {}).await.map_err(call)?.into_inner();
    accept(schemas.diagnostics)?;
    let request = get_resource_identity_schemas::Request {};
    let identities = provider.get_resource_identity_schemas(request).await.map_err(call)?.into_inner();
    accept(identities.diagnostics)?;
    let functions = provider.get_functions(get_functions::Request {}).await.map_err(call)?.into_inner();
    accept(functions.diagnostics)?;
    host.shutdown().await?;

    let actions = schemas.action_schemas.into_iter().map(|(name, action)| (name, action.schema.unwrap_or_default()));
    let description = json!({
        "provider": schema("the provider block", schemas.provider.unwrap_or_default())?,
        "resource_schemas": all(schemas.resource_schemas, schema)?,
        "data_source_schemas": all(schemas.data_source_schemas, schema)?,
        "ephemeral_resource_schemas": all(schemas.ephemeral_resource_schemas, schema)?,
        "list_resource_schemas": all(schemas.list_resource_schemas, schema)?,
        "action_schemas": all(actions.collect(), schema)?,
        "functions": all(functions.functions, |_, function| signature(function))?,
        "resource_identity_schemas": all(identities.identity_schemas, |_, schema| identity(schema))?,
    });
    Ok(writeln!(stdout(), "{description:#}")?)
}

fn accept(diagnostics: Vec<Diagnostic>) -> Result<(), DescribeError> {
    match diagnostics.into_iter().next() {
        Some(Diagnostic { summary, detail, .. }) => Err(DescribeError::Refused { summary, detail }),
        None => Ok(()),
    }
}

fn all<T>(
    of: BTreeMap<String, T>,
    describe: impl Fn(&str, T) -> Result<Value, DescribeError>,
) -> Result<Map<String, Value>, DescribeError> {
    of.into_iter().map(|(name, it)| Ok((name.clone(), describe(&name, it)?))).collect()
}

fn schema(name: &str, schema: Schema) -> Result<Value, DescribeError> {
    let Block { attributes, block_types, description, deprecated, deprecation_message, .. } =
        schema.block.unwrap_or_default();
    if !block_types.is_empty() {
        return Err(DescribeError::Blocks { of: name.to_owned() });
    }
    Ok(json!({
        "version": schema.version,
        "block": {
            "attributes": self::attributes(attributes)?,
            "description": description,
            "deprecated": deprecated,
            "deprecation_message": deprecation_message,
        },
    }))
}

fn attributes(attributes: Vec<Attribute>) -> Result<Map<String, Value>, DescribeError> {
    attributes.into_iter().map(|it| Ok((it.name.clone(), attribute(it)?))).collect()
}

fn attribute(attribute: Attribute) -> Result<Value, DescribeError> {
    let mut description = json!({
        "description": attribute.description,
        "required": attribute.required,
        "optional": attribute.optional,
        "computed": attribute.computed,
        "sensitive": attribute.sensitive,
        "write_only": attribute.write_only,
        "deprecated": attribute.deprecated,
        "deprecation_message": attribute.deprecation_message,
    });
    let (name, content) = match attribute.nested_type {
        Some(object) => ("nested_type", nested(object)?),
        None => ("type", serde_json::from_slice(&attribute.r#type)?),
    };
    description[name] = content;
    Ok(description)
}

fn nested(object: Object) -> Result<Value, DescribeError> {
    let nesting_mode = match object.nesting() {
        NestingMode::Single => "single",
        NestingMode::List => "list",
        NestingMode::Set => "set",
        NestingMode::Map => "map",
        NestingMode::Invalid => "invalid",
    };
    Ok(json!({ "nesting_mode": nesting_mode, "attributes": attributes(object.attributes)? }))
}

fn signature(function: Function) -> Result<Value, DescribeError> {
    let parameters = function.parameters.iter().map(parameter).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({
        "summary": function.summary,
        "description": function.description,
        "deprecation_message": function.deprecation_message,
        "parameters": parameters,
        "variadic_parameter": function.variadic_parameter.as_ref().map(parameter).transpose()?,
        "return_type": serde_json::from_slice::<Value>(&function.r#return.unwrap_or_default().r#type)?,
    }))
}

fn parameter(parameter: &Parameter) -> Result<Value, DescribeError> {
    Ok(json!({
        "name": parameter.name,
        "description": parameter.description,
        "type": serde_json::from_slice::<Value>(&parameter.r#type)?,
        "is_nullable": parameter.allow_null_value,
    }))
}

fn identity(schema: ResourceIdentitySchema) -> Result<Value, DescribeError> {
    let attributes = schema.identity_attributes.into_iter().map(|attribute| {
        let description = json!({
            "type": serde_json::from_slice::<Value>(&attribute.r#type)?,
            "description": attribute.description,
            "required_for_import": attribute.required_for_import,
            "optional_for_import": attribute.optional_for_import,
        });
        Ok((attribute.name, description))
    });
    Ok(json!({
        "version": schema.version,
        "attributes": attributes.collect::<Result<Map<_, _>, DescribeError>>()?,
    }))
}
