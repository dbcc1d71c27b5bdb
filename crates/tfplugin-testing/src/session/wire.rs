//! The protocol's messages on one side, values and diagnostics on the other: the host's own reading of them.

use tfplugin::diagnostic::Severity;
use tfplugin::value::{Path, Reading, Step, Type, Value};
use tfplugin::{Diagnostic, Diagnostics};
use tfplugin_proto::tfplugin6 as proto;
use tfplugin_proto::tfplugin6::attribute_path::step::Selector;

use super::{Call, Result, SessionError};
use crate::rules::{Breach, Rule};

/// A call and what it is about: who is to blame for the answer.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub call: Call,
    pub type_name: &'a str,
}

impl<'a> Subject<'a> {
    pub(super) fn new(call: Call, type_name: &'a str) -> Self {
        Self { call, type_name }
    }

    pub(super) fn broken(self, breaches: Vec<Breach>) -> SessionError {
        SessionError::Broken { call: self.call, type_name: self.type_name.to_owned(), breaches }
    }

    /// Goes on where nothing is broken.
    pub(super) fn hold(self, breaches: Vec<Breach>) -> Result<()> {
        if breaches.is_empty() { Ok(()) } else { Err(self.broken(breaches)) }
    }

    /// The warnings, where there is no error among what the provider says.
    pub(super) fn accept(self, diagnostics: Vec<proto::Diagnostic>) -> Result<Diagnostics> {
        let diagnostics = self::diagnostics(diagnostics);
        if diagnostics.has_error() { Err(self.refused(diagnostics)) } else { Ok(diagnostics) }
    }

    pub(super) fn refused(self, diagnostics: Diagnostics) -> SessionError {
        SessionError::Refused { call: self.call, type_name: self.type_name.to_owned(), diagnostics }
    }

    /// Goes on where the provider did not put its answer off: it was not told that it may.
    pub(super) fn refuse_deferral(self, deferred: Option<proto::Deferred>) -> Result<()> {
        match deferred {
            Some(_) => Err(SessionError::Deferred { call: self.call, type_name: self.type_name.to_owned() }),
            None => Ok(()),
        }
    }

    /// Reads a value of the provider's; one that is left out is null, as hosts take it.
    pub(super) fn value(self, value: Option<&proto::DynamicValue>, ty: &Type) -> Result<Value> {
        let read = match value {
            Some(value) if !value.msgpack.is_empty() => Value::from_msgpack(&value.msgpack, ty),
            Some(value) if !value.json.is_empty() => Value::from_json(&value.json, ty, Reading::Exact),
            _ => Ok(Value::Null),
        };
        read.map_err(|error| self.broken(vec![Breach::new(Rule::Type, error.path)]))
    }

    /// Reads an identity; `None` where there is none.
    pub(super) fn identity(
        self,
        identity: Option<&proto::ResourceIdentityData>,
        ty: Option<&Type>,
    ) -> Result<Option<Value>> {
        match (identity.and_then(|identity| identity.identity_data.as_ref()), ty) {
            (None, _) => Ok(None),
            (Some(data), Some(ty)) => Ok(Some(self.value(Some(data), ty)?).filter(|identity| !identity.is_null())),
            // A resource without identity cannot answer one.
            (Some(_), None) => Err(self.broken(vec![Breach::whole(Rule::Type)])),
        }
    }
}

/// Writes a value of the test's own.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<proto::DynamicValue> {
    Ok(proto::DynamicValue { msgpack: value.to_msgpack(ty)?.into(), ..proto::DynamicValue::default() })
}

/// Writes an identity.
pub(super) fn encode_identity(
    identity: Option<&Value>,
    ty: Option<&Type>,
) -> Result<Option<proto::ResourceIdentityData>> {
    let (Some(identity), Some(ty)) = (identity, ty) else { return Ok(None) };
    Ok(Some(proto::ResourceIdentityData { identity_data: Some(encode(identity, ty)?) }))
}

/// What the provider says.
pub(super) fn diagnostics(diagnostics: Vec<proto::Diagnostic>) -> Diagnostics {
    let read = |diagnostic: proto::Diagnostic| {
        let severity = match diagnostic.severity() {
            proto::diagnostic::Severity::Warning => Severity::Warning,
            proto::diagnostic::Severity::Error | proto::diagnostic::Severity::Invalid => Severity::Error,
        };
        let path = diagnostic.attribute.map(path);
        Diagnostic { severity, summary: diagnostic.summary, detail: diagnostic.detail, path }
    };
    diagnostics.into_iter().map(read).collect()
}

/// A path as the provider names it.
pub(super) fn path(path: proto::AttributePath) -> Path {
    let selectors = path.steps.into_iter().filter_map(|step| step.selector);
    let step = |selector| match selector {
        Selector::AttributeName(name) => Step::Attribute(name),
        Selector::ElementKeyString(key) => Step::Key(key),
        Selector::ElementKeyInt(index) => Step::Index(usize::try_from(index).unwrap_or(usize::MAX)),
    };
    selectors.map(step).collect()
}
