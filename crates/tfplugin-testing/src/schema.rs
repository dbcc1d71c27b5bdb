//! Schemas as a host knows them: from what the provider says, not from the SDK that it was written with.

use std::collections::{BTreeMap, BTreeSet};

use tfplugin::schema::{Nesting, Usage};
use tfplugin::value::{ObjectType, Path, Type, Value};
use tfplugin_proto::tfplugin6 as proto;
use tfplugin_proto::tfplugin6::schema::object::NestingMode;

use crate::rules::{Breach, Rule};

/// The attributes of an object, by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// What a configuration can say, and what a state holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    version: i64,
    attributes: Attributes,
    object_type: Type,
}

/// One attribute, with what a host needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What it holds.
    pub kind: Kind,
    /// Who sets it.
    pub usage: Usage,
    /// Whether hosts hide it in plans and output.
    pub sensitive: bool,
    /// Whether it is in configurations only, and never stored.
    pub write_only: bool,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value of a type.
    Value(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, Attributes),
}

/// Why a value of a test is no configuration: what a host says before it asks the provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {problem}")]
pub struct ConfigurationError {
    /// Where.
    pub path: Path,
    /// What is wrong there.
    pub problem: ConfigurationProblem,
}

/// What is wrong with a configuration; see [`ConfigurationError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationProblem {
    /// A name that the schema does not have.
    #[error("is not in the schema")]
    Unsupported,
    /// A required attribute is null.
    #[error("is required")]
    Missing,
    /// The provider alone sets it.
    #[error("is computed, so a configuration cannot set it")]
    Computed,
    /// Another kind of value than nested objects.
    #[error("holds something else than the nested objects of its schema")]
    Kind,
}

impl Schema {
    /// Reads a provider's schema, by the rules that hosts hold it against before they use it.
    ///
    /// # Errors
    /// All breaches of [`Rule::Schema`].
    pub(crate) fn from_proto(schema: proto::Schema) -> Result<Self, Vec<Breach>> {
        let block = schema.block.unwrap_or_default();
        let mut breaches = Vec::new();
        // Nested attributes took the place of blocks in protocol 6; a session does not know them.
        let blocks = block.block_types.iter().map(|block| Path::from(block.type_name.as_str()));
        breaches.extend(blocks.map(|path| Breach::new(Rule::Schema, path)));
        if schema.version < 0 {
            breaches.push(Breach::new(Rule::Schema, Path::root()));
        }
        let attributes = read(block.attributes, &Path::root(), &mut breaches);
        let object_type = object_type(&attributes);
        if breaches.is_empty() { Ok(Self { version: schema.version, attributes, object_type }) } else { Err(breaches) }
    }

    /// The version of stored states.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The attributes at the root.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The type of the values that follow this schema.
    #[must_use]
    pub fn object_type(&self) -> &Type {
        &self.object_type
    }

    /// The configuration that an object of some attributes stands for: all others, on every level, are null.
    ///
    /// # Errors
    /// What a host refuses without asking the provider: a name that is not in the schema, a required attribute that is
    /// not set, a computed one that is.
    pub fn configuration(&self, written: &Value) -> Result<Value, ConfigurationError> {
        complete(&self.attributes, written, &Path::root())
    }
}

impl Attribute {
    /// Whether the provider may choose its value where the configuration says nothing.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        matches!(self.usage, Usage::Computed | Usage::OptionalComputed)
    }

    /// The type of its values.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match &self.kind {
            Kind::Value(ty) => ty.clone(),
            Kind::Nested(Nesting::Single, attributes) => object_type(attributes),
            Kind::Nested(Nesting::List, attributes) => Type::list(object_type(attributes)),
            Kind::Nested(Nesting::Set, attributes) => Type::set(object_type(attributes)),
            Kind::Nested(Nesting::Map, attributes) => Type::map(object_type(attributes)),
        }
    }
}

fn object_type(attributes: &Attributes) -> Type {
    let attributes = attributes.iter().map(|(name, attribute)| (name.clone(), attribute.value_type())).collect();
    Type::Object(ObjectType { attributes, optional: BTreeSet::new() })
}

