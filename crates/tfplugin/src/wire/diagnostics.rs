//! Diagnostics and the paths in them.

use tfplugin_proto::tfplugin6 as proto;

use crate::diagnostic::{Diagnostics, Severity};
use crate::value::{Path, Step};

pub(super) fn to_proto(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    let convert = |diagnostic: crate::diagnostic::Diagnostic| proto::Diagnostic {
        severity: match diagnostic.severity {
            Severity::Error => proto::diagnostic::Severity::Error.into(),
            Severity::Warning => proto::diagnostic::Severity::Warning.into(),
        },
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.path.filter(|path| !path.is_root()).map(|path| self::path(&path)),
    };
    diagnostics.into_iter().map(convert).collect()
}

/// A path ends before an element of a set: the protocol has no name for it.
pub(super) fn path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::step::Selector;
    let selectors = path.steps().iter().map_while(|step| match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
        Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
        Step::Index(index) => Some(Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))),
        Step::Element(_) => None,
    });
    let steps = selectors.map(|selector| proto::attribute_path::Step { selector: Some(selector) }).collect();
    proto::AttributePath { steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn a_path_ends_before_an_element_of_a_set() {
        let whole = Path::from("a").index(1).key("k");
        assert_eq!(path(&whole).steps.len(), 3);
        assert_eq!(path(&whole.element(Value::Null).attribute("b")).steps.len(), 3);
    }
}
