//! Whether each variable has the type of the places that it is used in.
//!
//! A rule of GraphQL's own that async-graphql 7 has but never applies: without it a document that every other server
//! refuses, such as one with a nullable variable for a field that is not, would pass here.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type, VariableDefinition,
};
use async_graphql::{Name, Positioned};
use async_graphql_parser::types::{TypeDefinition, TypeKind};
use async_graphql_value::Value;

use super::contract::Contract;
use super::schema::{MUTATION, QUERY};

/// What the check needs to know of a contract.
#[derive(Debug)]
pub(super) struct VariableRule {
    /// The fields of objects, by type and name.
    fields: BTreeMap<String, BTreeMap<String, OutputField>>,
    /// The fields of input objects, by type and name.
    inputs: BTreeMap<String, BTreeMap<String, Type>>,
}

#[derive(Debug)]
struct OutputField {
    type_name: String,
    arguments: BTreeMap<String, Type>,
}

/// A variable that does not fit where it is used.
#[derive(Debug, thiserror::Error)]
#[error("variable \"${name}\" of type \"{declared}\" used in position expecting type \"{expected}\"")]
pub(super) struct MisusedVariable {
    name: Name,
    declared: Type,
    expected: Type,
}

/// One operation of a document while it is looked through.
struct Check<'a> {
    rule: &'a VariableRule,
    document: &'a ExecutableDocument,
    variables: &'a [Positioned<VariableDefinition>],
    seen: BTreeSet<&'a Name>,
}

impl VariableRule {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut rule = Self { fields: BTreeMap::new(), inputs: BTreeMap::new() };
        for TypeDefinition { name, kind, .. } in &contract.types {
            match kind {
                TypeKind::Object(object) => {
                    let fields = object.fields.iter().map(|field| {
                        let arguments = field.node.arguments.iter();
                        let arguments =
                            arguments.map(|argument| (argument.node.name.to_string(), argument.node.ty.node.clone()));
                        let type_name = base_name(&field.node.ty.node).to_string();
                        (field.node.name.to_string(), OutputField { type_name, arguments: arguments.collect() })
                    });
                    rule.fields.insert(name.to_string(), fields.collect());
                }
                TypeKind::InputObject(input) => {
                    let fields = input.fields.iter();
                    let fields = fields.map(|field| (field.node.name.to_string(), field.node.ty.node.clone()));
                    rule.inputs.insert(name.to_string(), fields.collect());
                }
                TypeKind::Scalar | TypeKind::Interface(_) | TypeKind::Union(_) | TypeKind::Enum(_) => {}
            }
        }
        rule
    }

    /// Whether a query or mutation can ask for this field.
    pub(super) fn has_root_field(&self, name: &str) -> bool {
        [QUERY, MUTATION].iter().any(|root| self.fields.get(*root).is_some_and(|fields| fields.contains_key(name)))
    }

    /// Checks all operations of a document. Whatever else is wrong with it is left to async-graphql.
    pub(super) fn check(&self, document: &ExecutableDocument) -> Result<(), MisusedVariable> {
        for (_, Positioned { node: OperationDefinition { ty, variable_definitions, selection_set, .. }, .. }) in
            document.operations.iter()
        {
            let mut check = Check { rule: self, document, variables: variable_definitions, seen: BTreeSet::new() };
            let root = match ty {
                OperationType::Query => QUERY,
                OperationType::Mutation => MUTATION,
                OperationType::Subscription => continue,
            };
            check.selections(root, &selection_set.node)?;
        }
        Ok(())
    }
}

impl<'a> Check<'a> {
    fn selections(&mut self, type_name: &str, selections: &'a SelectionSet) -> Result<(), MisusedVariable> {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let known = self.rule.fields.get(type_name);
                    let Some(known) = known.and_then(|fields| fields.get(field.node.name.node.as_str())) else {
                        continue;
                    };
                    for (name, value) in &field.node.arguments {
                        if let Some(expected) = known.arguments.get(name.node.as_str()) {
                            self.value(&value.node, expected)?;
                        }
                    }
                    self.selections(&known.type_name, &field.node.selection_set.node)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.selections(type_name, &fragment.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.seen.insert(name)
                    {
                        self.selections(&fragment.node.type_condition.node.on.node, &fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn value(&self, value: &Value, expected: &Type) -> Result<(), MisusedVariable> {
        match (value, &expected.base) {
            (Value::Variable(name), _) => self.variable(name, expected),
            (Value::List(items), BaseType::List(item)) => items.iter().try_for_each(|value| self.value(value, item)),
            (Value::Object(values), BaseType::Named(type_name)) => {
                let Some(fields) = self.rule.inputs.get(type_name.as_str()) else {
                    return Ok(());
                };
                values.iter().try_for_each(|(field, value)| match fields.get(field.as_str()) {
                    Some(expected) => self.value(value, expected),
                    None => Ok(()),
                })
            }
            _ => Ok(()),
        }
    }

    fn variable(&self, name: &Name, expected: &Type) -> Result<(), MisusedVariable> {
        let Some(definition) = self.variables.iter().find(|definition| definition.node.name.node == *name) else {
            return Ok(());
        };
        let VariableDefinition { var_type, default_value, .. } = &definition.node;
        let mut declared = var_type.node.clone();
        // With a default a nullable variable is as good as one that is not.
        declared.nullable &= default_value.is_none();
        if fits(&declared, expected) {
            return Ok(());
        }
        Err(MisusedVariable { name: name.clone(), declared: var_type.node.clone(), expected: expected.clone() })
    }
}

fn base_name(reference: &Type) -> &Name {
    match &reference.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base_name(item),
    }
}

fn fits(declared: &Type, expected: &Type) -> bool {
    (expected.nullable || !declared.nullable)
        && match (&declared.base, &expected.base) {
            (BaseType::Named(declared), BaseType::Named(expected)) => declared == expected,
            (BaseType::List(declared), BaseType::List(expected)) => fits(declared, expected),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(query: &str) -> Result<(), String> {
        let rule = VariableRule::of(&Contract::whole().unwrap());
        let document = async_graphql::parser::parse_query(query).unwrap();
        rule.check(&document).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_fits_where_its_type_is_at_least_as_strict() {
        for query in [
            "query Q($n: String!) { entity(name: $n) { id } }",
            "query Q($n: String = \"x\") { entity(name: $n) { id } }",
            "query Q($n: String!) { users(query: $n) { edges { node { id } } } }",
            "mutation M($i: CreateTeamInput!) { createTeam(input: $i) { entity { id } } }",
            "mutation M($i: ID!) { generateApiKey(input: { userId: $i }) { secret } }",
        ] {
            checked(query).unwrap();
        }
    }

    #[test]
    fn a_variable_of_another_type_is_named() {
        let cases = [
            ("query Q($n: String) { entity(name: $n) { id } }", "\"$n\" of type \"String\""),
            ("query Q($n: ID!) { entity(name: $n) { id } }", "expecting type \"String!\""),
            ("mutation M($i: CreateTeamInput) { createTeam(input: $i) { entity { id } } }", "CreateTeamInput"),
            ("mutation M($i: ID!) { deleteApiKey(input: { id: $i }) { success } }", "\"ID!\""),
            (
                "mutation M($i: String!) { ...F } fragment F on Mutation { generateApiKey(input: { userId: $i }) { secret } }",
                "\"ID\"",
            ),
        ];
        for (query, expected) in cases {
            let error = checked(query).unwrap_err();
            assert!(error.contains(expected), "{query}: {error}");
        }
    }
}
