//! The GraphQL contract: two SDL files, cut down to what one server offers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use async_graphql_parser::types::{
    ConstDirective, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql_parser::{Positioned, parse_schema};

use crate::deployment::{Deployment, NotAVersion, Version};

const PUBLIC: &str = include_str!("../../contract/public.graphql");
const ASSUMED: &str = include_str!("../../contract/assumed.graphql");

/// A place in the schema, `Type.field`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinate {
    type_name: String,
    field: String,
}

impl Coordinate {
    pub(super) fn new(type_name: &str, field: &str) -> Self {
        Self { type_name: type_name.to_owned(), field: field.to_owned() }
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.type_name, self.field)
    }
}

/// A text that is no [`Coordinate`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not of the form Type.field")]
pub struct NotACoordinate(String);

impl FromStr for Coordinate {
    type Err = NotACoordinate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((type_name, field)) if !type_name.is_empty() && !field.is_empty() => Ok(Self::new(type_name, field)),
            _ => Err(NotACoordinate(text.to_owned())),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Coordinate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The contract cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A file is no SDL.
    #[error("the contract does not parse")]
    Syntax(#[from] async_graphql_parser::Error),
    /// A definition is of a kind that the emulator does not serve.
    #[error("the contract's `{0}` is of a kind that is not served")]
    UnservedKind(String),
    /// An extension has nothing to extend, or of another kind.
    #[error("the contract extends `{0}`, which it does not define so")]
    NothingToExtend(String),
    /// A `@since` names no version.
    #[error("a @since in the contract names no version")]
    Version(#[from] NotAVersion),
    /// A `@since` has no version.
    #[error("a @since in the contract has no version")]
    NoVersion,
    /// A field has no resolver.
    #[error("`{0}` has no resolver")]
    NoResolver(Coordinate),
    /// A resolver has no field.
    #[error("there is a resolver for `{0}`, which the contract does not have")]
    NoField(Coordinate),
    /// The server is to lack what no server has.
    #[error("the server cannot lack `{0}`: the contract does not have it")]
    NothingToLack(Coordinate),
    /// What remains is no schema.
    #[error("the schema cannot be built: {0}")]
    Schema(String),
}

/// The types of the contract by name, in the order in which the files define them.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) types: Vec<TypeDefinition>,
}

impl Contract {
    /// Everything, for all servers.
    pub(super) fn whole() -> Result<Self, ContractError> {
        let mut types: Vec<TypeDefinition> = Vec::new();
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        for source in [PUBLIC, ASSUMED] {
            for definition in parse_schema(source)?.definitions {
                let TypeSystemDefinition::Type(Positioned { node: definition, .. }) = definition else {
                    continue;
                };
                let name = definition.name.node.to_string();
                match by_name.get(&name) {
                    Some(index) if definition.extend => extend(&mut types[*index], definition)?,
                    None if !definition.extend => {
                        by_name.insert(name, types.len());
                        types.push(definition);
                    }
                    _ => return Err(ContractError::NothingToExtend(name)),
                }
            }
        }
        Ok(Self { types })
    }

    /// Whether an object has this field.
    pub(super) fn defines(&self, coordinate: &Coordinate) -> bool {
        self.types.iter().any(|definition| match &definition.kind {
            TypeKind::Object(object) => object
                .fields
                .iter()
                .any(|field| Coordinate::new(&definition.name.node, &field.node.name.node) == *coordinate),
            _ => false,
        })
    }

