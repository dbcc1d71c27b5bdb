//! `InvokeAction`: a stream of progress that always ends in `Completed`.

use std::future::Future;

use futures::stream::{self, Stream, StreamExt as _};
use tfplugin_proto::tfplugin6::invoke_action::event::{Completed, Progress, Type};
use tfplugin_proto::tfplugin6::invoke_action::{Event, Request};
use tokio::sync::mpsc;

use super::{diagnostics, dynamic_value};
use crate::diagnostic::Result;
use crate::engine::Engine;
use crate::provider::Provider;

/// How many lines wait for a host that reads slowly; what comes then is not told.
const BACKLOG: usize = 1024;

/// The two ends of an action's progress.
pub(super) fn progress() -> (mpsc::Sender<String>, mpsc::Receiver<String>) {
    mpsc::channel(BACKLOG)
}

pub(super) async fn serve<P: Provider>(
    engine: &Engine<P>,
    request: Request,
    progress: mpsc::Sender<String>,
) -> Result<Completed> {
    let schema = engine.action(&request.action_type)?.schema();
    let config = dynamic_value::decode(request.config.as_ref(), schema.object_type())?;
    let report = engine.invoke_action(&request.action_type, config, progress).await?;
    Ok(Completed { diagnostics: diagnostics::to_proto(report) })
}

/// The lines as they come, then how it ended: the lines end when the action does, and drops its end.
pub(super) fn events<E>(
    mut lines: mpsc::Receiver<String>,
    completed: impl Future<Output = std::result::Result<Completed, E>>,
) -> impl Stream<Item = std::result::Result<Event, E>> {
    let progress = stream::poll_fn(move |cx| lines.poll_recv(cx));
    let progress = progress.map(|message| Ok(event(Type::Progress(Progress { message }))));
    progress.chain(stream::once(async { Ok(event(Type::Completed(completed.await?))) }))
}

fn event(kind: Type) -> Event {
    Event { r#type: Some(kind) }
}
