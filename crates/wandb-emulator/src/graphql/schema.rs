//! Builds the schema that is served from the contract and the resolvers.

use async_graphql::dynamic::{Field, InputObject, InputValue, Object, Scalar, Schema, TypeRef};
use async_graphql_parser::types::{BaseType, InputValueDefinition, Type, TypeDefinition, TypeKind};

use super::contract::{Contract, ContractError, Coordinate};
use super::resolvers::{Resolvers, failing_to_null};

/// The type of the root of queries.
pub(super) const QUERY: &str = "Query";
/// The type of the root of mutations.
pub(super) const MUTATION: &str = "Mutation";

/// How deep a query may nest: connections of entities of accounts could otherwise go on for ever.
const DEEPEST_QUERY: usize = 24;

/// The schema of this contract. Every field needs its resolver.
pub(super) fn build(contract: &Contract, mut resolvers: Resolvers) -> Result<Schema, ContractError> {
    let mut schema = Schema::build(QUERY, Some(MUTATION), None).limit_depth(DEEPEST_QUERY);
    for definition in &contract.types {
        schema = match &definition.kind {
            TypeKind::Object(_) => schema.register(object(definition, &mut resolvers)?),
            TypeKind::InputObject(_) => schema.register(input_object(definition)),
            TypeKind::Scalar => schema.register(scalar(definition)),
            TypeKind::Interface(_) | TypeKind::Union(_) | TypeKind::Enum(_) => {
                return Err(ContractError::UnservedKind(definition.name.node.to_string()));
            }
        };
    }
    schema.finish().map_err(|error| ContractError::Schema(error.to_string()))
}

fn object(definition: &TypeDefinition, resolvers: &mut Resolvers) -> Result<Object, ContractError> {
    let name = &definition.name.node;
    let mut object = Object::new(name.as_str());
    if let Some(description) = &definition.description {
        object = object.description(&description.node);
    }
    let TypeKind::Object(kind) = &definition.kind else {
        return Err(ContractError::UnservedKind(name.to_string()));
    };
    for field in kind.fields.iter().map(|field| &field.node) {
        let coordinate = Coordinate::new(name, &field.name.node);
        let field_type = type_ref(&field.ty.node);
        let resolver = resolvers.take(&coordinate).ok_or(ContractError::NoResolver(coordinate))?;
        let mut served =
            Field::new(field.name.node.as_str(), field_type.clone(), failing_to_null(resolver, &field_type));
        if let Some(description) = &field.description {
            served = served.description(&description.node);
        }
        for argument in &field.arguments {
            served = served.argument(input_value(&argument.node));
        }
        object = object.field(served);
    }
    Ok(object)
}

fn input_object(definition: &TypeDefinition) -> InputObject {
    let mut input = InputObject::new(definition.name.node.as_str());
    if let Some(description) = &definition.description {
        input = input.description(&description.node);
    }
    if let TypeKind::InputObject(kind) = &definition.kind {
        for field in &kind.fields {
            input = input.field(input_value(&field.node));
        }
    }
    input
}

fn input_value(definition: &InputValueDefinition) -> InputValue {
    let mut value = InputValue::new(definition.name.node.as_str(), type_ref(&definition.ty.node));
    if let Some(description) = &definition.description {
        value = value.description(&description.node);
    }
    if let Some(default) = &definition.default_value {
        value = value.default_value(default.node.clone());
    }
    value
}

fn scalar(definition: &TypeDefinition) -> Scalar {
    let scalar = Scalar::new(definition.name.node.as_str());
    match &definition.description {
        Some(description) => scalar.description(&description.node),
        None => scalar,
    }
}

fn type_ref(definition: &Type) -> TypeRef {
    let inner = match &definition.base {
        BaseType::Named(name) => TypeRef::named(name.as_str()),
        BaseType::List(item) => TypeRef::List(Box::new(type_ref(item))),
    };
    if definition.nullable { inner } else { TypeRef::NonNull(Box::new(inner)) }
}
