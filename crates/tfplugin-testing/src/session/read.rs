//! Reading what is there, and states that were stored before.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tfplugin::value::Value;
use tfplugin_proto::tfplugin6 as proto;

use super::wire::{self, Subject};
use super::{Call, Object, PARALLELISM, Result, Session};
use crate::process::within;
use crate::rules::{self, Breach, Rule};

impl Session {
    /// Reads an object as the next command of a host does, in another process: its stored state is upgraded, then the
    /// object is read. `None` where it is gone.
    pub async fn refresh(&mut self, object: &Object) -> Result<Option<Object>> {
        self.restart().await?;
        let type_name = object.type_name.as_str();
        let schema = self.schemas.resource(type_name)?;
        let stored = object.value.to_json(schema.object_type())?;
        let upgraded = self.upgrade(type_name, schema.version(), &stored).await?;
        if let Some(path) = rules::difference(schema.object_type(), &object.value, &upgraded) {
            let subject = Subject::new(Call::UpgradeResourceState, type_name);
            return Err(subject.broken(vec![Breach::new(Rule::UpgradeStable, path)]));
        }
        self.read(object).await
    }

    /// Reads objects as one run of a host does: in one other process, and ten at a time. Answers them in their order.
    pub async fn refresh_all(&mut self, objects: &[Object]) -> Result<Vec<Option<Object>>> {
        self.restart().await?;
        let this = &*self;
        stream::iter(objects).map(|object| this.read(object)).buffered(PARALLELISM).try_collect().await
    }

    /// Has the provider bring a stored state, in JSON, to the present version of its schema.
    pub async fn upgrade(&self, type_name: &str, version: i64, json: &[u8]) -> Result<Value> {
        let schema = self.schemas.resource(type_name)?;
        let subject = Subject::new(Call::UpgradeResourceState, type_name);
        let raw_state = proto::RawState { json: json.to_vec().into(), ..proto::RawState::default() };
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(raw_state),
        };
        let answer = within("an upgrade", self.provider().upgrade_resource_state(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        let state = subject.value(answer.upgraded_state.as_ref(), schema.object_type())?;
        let mut breaches = rules::known(schema.object_type(), &state);
        breaches.extend(rules::without_write_only(schema.attributes(), &state));
        subject.hold(breaches)?;
        Ok(state)
    }

    /// One call, held against the rules.
    pub(super) async fn read(&self, object: &Object) -> Result<Option<Object>> {
        let Object { type_name, value, private, identity, tainted, deposed } = object;
        let schema = self.schemas.resource(type_name)?;
        let (ty, identity_type) = (schema.object_type(), self.schemas.identity(type_name));
        let subject = Subject::new(Call::ReadResource, type_name);
        let request = proto::read_resource::Request {
            type_name: type_name.clone(),
            current_state: Some(wire::encode(value, ty)?),
            private: private.clone().into(),
            client_capabilities: Some(self.capabilities()),
            current_identity: wire::encode_identity(identity.as_ref(), identity_type)?,
            ..proto::read_resource::Request::default()
        };
        let answer = within("a read", self.provider().read_resource(request)).await??.into_inner();
        subject.accept(answer.diagnostics)?;
        subject.refuse_deferral(answer.deferred)?;
        let state = subject.value(answer.new_state.as_ref(), ty)?;
        let new_identity = subject.identity(answer.new_identity.as_ref(), identity_type)?;
        if state.is_null() {
            return Ok(None);
        }
        let mut breaches = rules::known(schema.object_type(), &state);
        breaches.extend(rules::without_write_only(schema.attributes(), &state));
        breaches.extend(rules::identity_stored(identity_type.is_some(), identity.as_ref(), new_identity.as_ref()));
        breaches.extend(rules::private_kept(private, &answer.private));
        subject.hold(breaches)?;
        Ok(Some(Object {
            type_name: type_name.clone(),
            value: state,
            private: answer.private.to_vec(),
            identity: new_identity,
            tainted: *tainted,
            deposed: *deposed,
        }))
    }
}
