//! `StopProvider`.

use tfplugin_proto::tfplugin6::stop_provider::Response;

use crate::engine::Engine;
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>) -> Response {
    engine.stop_provider();
    Response::default()
}
