use std::collections::BTreeMap;

use tfplugin::value::{ObjectType, Type};
use tfplugin_proto::tfplugin6 as proto;
use tfplugin_proto::tfplugin6::provider_client::ProviderClient;
use tonic::Code;
use tonic::transport::Channel;

use super::wire::Subject;
use super::{Call, Result, SessionError};
use crate::process::within;
use crate::rules::{Breach, Rule};
use crate::schema::Schema;

/// All that a provider offers, as it says itself.
#[derive(Clone, Debug)]
pub struct Schemas {
    provider: Schema,
    resources: BTreeMap<String, Schema>,
    identities: BTreeMap<String, Type>,
    data_sources: BTreeMap<String, Schema>,
    ephemeral_resources: BTreeMap<String, Schema>,
    actions: BTreeMap<String, Schema>,
    functions: BTreeMap<String, FunctionSignature>,
    plans_destroy: bool,
    optional: bool,
}

/// The types of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionSignature {
    /// The types of the fixed arguments.
    pub parameters: Vec<Type>,
    /// The type of further arguments, where there may be some.
    pub variadic: Option<Type>,
    /// The type of the result.
    pub result: Type,
}

impl Schemas {
    /// Asks a provider for its schemas.
    pub async fn read(provider: &mut ProviderClient<Channel>) -> Result<Self> {
        let request = proto::get_provider_schema::Request {};
        let answer = within("the schemas", provider.get_provider_schema(request)).await??.into_inner();
        Subject::new(Call::GetProviderSchema, "").accept(answer.diagnostics)?;
        let capabilities = answer.server_capabilities.unwrap_or_default();
        let actions = answer.action_schemas.into_iter();
        let actions = actions.map(|(name, action)| (name, action.schema.unwrap_or_default())).collect();
        Ok(Self {
            provider: schema("", answer.provider.unwrap_or_default())?,
            resources: schemas(answer.resource_schemas)?,
            identities: identities(provider).await?,
            data_sources: schemas(answer.data_source_schemas)?,
            ephemeral_resources: schemas(answer.ephemeral_resource_schemas)?,
            actions: schemas(actions)?,
            functions: answer.functions.into_iter().map(signature).collect::<Result<_>>()?,
            plans_destroy: capabilities.plan_destroy,
            optional: capabilities.get_provider_schema_optional,
        })
    }

    /// The schema of the `provider` block.
    #[must_use]
    pub fn provider(&self) -> &Schema {
        &self.provider
    }

    /// The schema of a managed resource.
    pub fn resource(&self, type_name: &str) -> Result<&Schema> {
        find(&self.resources, "resource", type_name)
    }

    /// The schemas of all managed resources, by type.
    #[must_use]
    pub fn resources(&self) -> &BTreeMap<String, Schema> {
        &self.resources
    }

    /// The type of a managed resource's identity, where it has one.
    #[must_use]
    pub fn identity(&self, type_name: &str) -> Option<&Type> {
        self.identities.get(type_name)
    }

    /// The schema of a data source.
    pub fn data_source(&self, type_name: &str) -> Result<&Schema> {
        find(&self.data_sources, "data source", type_name)
    }

    /// The schema of an ephemeral resource.
    pub fn ephemeral_resource(&self, type_name: &str) -> Result<&Schema> {
        find(&self.ephemeral_resources, "ephemeral resource", type_name)
    }

    /// The schema of an action.
    pub fn action(&self, type_name: &str) -> Result<&Schema> {
        find(&self.actions, "action", type_name)
    }

    /// The types of a function.
    pub fn function(&self, name: &str) -> Result<&FunctionSignature> {
        find(&self.functions, "function", name)
    }

    /// Whether the provider wants to be asked about a destroy before it happens.
    #[must_use]
    pub fn plans_destroy(&self) -> bool {
        self.plans_destroy
    }

    /// Whether processes work without being asked for their schemas.
    pub(super) fn is_optional(&self) -> bool {
        self.optional
    }
}

fn find<'a, T>(all: &'a BTreeMap<String, T>, kind: &'static str, name: &str) -> Result<&'a T> {
    all.get(name).ok_or_else(|| SessionError::Unknown { kind, name: name.to_owned() })
}

fn schemas(schemas: BTreeMap<String, proto::Schema>) -> Result<BTreeMap<String, Schema>> {
    schemas.into_iter().map(|(name, proto)| Ok((name.clone(), schema(&name, proto)?))).collect()
}

fn schema(type_name: &str, proto: proto::Schema) -> Result<Schema> {
    Schema::from_proto(proto).map_err(|breaches| Subject::new(Call::GetProviderSchema, type_name).broken(breaches))
}

fn read_type(subject: Subject<'_>, json: &[u8]) -> Result<Type> {
    Type::from_json(json).map_err(|_| subject.broken(vec![Breach::whole(Rule::Schema)]))
}

fn signature((name, function): (String, proto::Function)) -> Result<(String, FunctionSignature)> {
    let read = |json: &[u8]| read_type(Subject::new(Call::GetProviderSchema, &name), json);
    let parameters = function.parameters.iter().map(|parameter| read(&parameter.r#type)).collect::<Result<_>>()?;
    let variadic = function.variadic_parameter.map(|parameter| read(&parameter.r#type)).transpose()?;
    let result = read(&function.r#return.unwrap_or_default().r#type)?;
    Ok((name, FunctionSignature { parameters, variadic, result }))
}

/// A provider that knows no identities has none.
async fn identities(provider: &mut ProviderClient<Channel>) -> Result<BTreeMap<String, Type>> {
    let request = proto::get_resource_identity_schemas::Request {};
    let answer = match within("the identity schemas", provider.get_resource_identity_schemas(request)).await? {
        Ok(answer) => answer.into_inner(),
        Err(status) if status.code() == Code::Unimplemented => return Ok(BTreeMap::new()),
        Err(status) => return Err(status.into()),
    };
    Subject::new(Call::GetResourceIdentitySchemas, "").accept(answer.diagnostics)?;
    let read = |(name, schema): (String, proto::ResourceIdentitySchema)| {
        let attributes = schema.identity_attributes.into_iter().map(|attribute| {
            let subject = Subject::new(Call::GetResourceIdentitySchemas, &name);
            let ty = read_type(subject, &attribute.r#type)?;
            Ok((attribute.name, ty))
        });
        let attributes = attributes.collect::<Result<_>>()?;
        Ok((name, Type::Object(ObjectType { attributes, ..ObjectType::default() })))
    };
    answer.identity_schemas.into_iter().map(read).collect()
}
