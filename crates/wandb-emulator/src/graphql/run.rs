//! `Project` and `Run`, with the mutation that makes and changes them.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::resolvers::{Input, NoArguments, Resolvers, Root};
use crate::backend::{RunChange, RunTarget, UpsertedRun};
use crate::ids::GlobalId as _;
use crate::refusal::Refusal;
use crate::store::{Accounts, Entities, Project, Projects, Run, RunDetails, RunState, Runs};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectOf {
    name: Option<String>,
    entity_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpsertBucket {
    id: Option<String>,
    name: Option<String>,
    model_name: Option<String>,
    entity_name: Option<String>,
    group_name: Option<String>,
    description: Option<String>,
    display_name: Option<String>,
    notes: Option<String>,
    commit: Option<String>,
    config: Option<String>,
    job_type: Option<String>,
    state: Option<String>,
    sweep: Option<String>,
    tags: Option<Vec<String>>,
    summary_metrics: Option<String>,
    // Where it runs and what: nothing that W&B's clients can ask for again.
    #[serde(rename = "host")]
    _host: Option<IgnoredAny>,
    #[serde(rename = "debug")]
    _debug: Option<IgnoredAny>,
    #[serde(rename = "jobProgram")]
    _job_program: Option<IgnoredAny>,
    #[serde(rename = "jobRepo")]
    _job_repo: Option<IgnoredAny>,
}

impl UpsertBucket {
    fn into_change(self) -> Result<RunChange, Refusal> {
        if self.sweep.is_some() {
            return Err(Refusal::invalid("the emulator has no sweeps"));
        }
        let state = match self.state {
            Some(word) => Some(
                RunState::from_word(&word)
                    .ok_or_else(|| Refusal::invalid(format!("there is no state `{word}` of a run")))?,
            ),
            None => None,
        };
        let target = match self.id {
            Some(id) => RunTarget::Id(id),
            None => RunTarget::Name { entity: self.entity_name, project: self.model_name, name: self.name },
        };
        let details = RunDetails {
            display_name: self.display_name,
            description: self.description,
            notes: self.notes,
            tags: self.tags,
            group: self.group_name,
            job_type: self.job_type,
            commit: self.commit,
            config: self.config,
            summary: self.summary_metrics,
        };
        Ok(RunChange { target, state, details })
    }
}

pub(super) fn register(resolvers: &mut Resolvers) {
    resolvers.object::<Root>("Query").load("project", async |request, _, arguments: ProjectOf| {
        let ProjectOf { name: Some(name), entity_name } = arguments else {
            return Ok(None);
        };
        let read = request
            .backend
            .read(&request.caller, move |session| session.visible_project(entity_name.as_deref(), &name));
        Ok(read.await?.map(Arc::new))
    });
    resolvers.object::<Root>("Mutation").load("upsertBucket", async |request, _, Input::<UpsertBucket> { input }| {
        let change = input.into_change()?;
        let on_behalf_of = request.on_behalf_of;
        let write = request.backend.write(&request.caller, move |session| session.upsert_run(change, &on_behalf_of));
        Ok(Arc::new(write.await?))
    });
    resolvers
        .object::<UpsertedRun>("UpsertBucketPayload")
        .plain("bucket", |upserted| Arc::new(upserted.run.clone()))
        .plain("inserted", |upserted| upserted.inserted);
    register_project(resolvers);
    register_run(resolvers);
}

fn register_project(resolvers: &mut Resolvers) {
    resolvers
        .object::<Project>("Project")
        .plain("id", |project| project.id.to_global())
        .plain("name", |project| project.name.clone())
        .load("entity", async |request, project, _: NoArguments| {
            let read = request
                .backend
                .read(&request.caller, move |session| Ok(Entities(session.connection).by_id(project.entity)?));
            Ok(read.await?.map(Arc::new))
        })
        .load("run", async |request, project, Named { name }| {
            let read = request
                .backend
                .read(&request.caller, move |session| Ok(Runs(session.connection).by_name(project.id, &name)?));
            Ok(read.await?.map(Arc::new))
        });
}

fn register_run(resolvers: &mut Resolvers) {
    resolvers
        .object::<Run>("Run")
        .plain("id", |run| run.id.to_global())
        .plain("name", |run| run.name.clone())
        .plain("projectId", |run| run.project.number())
        .plain("displayName", |run| run.details.display_name.clone().unwrap_or_else(|| run.name.clone()))
        .plain("description", |run| run.details.description.clone())
        .plain("notes", |run| run.details.notes.clone())
        .plain("tags", |run| run.details.tags.clone().unwrap_or_default())
        .plain("group", |run| run.details.group.clone())
        .plain("jobType", |run| run.details.job_type.clone())
        .plain("commit", |run| run.details.commit.clone())
        .plain("config", |run| run.details.config.clone())
        .plain("summaryMetrics", |run| run.details.summary.clone())
        .plain("systemMetrics", |_| None::<String>)
        .plain("historyKeys", |_| None::<String>)
        .plain("historyLineCount", |run| run.history_lines)
        .plain("sweepName", |_| None::<String>)
        .plain("state", |run| run.state.word())
        .plain("readOnly", |_| false)
        .plain("createdAt", |run| run.created_at)
        .plain("heartbeatAt", |run| run.heartbeat_at)
        .load("user", async |request, run, _: NoArguments| {
            let read = request.backend.read(&request.caller, move |session| {
                Ok(match run.user {
                    Some(user) => Accounts(session.connection).by_id(user)?,
                    None => None,
                })
            });
            Ok(read.await?.map(Arc::new))
        })
        .load("project", async |request, run, _: NoArguments| {
            let read = request
                .backend
                .read(&request.caller, move |session| Ok(Projects(session.connection).by_id(run.project)?));
            Ok(read.await?.map(Arc::new))
        });
}