fn read(attributes: Vec<proto::schema::Attribute>, path: &Path, breaches: &mut Vec<Breach>) -> Attributes {
    let mut all = Attributes::new();
    for proto in attributes {
        let path = path.clone().attribute(&proto.name);
        let name = proto.name.clone();
        let valid_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !valid_name {
            breaches.push(Breach::new(Rule::SchemaName, path.clone()));
        }
        // What a provider computes would be stored.
        if proto.write_only && proto.computed {
            breaches.push(Breach::new(Rule::Schema, path.clone()));
        }
        match read_one(proto, &path, breaches) {
            Some(attribute) if !all.contains_key(&name) => {
                all.insert(name, attribute);
            }
            _ => breaches.push(Breach::new(Rule::Schema, path)),
        }
    }
    all
}

fn read_one(proto: proto::schema::Attribute, path: &Path, breaches: &mut Vec<Breach>) -> Option<Attribute> {
    let proto::schema::Attribute { sensitive, write_only, .. } = proto;
    // Somebody sets it, and not both a configuration that must and a provider that does.
    let usage = match (proto.required, proto.optional, proto.computed) {
        (true, false, false) => Usage::Required,
        (false, true, false) => Usage::Optional,
        (false, true, true) => Usage::OptionalComputed,
        (false, false, true) => Usage::Computed,
        _ => return None,
    };
    let kind = match (proto.r#type.is_empty(), proto.nested_type) {
        (false, None) => Kind::Value(Type::from_json(&proto.r#type).ok()?),
        (true, Some(nested)) => {
            let nesting = match nested.nesting() {
                NestingMode::Single => Nesting::Single,
                NestingMode::List => Nesting::List,
                NestingMode::Set => Nesting::Set,
                NestingMode::Map => Nesting::Map,
                NestingMode::Invalid => return None,
            };
            let attributes = read(nested.attributes, path, breaches);
            if nesting == Nesting::Set {
                // The elements are told apart by their values: those must be of one type, and nothing in them may vanish.
                if any(&attributes, &|attribute| matches!(&attribute.kind, Kind::Value(ty) if ty.is_open())) {
                    return None;
                }
                if any(&attributes, &|attribute| attribute.write_only) {
                    breaches.push(Breach::new(Rule::Schema, path.clone()));
                }
            }
            Kind::Nested(nesting, attributes)
        }
        _ => return None,
    };
    Some(Attribute { kind, usage, sensitive, write_only })
}

/// Whether an attribute on any level is so.
fn any(attributes: &Attributes, is: &dyn Fn(&Attribute) -> bool) -> bool {
    attributes
        .values()
        .any(|attribute| is(attribute) || matches!(&attribute.kind, Kind::Nested(_, nested) if any(nested, is)))
}

fn complete(attributes: &Attributes, written: &Value, path: &Path) -> Result<Value, ConfigurationError> {
    let error = |path: Path, problem| Err(ConfigurationError { path, problem });
    let Some(values) = written.as_map() else { return error(path.clone(), ConfigurationProblem::Kind) };
    if let Some(name) = values.keys().find(|name| !attributes.contains_key(*name)) {
        return error(path.clone().attribute(name), ConfigurationProblem::Unsupported);
    }
    let mut object = BTreeMap::new();
    for (name, attribute) in attributes {
        let path = path.clone().attribute(name);
        let value = written.attribute(name);
        if value.is_null() && attribute.usage == Usage::Required {
            return error(path, ConfigurationProblem::Missing);
        }
        if !value.is_null() && attribute.usage == Usage::Computed {
            return error(path, ConfigurationProblem::Computed);
        }
        object.insert(name.clone(), complete_one(attribute, value, path)?);
    }
    Ok(Value::Map(object))
}

fn complete_one(attribute: &Attribute, value: &Value, path: Path) -> Result<Value, ConfigurationError> {
    let Kind::Nested(nesting, nested) = &attribute.kind else { return Ok(value.clone()) };
    let complete = |value: &Value, path: Path| match value {
        Value::Null | Value::Unknown(_) => Ok(value.clone()),
        value => complete(nested, value, &path),
    };
    match (nesting, value) {
        (_, Value::Null | Value::Unknown(_)) => Ok(value.clone()),
        (Nesting::Single, value) => complete(value, path),
        (Nesting::List, Value::List(elements)) => {
            let elements = elements.iter().enumerate();
            let elements = elements.map(|(index, element)| complete(element, path.clone().index(index)));
            Ok(Value::List(elements.collect::<Result<_, _>>()?))
        }
        (Nesting::Set, Value::Set(elements)) => {
            let elements = elements.as_slice().iter();
            let elements = elements.map(|element| complete(element, path.clone().element(element.clone())));
            Ok(Value::set(elements.collect::<Result<Vec<_>, _>>()?))
        }
        (Nesting::Map, Value::Map(elements)) => {
            let elements = elements.iter();
            let elements = elements.map(|(key, value)| Ok((key.clone(), complete(value, path.clone().key(key))?)));
            Ok(Value::Map(elements.collect::<Result<_, _>>()?))
        }
        _ => Err(ConfigurationError { path, problem: ConfigurationProblem::Kind }),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tfplugin_proto::tfplugin6::schema::{Attribute as ProtoAttribute, Block, NestedBlock, Object};

    use super::*;

    fn text(name: &str, usage: Usage) -> (String, Attribute) {
        let kind = Kind::Value(Type::String);
        (name.to_owned(), Attribute { kind, usage, sensitive: false, write_only: false })
    }

    pub(crate) fn required(name: &str) -> (String, Attribute) {
        text(name, Usage::Required)
    }

    pub(crate) fn optional(name: &str) -> (String, Attribute) {
        text(name, Usage::Optional)
    }

    pub(crate) fn optional_computed(name: &str) -> (String, Attribute) {
        text(name, Usage::OptionalComputed)
    }

    pub(crate) fn computed(name: &str) -> (String, Attribute) {
        text(name, Usage::Computed)
    }

    pub(crate) fn write_only(name: &str) -> (String, Attribute) {
        let (name, attribute) = optional(name);
        (name, Attribute { write_only: true, ..attribute })
    }

    /// An optional attribute of nested objects.
    pub(crate) fn nested(
        name: &str,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = (String, Attribute)>,
    ) -> (String, Attribute) {
        let (name, attribute) = optional(name);
        (name, Attribute { kind: Kind::Nested(nesting, attributes.into_iter().collect()), ..attribute })
    }

    fn proto(name: &str) -> ProtoAttribute {
        ProtoAttribute {
            name: name.to_owned(),
            r#type: "\"string\"".into(),
            optional: true,
            ..ProtoAttribute::default()
        }
    }

    fn proto_nested(nesting: NestingMode, attributes: Vec<ProtoAttribute>) -> ProtoAttribute {
        let object = Object { nesting: nesting.into(), attributes, ..Object::default() };
        ProtoAttribute { r#type: "".into(), nested_type: Some(object), ..proto("nested") }
    }

    fn schema(attributes: Vec<ProtoAttribute>) -> Result<Schema, Vec<Breach>> {
        let block = Block { attributes, ..Block::default() };
        Schema::from_proto(proto::Schema { version: 1, block: Some(block) })
    }

    #[test]
    fn what_hosts_refuse_is_refused_with_its_place() {
        let open = ProtoAttribute { r#type: r#"["list","dynamic"]"#.into(), ..proto("a") };
        let cases = [
            (ProtoAttribute { optional: false, ..proto("a") }, Rule::Schema, "a"),
            (ProtoAttribute { required: true, ..proto("a") }, Rule::Schema, "a"),
            (ProtoAttribute { optional: false, required: true, computed: true, ..proto("a") }, Rule::Schema, "a"),
            (ProtoAttribute { r#type: "\"text\"".into(), ..proto("a") }, Rule::Schema, "a"),
            (ProtoAttribute { r#type: "".into(), ..proto("a") }, Rule::Schema, "a"),
            (ProtoAttribute { nested_type: Some(Object::default()), ..proto("a") }, Rule::Schema, "a"),
            (proto_nested(NestingMode::Invalid, vec![]), Rule::Schema, "nested"),
            (proto_nested(NestingMode::Set, vec![open]), Rule::Schema, "nested"),
            (proto("aName"), Rule::SchemaName, "aName"),
            (ProtoAttribute { write_only: true, computed: true, ..proto("a") }, Rule::Schema, "a"),
            (
                proto_nested(NestingMode::Set, vec![ProtoAttribute { write_only: true, ..proto("a") }]),
                Rule::Schema,
                "nested",
            ),
        ];
        for (attribute, rule, path) in cases {
            assert_eq!(schema(vec![attribute.clone()]), Err(vec![Breach::new(rule, path.into())]), "{attribute:?}");
        }
        assert_eq!(schema(vec![proto("a"), proto("a")]), Err(vec![Breach::new(Rule::Schema, "a".into())]));
    }

    #[test]
    fn blocks_and_negative_versions_are_refused() {
        let block_types = vec![NestedBlock { type_name: "rule".to_owned(), ..NestedBlock::default() }];
        let block = Block { block_types, ..Block::default() };
        let refused = Schema::from_proto(proto::Schema { version: 0, block: Some(block) });
        assert_eq!(refused, Err(vec![Breach::new(Rule::Schema, "rule".into())]));
        let refused = Schema::from_proto(proto::Schema { version: -1, block: None });
        assert_eq!(refused, Err(vec![Breach::whole(Rule::Schema)]));
    }

    #[test]
    fn types_follow_from_nesting() {
        let types = [
            (NestingMode::Single, r#"["object",{"a":"string"}]"#),
            (NestingMode::List, r#"["list",["object",{"a":"string"}]]"#),
            (NestingMode::Set, r#"["set",["object",{"a":"string"}]]"#),
            (NestingMode::Map, r#"["map",["object",{"a":"string"}]]"#),
        ];
        for (nesting, ty) in types {
            let schema = schema(vec![proto_nested(nesting, vec![proto("a")])]).expect("a schema");
            let json = String::from_utf8(schema.object_type().to_json()).expect("text");
            assert_eq!(json, format!(r#"["object",{{"nested":{ty}}}]"#));
        }
    }

    #[test]
    fn a_configuration_is_completed_and_judged_as_hosts_do() {
        let element = || [required("name"), optional("note"), computed("id")];
        let attributes: Attributes = [
            optional("note"),
            computed("id"),
            nested("list", Nesting::List, element()),
            nested("set", Nesting::Set, element()),
            nested("map", Nesting::Map, element()),
        ]
        .into();
        let schema = Schema { version: 0, object_type: object_type(&attributes), attributes };
        let written = |name: &str, value: Value| schema.configuration(&Value::object([(name, value)]));
        let element = |name: &str| Value::object([(name, Value::from("x"))]);
        let refused = |name: &str, value: Value| written(name, value).expect_err(name).to_string();

        let complete = written("list", Value::List(vec![element("name"), Value::unknown()])).expect("a configuration");
        let expected = Value::object([("name", Value::from("x")), ("note", Value::Null), ("id", Value::Null)]);
        assert!(complete.attribute("list") == &Value::List(vec![expected, Value::unknown()]));
        assert!(complete.as_map().expect("an object").len() == 5);

        assert_eq!(refused("colour", Value::Null), "`colour` is not in the schema");
        assert_eq!(refused("id", "1".into()), "`id` is computed, so a configuration cannot set it");
        assert_eq!(refused("list", Value::List(vec![element("note")])), "`list[0].name` is required");
        assert_eq!(refused("set", Value::set([element("note")])), "`set[*].name` is required");
        assert_eq!(refused("map", Value::object([("k", element("note"))])), "`map[\"k\"].name` is required");
        assert_eq!(refused("map", "x".into()), "`map` holds something else than the nested objects of its schema");
    }
}
