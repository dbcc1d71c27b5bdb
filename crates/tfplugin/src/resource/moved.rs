//! Objects that were of another type.

use crate::diagnostic::Result;
use crate::model::Model;
use crate::value::{Type, Value};

/// Where a moved object comes from, as a `moved` block names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveSource {
    /// Namespace and name of its provider, such as `acme/notes`: this provider's own, or another's. The registry's host
    /// name does not count, as the same provider has another in every product.
    pub provider: &'static str,
    /// Its type, such as `notes_page`.
    pub type_name: &'static str,
    /// The version of its schema.
    pub version: u32,
}

/// How states of another type become those of this one.
///
/// Hosts ask for this where a `moved` block leads from one type to another (Terraform 1.8, OpenTofu 1.10). A user who
/// changes a provider's `source` and nothing else gets an [`Upgrade`](super::Upgrade) in its place.
///
/// ```
/// use tfplugin::resource::{Move, MoveSource};
/// use tfplugin::{Attr, Model};
///
/// #[derive(Model)]
/// struct Page {
///     title: Attr<String>,
/// }
///
/// #[derive(Model)]
/// struct Note {
///     id: Attr<String>,
///     text: Attr<String>,
/// }
///
/// let source = MoveSource { provider: "acme/pages", type_name: "pages_page", version: 0 };
/// let moves = vec![Move::new(source, |page: Page| Ok(Note { id: Attr::Null, text: page.title }))];
/// # let _ = moves;
/// ```
pub struct Move {
    source: MoveSource,
    pub(crate) prior: Type,
    pub(crate) step: Box<dyn Fn(Value) -> Result<Value> + Send + Sync>,
}

impl Move {
    /// From the states of a source, of which `Old` holds the attributes that matter, to those of this type. A read
    /// follows, so only what `read` needs must be there.
    pub fn new<Old: Model, New: Model>(
        source: MoveSource,
        step: impl Fn(Old) -> Result<New> + Send + Sync + 'static,
    ) -> Self {
        Self {
            source,
            prior: Type::object(Old::attributes()),
            step: Box::new(move |state| Ok(step(Old::from_value(state)?)?.into_value())),
        }
    }

    /// Whether this is for an object of that type and schema version of the provider of that address.
    pub(crate) fn comes_from(&self, provider: &str, type_name: &str, version: i64) -> bool {
        let without_registry = match provider.match_indices('/').nth_back(1) {
            Some((slash, _)) => &provider[slash + 1..],
            None => provider,
        };
        let MoveSource { provider, type_name: own_type, version: own_version } = self.source;
        without_registry == provider && type_name == own_type && version == i64::from(own_version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_does_not_count() {
        let source = MoveSource { provider: "acme/notes", type_name: "notes_page", version: 0 };
        let moved = Move::new(source, |(): ()| Ok(()));
        for provider in ["acme/notes", "registry.terraform.io/acme/notes", "registry.opentofu.org/acme/notes"] {
            assert!(moved.comes_from(provider, "notes_page", 0), "{provider}");
        }
        assert!(!moved.comes_from("registry.terraform.io/other/notes", "notes_page", 0));
        assert!(!moved.comes_from("acme/notes", "notes_note", 0));
        assert!(!moved.comes_from("acme/notes", "notes_page", 1));
    }
}
