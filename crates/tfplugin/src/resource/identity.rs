//! What names a remote object, apart from its state.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::value::{ObjectType, Type};

/// The attributes of a resource's identity: few, plain, and the same for as long as the object lives.
///
/// Its version is 0: hosts ask to upgrade the identity of every state that has none once the version is higher.
#[derive(Debug, Default)]
pub struct IdentitySchema {
    version: u32,
    attributes: BTreeMap<String, IdentityAttribute>,
}

/// One attribute of an identity.
#[derive(Debug)]
pub struct IdentityAttribute {
    /// A primitive type, or a list of one.
    pub value_type: Type,
    /// Whether an import must give it; else it may.
    pub required_for_import: bool,
    /// What it is.
    pub description: String,
}

/// What an import names.
#[derive(Clone, Debug)]
pub enum ImportTarget<I> {
    /// A readable id, in a form of the resource's own.
    Id(String),
    /// An identity; attributes that are optional for import may be null.
    Identity(I),
}

impl IdentitySchema {
    /// No identity, of resources that have none.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The version of the identities that are stored in this form; those of older ones are upgraded (see
    /// [`Resource::identity_upgrades`](super::Resource::identity_upgrades)).
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// The version of stored identities.
    #[must_use]
    pub fn identity_version(&self) -> i64 {
        self.version.into()
    }

    /// An attribute that an import must give.
    #[must_use]
    pub fn required(self, name: &str, value_type: Type, description: &str) -> Self {
        self.with(name, value_type, true, description)
    }

    /// An attribute that an import may leave out.
    #[must_use]
    pub fn optional(self, name: &str, value_type: Type, description: &str) -> Self {
        self.with(name, value_type, false, description)
    }

    fn with(mut self, name: &str, value_type: Type, required_for_import: bool, description: &str) -> Self {
        let attribute = IdentityAttribute { value_type, required_for_import, description: description.to_owned() };
        self.attributes.insert(name.to_owned(), attribute);
        self
    }

    /// Whether there is no identity.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The attributes by name.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<String, IdentityAttribute> {
        &self.attributes
    }

    /// The type of identities.
    #[must_use]
    pub fn object_type(&self) -> Type {
        let attributes =
            self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.value_type.clone())).collect();
        Type::Object(ObjectType { attributes, ..ObjectType::default() })
    }

    /// Whether a model has just these attributes with just these types: what a provider asserts in a test.
    ///
    /// # Errors
    /// A text that says so.
    pub fn agrees_with<M: Model>(&self) -> Result<(), String> {
        let model = Type::object(M::attributes());
        let schema = self.object_type();
        if model == schema { Ok(()) } else { Err(format!("the model is {model:?}, the identity schema {schema:?}")) }
    }
}
