//! What a line of the log tells of the call that it belongs to.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tfplugin_proto::tfplugin6::{self as proto};
use tonic::Request;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::state::THINGS;
use crate::wire::{Service, request_id};

type Span = BTreeMap<&'static str, String>;

/// Keeps the fields of every span, with the level.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(Level, Span)>>>);

struct Fields<'a>(&'a mut Span);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'lookup> LookupSpan<'lookup>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Span::new();
        attributes.record(&mut Fields(&mut fields));
        self.0.lock().unwrap().push((*attributes.metadata().level(), fields));
    }
}

#[tokio::test]
async fn the_fields_have_the_names_that_users_know() {
    let spans = Spans::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.clone()));
    let service = Service::new(THINGS);
    let type_name = "test_thing".to_owned();
    for _ in 0..2 {
        let request = proto::read_resource::Request { type_name: type_name.clone(), ..Default::default() };
        service.read_resource(Request::new(request)).await.unwrap();
    }
    let spans = spans.0.lock().unwrap();
    let [(level, first), (_, second)] = &spans[..] else { panic!("two calls, not {spans:?}") };
    assert_eq!(*level, Level::ERROR, "the fields are there at every level");
    assert_eq!(first["tf_rpc"], "ReadResource");
    assert_eq!(first["tf_resource_type"], "test_thing");
    assert_eq!(first["tf_provider_addr"], "test/test");
    assert_eq!(first["tf_proto_version"], "6");
    assert_ne!(first["tf_req_id"], second["tf_req_id"]);
}

#[test]
fn a_request_id_has_the_form_that_tools_look_for() {
    assert_eq!(request_id(0x0123_4567_89ab_cdef, 0x2a), "01234567-89ab-cdef-0000-00000000002a");
}
