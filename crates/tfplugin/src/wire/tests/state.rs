//! States: what was made is never lost, not even by a resource whose model and schema disagree.

use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tfplugin_proto::tfplugin6::{self as proto, apply_resource_change, plan_resource_change};
use tonic::Request;

use super::{sent, titles};
use crate::provider::tests::Offering;
use crate::resource::IdentitySchema;
use crate::schema::{number, string};
use crate::value::{Type, Value};
use crate::wire::Service;
use crate::{Attr, Model, Resource, ResourceContext, Result, Schema};

struct ThingResource;

/// The schema says that `size` is a number, and the identity schema that `id` is one.
#[derive(Clone, Model)]
struct Thing {
    id: Attr<String>,
    name: Attr<String>,
    size: Attr<String>,
}

#[derive(Clone, Model)]
struct Identity {
    id: Attr<String>,
}

impl Resource for ThingResource {
    const TYPE_NAME: &'static str = "test_thing";
    type Data = ();
    type Model = Thing;
    type Identity = Identity;
    type Private = u32;

    fn schema(&self) -> Schema {
        Schema::new("A thing.")
            .computed("id", string("The id."))
            .required("name", string("The name."))
            .computed("size", number("The size."))
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none().required("id", Type::Number, "The id.")
    }

    fn identity(&self, state: &Thing) -> Result<Identity> {
        Ok(Identity { id: state.id.clone() })
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Thing) -> Result<Thing> {
        cx.private = 7;
        Ok(Thing { id: "1".into(), size: "large".into(), ..plan })
    }

    async fn read(&self, _: &mut ResourceContext<'_, Self>, state: Thing) -> Result<Option<Thing>> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &mut ResourceContext<'_, Self>, _: Thing) -> Result<()> {
        Ok(())
    }
}

/// A provider of things.
pub(super) const THINGS: Offering = Offering(|registry| {
    registry.resource(ThingResource);
});

/// An object as a host sends it, with one value for all that is computed.
fn thing(computed: &Value) -> proto::DynamicValue {
    let attributes = [("id", computed.clone()), ("name", "a".into()), ("size", computed.clone())];
    sent(&Value::object(attributes), ThingResource.schema().object_type())
}

#[tokio::test]
async fn an_earlier_plan_is_handed_back_beside_the_private_bytes() {
    let service = Service::new(THINGS);
    let plan = async |prior: &Value, private: &'static str, planned_private: &'static str| {
        let request = plan_resource_change::Request {
            type_name: "test_thing".to_owned(),
            prior_state: Some(sent(prior, ThingResource.schema().object_type())),
            proposed_new_state: Some(thing(&Value::Null)),
            config: Some(thing(&Value::Null)),
            prior_private: private.into(),
            planned_private: planned_private.into(),
            ..Default::default()
        };
        let answer = service.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
        String::from_utf8(answer.planned_private.to_vec()).unwrap()
    };
    let replacement = r#"{"tfplugin":1,"notes":0,"planned":"recreate","before":[7]}"#;
    // Terraform 1.16, when it applies a replacement: the old object is gone.
    assert_eq!(plan(&Value::Null, "", replacement).await, replacement);
    let create = r#"{"tfplugin":1,"notes":0,"planned":"create"}"#;
    assert_eq!(plan(&Value::Null, "", create).await, create);
    // Where there is an object, its own notes count.
    let there = Value::object([("id", Value::Null), ("name", "a".into()), ("size", Value::Null)]);
    let own = r#"{"tfplugin":1,"notes":7}"#;
    assert_eq!(plan(&there, own, r#"{"tfplugin":1,"notes":8,"before":[7]}"#).await, own);
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_mended_and_not_lost() {
    let service = Service::new(THINGS);
    let config = Some(sent(&Value::object([] as [(&str, Value); 0]), service.engine.schema().object_type()));
    let request = proto::configure_provider::Request { config, ..Default::default() };
    service.configure_provider(Request::new(request)).await.unwrap();

    let schema = ThingResource.schema();
    let ty = schema.object_type();
    let request = apply_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: Some(sent(&Value::Null, ty)),
        planned_state: Some(thing(&Value::unknown())),
        config: Some(thing(&Value::Null)),
        ..Default::default()
    };
    let answer = service.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
    let state = Value::from_msgpack(&answer.new_state.unwrap().msgpack, ty).unwrap();
    let expected = Value::object([("id", "1".into()), ("name", "a".into()), ("size", Value::Null)]);
    assert!(state == expected, "{state:?}");
    assert_eq!(&answer.private[..], br#"{"tfplugin":1,"notes":7}"#);
    assert!(answer.new_identity.is_none());
    let details: Vec<_> = answer.diagnostics.iter().map(|diagnostic| diagnostic.detail.as_str()).collect();
    assert_eq!(titles(&answer.diagnostics), ["Bug in the provider"; 2]);
    assert!(details[0].contains("`size`") && details[1].contains("identity"), "{details:?}");
    assert!(details.iter().all(|detail| !detail.contains("large")), "a value may be secret");
}