    /// What a server of this deployment offers, less what it is to lack.
    pub(super) fn offered_by(
        mut self,
        deployment: Deployment,
        lacks: &BTreeSet<Coordinate>,
    ) -> Result<Self, ContractError> {
        let mut missing = lacks.clone();
        for definition in &mut self.types {
            let name = definition.name.node.to_string();
            let mut keep = |field: &str, directives: &[Positioned<ConstDirective>]| {
                let coordinate = Coordinate::new(&name, field);
                missing.remove(&coordinate);
                Ok::<_, ContractError>(!lacks.contains(&coordinate) && offers(deployment, directives)?)
            };
            match &mut definition.kind {
                TypeKind::Object(object) => {
                    object.fields =
                        kept(&object.fields, |field: &FieldDefinition| keep(&field.name.node, &field.directives))?;
                }
                TypeKind::InputObject(input) => {
                    input.fields =
                        kept(&input.fields, |field: &InputValueDefinition| keep(&field.name.node, &field.directives))?;
                }
                TypeKind::Scalar => {}
                TypeKind::Interface(_) | TypeKind::Union(_) | TypeKind::Enum(_) => {
                    return Err(ContractError::UnservedKind(name));
                }
            }
        }
        match missing.pop_first() {
            Some(coordinate) => Err(ContractError::NothingToLack(coordinate)),
            None => Ok(self),
        }
    }
}

fn extend(definition: &mut TypeDefinition, extension: TypeDefinition) -> Result<(), ContractError> {
    match (&mut definition.kind, extension.kind) {
        (TypeKind::Object(object), TypeKind::Object(more)) => object.fields.extend(more.fields),
        (TypeKind::InputObject(input), TypeKind::InputObject(more)) => input.fields.extend(more.fields),
        _ => return Err(ContractError::NothingToExtend(definition.name.node.to_string())),
    }
    Ok(())
}

fn kept<T: Clone>(
    fields: &[Positioned<T>],
    mut keep: impl FnMut(&T) -> Result<bool, ContractError>,
) -> Result<Vec<Positioned<T>>, ContractError> {
    let mut kept = Vec::with_capacity(fields.len());
    for field in fields {
        if keep(&field.node)? {
            kept.push(field.clone());
        }
    }
    Ok(kept)
}

fn offers(deployment: Deployment, directives: &[Positioned<ConstDirective>]) -> Result<bool, ContractError> {
    let Some(since) = directives.iter().find(|directive| directive.node.name.node == "since") else {
        return Ok(true);
    };
    let version = since.node.get_argument("version").map(|argument| &argument.node);
    let Some(async_graphql::Value::String(version)) = version else {
        return Err(ContractError::NoVersion);
    };
    Ok(deployment.has_since(version.parse::<Version>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(contract: &Contract, type_name: &str) -> Vec<String> {
        let definition = contract.types.iter().find(|definition| definition.name.node == type_name).unwrap();
        match &definition.kind {
            TypeKind::Object(object) => object.fields.iter().map(|field| field.node.name.node.to_string()).collect(),
            TypeKind::InputObject(input) => input.fields.iter().map(|field| field.node.name.node.to_string()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn assumed_forms_extend_the_public_ones() {
        let contract = Contract::whole().unwrap();
        assert_eq!(fields(&contract, "GenerateApiKeyInput"), ["description", "userId"]);
        assert_eq!(fields(&contract, "GenerateApiKeyPayload"), ["apiKey", "secret"]);
    }

    #[test]
    fn an_older_server_lacks_what_came_later() {
        let lacks = BTreeSet::new();
        let has_role = |deployment| {
            fields(&Contract::whole().unwrap().offered_by(deployment, &lacks).unwrap(), "Member")
                .contains(&"role".to_owned())
        };
        assert!(has_role(Deployment::MultiTenant));
        assert!(has_role(Deployment::Dedicated(Version::new(0, 70, 0))));
        assert!(!has_role(Deployment::Dedicated(Version::new(0, 69, 9))));
    }

    #[test]
    fn a_server_can_lack_only_what_the_contract_has() {
        let lacking = |text: &str| {
            Contract::whole().unwrap().offered_by(Deployment::MultiTenant, &BTreeSet::from([text.parse().unwrap()]))
        };
        let contract = lacking("GenerateApiKeyInput.userId").unwrap();
        assert_eq!(fields(&contract, "GenerateApiKeyInput"), ["description"]);
        assert!(matches!(lacking("Member.nothing"), Err(ContractError::NothingToLack(_))));
    }
}
