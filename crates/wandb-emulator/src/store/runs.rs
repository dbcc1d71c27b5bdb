//! Projects and the runs in them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::{from_json, next_number, stored_words, to_json};
use crate::ids::{AccountId, EntityId, GlobalId as _, ProjectId, RunId};

/// What runs are gathered in.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) entity: EntityId,
    pub(crate) name: String,
}

/// A run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) project: ProjectId,
    /// What W&B's SDK calls its id.
    pub(crate) name: String,
    /// Who logged it, while that account is there.
    pub(crate) author: Option<AccountId>,
    /// Whom it is attributed to, while that account is there.
    pub(crate) user: Option<AccountId>,
    pub(crate) state: RunState,
    pub(crate) details: RunDetails,
    /// The number of lines in its history.
    pub(crate) history_lines: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) heartbeat_at: Timestamp,
}

/// What became of a run, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunState {
    Pending,
    Running,
    Preempting,
    Preempted,
    Finished,
    Failed,
    Crashed,
    Killed,
}
stored_words!(RunState {
    Pending = "pending",
    Running = "running",
    Preempting = "preempting",
    Preempted = "preempted",
    Finished = "finished",
    Failed = "failed",
    Crashed = "crashed",
    Killed = "killed",
});

/// What clients say of a run, as they said it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RunDetails {
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) group: Option<String>,
    pub(crate) job_type: Option<String>,
    pub(crate) commit: Option<String>,
    /// A JSON object.
    pub(crate) config: Option<String>,
    /// A JSON object.
    pub(crate) summary: Option<String>,
}

impl RunDetails {
    /// These, with what others say in its place.
    pub(crate) fn changed_by(self, change: Self) -> Self {
        Self {
            display_name: change.display_name.or(self.display_name),
            description: change.description.or(self.description),
            notes: change.notes.or(self.notes),
            tags: change.tags.or(self.tags),
            group: change.group.or(self.group),
            job_type: change.job_type.or(self.job_type),
            commit: change.commit.or(self.commit),
            config: change.config.or(self.config),
            summary: change.summary.or(self.summary),
        }
    }
}

/// A run to be made.
#[derive(Debug)]
pub(crate) struct NewRun<'a> {
    pub(crate) project: ProjectId,
    pub(crate) name: &'a str,
    pub(crate) author: AccountId,
    pub(crate) user: AccountId,
}

/// The projects of all entities.
pub(crate) struct Projects<'c>(pub(crate) &'c Connection);

impl Projects<'_> {
    pub(crate) fn by_id(&self, id: ProjectId) -> rusqlite::Result<Option<Project>> {
        self.0.prepare_cached("SELECT * FROM projects WHERE id = ?1")?.query_row([id], Project::from_row).optional()
    }

    pub(crate) fn by_name(&self, entity: EntityId, name: &str) -> rusqlite::Result<Option<Project>> {
        self.0
            .prepare_cached("SELECT * FROM projects WHERE entity = ?1 AND name = ?2")?
            .query_row(params![entity, name], Project::from_row)
            .optional()
    }

    pub(crate) fn add(&self, entity: EntityId, name: &str) -> rusqlite::Result<Project> {
        self.0.execute("INSERT INTO projects (entity, name) VALUES (?1, ?2)", params![entity, name])?;
        Ok(Project { id: ProjectId::from_number(self.0.last_insert_rowid()), entity, name: name.to_owned() })
    }
}

impl Project {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get("id")?, entity: row.get("entity")?, name: row.get("name")? })
    }
}

/// The runs of all projects.
pub(crate) struct Runs<'c>(pub(crate) &'c Connection);

impl Runs<'_> {
    pub(crate) fn all(&self) -> rusqlite::Result<Vec<Run>> {
        self.0.prepare_cached("SELECT * FROM runs ORDER BY id")?.query_map([], Run::from_row)?.collect()
    }

    pub(crate) fn by_id(&self, id: RunId) -> rusqlite::Result<Option<Run>> {
        self.0.prepare_cached("SELECT * FROM runs WHERE id = ?1")?.query_row([id], Run::from_row).optional()
    }

    pub(crate) fn by_name(&self, project: ProjectId, name: &str) -> rusqlite::Result<Option<Run>> {
        self.0
            .prepare_cached("SELECT * FROM runs WHERE project = ?1 AND name = ?2")?
            .query_row(params![project, name], Run::from_row)
            .optional()
    }

    /// The number that the next run will have.
    pub(crate) fn next_number(&self) -> rusqlite::Result<i64> {
        next_number(self.0, "runs")
    }

    /// Makes a run that is running and of which nothing is known yet.
    pub(crate) fn add(&self, new: &NewRun<'_>, now: Timestamp) -> rusqlite::Result<Run> {
        let NewRun { project, name, author, user } = *new;
        let (state, details) = (RunState::Running, RunDetails::default());
        self.0.execute(
            "INSERT INTO runs (project, name, author, user, state, details, created_at, heartbeat_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            params![project, name, author, user, state, to_json(&details)?, now],
        )?;
        Ok(Run {
            id: RunId::from_number(self.0.last_insert_rowid()),
            project,
            name: name.to_owned(),
            author: Some(author),
            user: Some(user),
            state,
            details,
            history_lines: 0,
            created_at: now,
            heartbeat_at: now,
        })
    }

    /// Stores what can change of a run.
    pub(crate) fn update(&self, run: &Run) -> rusqlite::Result<()> {
        self.0.execute(
            "UPDATE runs SET state = ?2, details = ?3, history_lines = ?4, heartbeat_at = ?5 WHERE id = ?1",
            params![run.id, run.state, to_json(&run.details)?, run.history_lines, run.heartbeat_at],
        )?;
        Ok(())
    }
}

impl Run {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            project: row.get("project")?,
            name: row.get("name")?,
            author: row.get("author")?,
            user: row.get("user")?,
            state: row.get("state")?,
            details: from_json(row.get_ref("details")?.as_str()?)?,
            history_lines: row.get("history_lines")?,
            created_at: row.get("created_at")?,
            heartbeat_at: row.get("heartbeat_at")?,
        })
    }
}
