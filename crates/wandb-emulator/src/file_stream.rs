//! The file stream: what W&B's SDK sends while a run is running. Of what is in it the emulator keeps the length of the history,
//! the summary, and how the run ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::backend::{Backend, Progress};
use crate::front::{Authentication, error, unauthorized};
use crate::store::RunState;

/// One piece of the stream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    #[serde(default)]
    files: BTreeMap<StreamedFile, Lines>,
    /// Whether the run is over.
    #[serde(default)]
    complete: bool,
    /// The exit code of the program, at its end.
    #[serde(default)]
    exitcode: Option<i32>,
    #[serde(default)]
    preempting: bool,
}

/// The files that are streamed; all others are uploaded, which the emulator does not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum StreamedFile {
    #[serde(rename = "wandb-history.jsonl")]
    History,
    #[serde(rename = "wandb-summary.json")]
    Summary,
    /// What the machine was doing.
    #[serde(rename = "wandb-events.jsonl")]
    Events,
    #[serde(rename = "output.log")]
    Output,
}

/// Lines of a file, from a certain one on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    offset: u32,
    content: Vec<String>,
}

impl Piece {
    fn into_progress(mut self) -> Progress {
        let history = self.files.get(&StreamedFile::History);
        let history_lines = history.map(|lines| {
            i64::from(lines.offset).saturating_add(i64::try_from(lines.content.len()).unwrap_or(i64::MAX))
        });
        let state = match (self.complete, self.exitcode) {
            (true, None | Some(0)) => Some(RunState::Finished),
            (true, Some(_)) => Some(RunState::Failed),
            (false, _) => self.preempting.then_some(RunState::Preempting),
        };
        let summary = self.files.remove(&StreamedFile::Summary).and_then(|mut lines| lines.content.pop());
        Progress { history_lines: history_lines.unwrap_or(0), summary, state }
    }
}

/// The route of the stream.
pub(crate) fn router(backend: Arc<Backend>) -> Router {
    Router::new().route("/files/{entity}/{project}/{run}/file_stream", post(append)).with_state(backend)
}

async fn append(
    State(backend): State<Arc<Backend>>,
    Extension(authentication): Extension<Authentication>,
    Path((entity, project, run)): Path<(String, String, String)>,
    piece: Result<Json<Piece>, JsonRejection>,
) -> Response {
    let Some(caller) = authentication.account else {
        return unauthorized();
    };
    let progress = match piece {
        Ok(Json(piece)) => piece.into_progress(),
        Err(rejection) => return error(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    match backend.write(&caller, move |session| session.progress_run(&entity, &project, &run, progress)).await {
        Ok(()) => Json(json!({})).into_response(),
        Err(refusal) => error(refusal.status(), &refusal.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(piece: serde_json::Value) -> Progress {
        serde_json::from_value::<Piece>(piece).unwrap().into_progress()
    }

    #[test]
    fn the_end_of_a_run_is_told_by_its_exit_code() {
        let cases = [
            (json!({}), None),
            (json!({ "exitcode": 1 }), None),
            (json!({ "preempting": true }), Some(RunState::Preempting)),
            (json!({ "complete": true, "exitcode": 0 }), Some(RunState::Finished)),
            (json!({ "complete": true, "exitcode": 1 }), Some(RunState::Failed)),
        ];
        for (piece, state) in cases {
            assert_eq!(progress(piece.clone()).state, state, "{piece}");
        }
    }

    #[test]
    fn history_is_counted_from_its_offset_and_the_last_summary_counts() {
        let piece = progress(json!({ "files": {
            "wandb-history.jsonl": { "offset": 3, "content": ["{}", "{}"] },
            "wandb-summary.json": { "offset": 0, "content": ["{\"loss\":2}", "{\"loss\":1}"] },
            "wandb-events.jsonl": { "offset": 0, "content": ["{}"] },
        } }));
        assert_eq!((piece.history_lines, piece.summary.as_deref()), (5, Some("{\"loss\":1}")));
    }

    #[test]
    fn what_is_not_known_of_a_stream_is_refused() {
        for piece in [json!({ "uploaded": ["x"] }), json!({ "files": { "x": { "offset": 0, "content": [] } } })] {
            assert!(serde_json::from_value::<Piece>(piece.clone()).is_err(), "{piece}");
        }
    }
}
