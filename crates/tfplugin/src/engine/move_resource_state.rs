//! `MoveResourceState`: a `moved` block names an object of another type, perhaps of another provider, as its source.

use super::upgrading::Stored;
use super::{Engine, rules};
use crate::diagnostic::{Diagnostic, Result};
use crate::provider::Provider;
use crate::schema::fill_defaults;
use crate::value::Value;

pub(crate) struct Request<'a> {
    /// The source's provider: registry, namespace and name.
    pub provider: &'a str,
    pub source_type: &'a str,
    pub version: i64,
    pub json: &'a [u8],
}

pub(crate) struct Response {
    pub state: Value,
    pub private: Vec<u8>,
    /// None where the state says too little; the read that follows fills it in.
    pub identity: Option<Value>,
}

impl<P: Provider> Engine<P> {
    pub(crate) fn move_resource_state(&self, type_name: &str, request: &Request<'_>) -> Result<Response> {
        let resource = self.resource(type_name)?;
        let Request { provider, source_type, version, json } = *request;
        let moves = resource.moves();
        let Some(found) = moves.iter().find(|it| it.comes_from(provider, source_type, version)) else {
            return Err(Diagnostic::error(
                "Move not supported",
                format!(
                    "An object of `{source_type}` of the provider `{provider}`, with states of schema version {version}, \
                     cannot become a `{type_name}`. Remove the `moved` block, and import the object."
                ),
            )
            .into());
        };
        let stored = Stored { what: "state", type_name: source_type, version, json };
        let taken = (found.step)(stored.read(&found.prior)?);
        let mut state = taken.map_err(|errors| errors.of_failure(type_name))?;
        let schema = resource.schema();
        fill_defaults(schema.attributes(), &mut state);
        // What the other type stored may be write-only here.
        rules::scrub(schema.attributes(), &mut state);
        rules::check_state(type_name, schema, &state).into_result(())?;
        let (private, identity) = resource.adopt(&state)?;
        let schema = resource.identity_schema();
        let is_good = |identity: &Value| {
            !rules::is_sparse(identity) && rules::check_identity(type_name, schema, None, Some(identity)).is_empty()
        };
        Ok(Response { state, private, identity: identity.filter(is_good) })
    }
}
