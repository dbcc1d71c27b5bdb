use std::fmt;

use tfplugin::value::Value;

/// What a host stores of one managed object: its state, its identity and the provider's private bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    pub(super) type_name: String,
    pub(super) value: Value,
    pub(super) private: Vec<u8>,
    pub(super) identity: Option<Value>,
    pub(super) tainted: bool,
    pub(super) deposed: bool,
}

impl Object {
    /// The type of the resource.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The state.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// One attribute of the state.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        self.value.attribute(name)
    }

    /// What names the object, where its resource has an identity.
    #[must_use]
    pub fn identity(&self) -> Option<&Value> {
        self.identity.as_ref()
    }

    /// The same object with another state, as if that had been stored.
    #[must_use]
    pub fn with_value(mut self, value: Value) -> Self {
        self.value = value;
        self
    }

    /// The provider's private bytes.
    #[must_use]
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Whether the next plan makes the object anew: its create went wrong half-way, or a user asked for it.
    #[must_use]
    pub fn is_tainted(&self) -> bool {
        self.tainted
    }

    /// Whether another object has taken its place, so that it is there only to be destroyed.
    #[must_use]
    pub fn is_deposed(&self) -> bool {
        self.deposed
    }

    /// Marks the object, as `terraform taint` does.
    #[must_use]
    pub fn taint(mut self) -> Self {
        self.tainted = true;
        self
    }
}

/// Without the private bytes, which may be secret.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("type_name", &self.type_name)
            .field("value", &self.value)
            .field("identity", &self.identity)
            .field("tainted", &self.tainted)
            .field("deposed", &self.deposed)
            .finish_non_exhaustive()
    }
}
