//! Schemas: what a configuration can say, written once in builder code.
//!
//! ```
//! use tfplugin::schema::{Schema, string, validator::length};
//!
//! let schema = Schema::new("A team.")
//!     .required("name", string("The team's name.").replace().validate(length(1..=64)))
//!     .optional("deletion_policy", string("What happens on destroy.").default("prevent"))
//!     .computed("id", string("The team's id."));
//! assert!(schema.attribute("id").is_some());
//! ```

mod agreement;
mod attribute;
mod defaults;
mod faults;
pub mod modifier;
mod validate;
pub mod validator;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::value::{ObjectType, Type};

pub use self::attribute::{
    Attribute, Draft, Kind, Nesting, Usage, boolean, dynamic, integer, list, list_of, map, map_of, number, object, set,
    set_of, string,
};
pub use self::modifier::{Equality, Replace, ReplaceRequest};

pub(crate) use self::defaults::fill_defaults;

/// The attributes of an object, by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// The schema of a provider, a resource, a data source or any other thing that takes a configuration.
#[derive(Debug, Default)]
pub struct Schema {
    version: u32,
    description: String,
    deprecation: Option<String>,
    attributes: Attributes,
    object_type: OnceLock<Type>,
}

impl Schema {
    /// A schema without attributes; the description is Markdown.
    pub fn new(description: impl Into<String>) -> Self {
        Self { description: description.into(), ..Self::default() }
    }

    /// The version of the states that are stored in this form; states of older ones are upgraded.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Marks the whole thing as deprecated; the message says what to use in its place.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// An attribute that a configuration must set.
    #[must_use]
    pub fn required(self, name: &str, draft: Draft) -> Self {
        self.with(name, draft, Usage::Required)
    }

    /// An attribute that a configuration may set. One with a default is what the default says where it is not set.
    #[must_use]
    pub fn optional(self, name: &str, draft: Draft) -> Self {
        self.with(name, draft, Usage::Optional)
    }

    /// An attribute that a configuration may set, and the provider does where it does not.
    #[must_use]
    pub fn optional_computed(self, name: &str, draft: Draft) -> Self {
        self.with(name, draft, Usage::OptionalComputed)
    }

    /// An attribute that only the provider sets.
    #[must_use]
    pub fn computed(self, name: &str, draft: Draft) -> Self {
        self.with(name, draft, Usage::Computed)
    }

    fn with(mut self, name: &str, draft: Draft, usage: Usage) -> Self {
        self.attributes.insert(name.to_owned(), draft.into_attribute(usage));
        self
    }

    /// The version of stored states.
    #[must_use]
    pub fn state_version(&self) -> i64 {
        self.version.into()
    }

    /// What this is for, in Markdown.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What to use in its place, where it is deprecated.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The attributes at the root.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// One attribute at the root.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// The type of the values that follow this schema.
    #[must_use]
    pub fn object_type(&self) -> &Type {
        self.object_type.get_or_init(|| object_type(&self.attributes))
    }
}

pub(crate) fn object_type(attributes: &Attributes) -> Type {
    let attributes = attributes.iter().map(|(name, attribute)| (name.clone(), attribute.value_type())).collect();
    Type::Object(ObjectType { attributes, optional: std::collections::BTreeSet::new() })
}
