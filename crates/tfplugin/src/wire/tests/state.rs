//! States: what was made is never lost, not even by a resource whose model and schema disagree.

use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tfplugin_proto::tfplugin6::{self as proto, apply_resource_change};
use tonic::Request;

use super::{sent, titles};
use crate::resource::IdentitySchema;
use crate::schema::{number, string};
use crate::serve::About;
use crate::value::{Type, Value};
use crate::wire::Service;
use crate::{Attr, ConfigureContext, Model, Provider, Registry, Resource, ResourceContext, Result, Schema};

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

pub(super) struct TestProvider;

impl Provider for TestProvider {
    type Model = ();
    type Data = ();

    fn about(&self) -> About {
        About { name: "test", address: "test/test", version: "0.0.0", description: "A test.", log_targets: &[] }
    }

    fn schema(&self) -> Schema {
        Schema::new("")
    }

    fn register(&self, registry: &mut Registry<()>) {
        registry.resource(ThingResource);
    }

    async fn configure(&self, _: &mut ConfigureContext, (): ()) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_mended_and_not_lost() {
    let service = Service::new(TestProvider);
    let config = Some(sent(&Value::object([] as [(&str, Value); 0]), service.engine.schema().object_type()));
    let request = proto::configure_provider::Request { config, ..Default::default() };
    service.configure_provider(Request::new(request)).await.unwrap();

    let schema = ThingResource.schema();
    let ty = schema.object_type();
    let thing = |computed: Value| {
        let attributes = [("id", computed.clone()), ("name", "a".into()), ("size", computed)];
        Some(sent(&Value::object(attributes), ty))
    };
    let request = apply_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: Some(sent(&Value::Null, ty)),
        planned_state: thing(Value::unknown()),
        config: thing(Value::Null),
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
