//! Stored values of older versions, brought to the present one step by step.

use crate::diagnostic::{Diagnostic, Result};
use crate::resource::Upgrade;
use crate::value::{Reading, Type, Value};

/// What is stored, as a host hands it over.
pub(super) struct Stored<'a> {
    /// `state` or `identity`.
    pub what: &'static str,
    pub type_name: &'a str,
    pub version: i64,
    pub json: &'a [u8],
}

impl Stored<'_> {
    /// Reads it and brings it to the present version, whose values are of type `ty`.
    pub(super) fn upgraded(&self, present: i64, ty: &Type, upgrades: &[Upgrade]) -> Result<Value> {
        let Self { what, type_name, version, .. } = *self;
        if version > present {
            return Err(Diagnostic::error(
                format!("{} of a newer provider", capitalized(what)),
                format!(
                    "The {what} of `{type_name}` has schema version {version}, and this provider knows versions up to \
                     {present}. Use the version of the provider that wrote the {what}, or a newer one."
                ),
            )
            .into());
        }
        let steps = (version..present).map(|version| {
            upgrades.iter().find(|upgrade| upgrade.from == version).ok_or_else(|| {
                Diagnostic::bug(format!("The {what} of `{type_name}` has no upgrade from schema version {version}."))
            })
        });
        let steps = steps.collect::<std::result::Result<Vec<_>, _>>()?;
        let value = self.read(steps.first().map_or(ty, |first| &first.prior))?;
        let result = steps.into_iter().try_fold(value, |value, upgrade| (upgrade.step)(value));
        result.map_err(|errors| errors.of_failure(type_name))
    }

    /// Reads it as it is.
    pub(super) fn read(&self, ty: &Type) -> Result<Value> {
        Value::from_json(self.json, ty, Reading::State).map_err(|error| {
            let what = self.what;
            let detail =
                format!("The stored {what} cannot be read: {error}. Restore it from a backup, or import the object.");
            Diagnostic::error(format!("Unreadable {what}"), detail).at(error.path).into()
        })
    }
}

fn capitalized(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
