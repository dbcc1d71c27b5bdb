//! Importing what was made by somebody else.

use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Object, Result, Session};
use crate::process::within;
use crate::rules::{self, Breach, Rule};

/// What an import names.
#[derive(Clone, Debug)]
pub enum ImportTarget {
    /// An id, in a form of the resource's own.
    Id(String),
    /// An identity: an object of its attributes, those that are left out being null.
    Identity(Value),
}

impl From<&str> for ImportTarget {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl Session {
    /// Imports an object and reads it, as hosts do in a command of its own: in another process.
    pub async fn import(&mut self, type_name: &str, target: impl Into<ImportTarget>) -> Result<Object> {
        let target = target.into();
        self.restart().await?;
        let subject = Subject::new(Call::ImportResourceState, type_name);
        let schema = self.schemas.resource(type_name)?;
        let (ty, identity_type) = (schema.object_type(), self.schemas.identity(type_name));
        let by_identity = matches!(target, ImportTarget::Identity(_));
        let (id, identity) = match target {
            ImportTarget::Id(id) => (id, None),
            ImportTarget::Identity(given) => (String::new(), Some(self.complete_identity(type_name, given))),
        };
        let request = proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id,
            client_capabilities: Some(self.capabilities()),
            identity: wire::encode_identity(identity.as_ref(), identity_type)?,
        };
        let answer = within("an import", self.provider().import_resource_state(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        subject.refuse_deferral(answer.deferred)?;
        let [imported] = answer.imported_resources.as_slice() else {
            return Err(subject.broken(vec![Breach::whole(Rule::Imported)]));
        };
        if imported.type_name != type_name {
            return Err(subject.broken(vec![Breach::whole(Rule::Imported)]));
        }
        let value = subject.value(imported.state.as_ref(), ty)?;
        let identity = subject.identity(imported.identity.as_ref(), identity_type)?;
        let mut breaches = rules::without_write_only(schema.attributes(), &value);
        breaches.extend(rules::result_known(ty, &value));
        if value.is_null() {
            breaches.push(Breach::whole(Rule::Imported));
        }
        if by_identity && identity.is_none() {
            breaches.push(Breach::whole(Rule::ImportedIdentity));
        }
        subject.hold(breaches)?;

        let (type_name, private) = (type_name.to_owned(), imported.private.to_vec());
        let object = Object { type_name, value, private, identity, tainted: false, deposed: false };
        let read = self.read(&object).await?;
        read.ok_or_else(|| {
            Subject::new(Call::ReadResource, &object.type_name).broken(vec![Breach::whole(Rule::ImportedExistence)])
        })
    }

    fn complete_identity(&self, type_name: &str, given: Value) -> Value {
        let Some(tfplugin::value::Type::Object(ty)) = self.schemas.identity(type_name) else { return given };
        let Value::Map(mut attributes) = given else { return given };
        for name in ty.attributes.keys() {
            attributes.entry(name.clone()).or_insert(Value::Null);
        }
        Value::Map(attributes)
    }
}
